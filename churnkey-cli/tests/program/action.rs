//! Tests of `action.yml`: its scripts run in bash, with the program and with a fake `cargo`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::cli::program::RunOutput;
use super::cli::provider::{TOKEN, good};

const ACTION: &str = include_str!("../../../action.yml");

/// The script of a step, and the variables that it is given, by their inputs.
struct Step {
    script: String,
    variables: BTreeMap<String, String>,
}

fn step(id: &str) -> Step {
    let mut lines = ACTION
        .lines()
        .skip_while(|line| line.trim() != format!("id: {id}"));
    let mut variables = BTreeMap::new();
    for line in lines.by_ref().take_while(|line| line.trim() != "run: |") {
        if let Some((name, value)) = line.trim().split_once(": ${{ inputs.") {
            let input = value.trim_end_matches(" }}");
            variables.insert(name.to_owned(), input.to_owned());
        }
    }
    let inside = |line: &&str| line.is_empty() || line.starts_with("        ");
    let script: String = lines
        .take_while(inside)
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(!script.is_empty(), "no step {id}");
    Step { script, variables }
}

/// The default of an input.
fn default(input: &str) -> String {
    let mut lines = ACTION
        .lines()
        .skip_while(|line| *line != format!("  {input}:"));
    let line = lines.find(|line| line.trim().starts_with("default:"));
    let value = line
        .and_then(|line| line.split_once("default: "))
        .unwrap()
        .1;
    value.trim_matches('\'').to_owned()
}

/// A job with files of its own.
struct Job {
    folder: tempfile::TempDir,
}

impl Job {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    fn program(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path("bin").join(name);
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The programs of the system, and the one of this package.
    fn with_churnkey(self) -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_churnkey"));
        std::os::unix::fs::symlink(program, self.path("bin").join("churnkey")).unwrap();
        self
    }

    fn run(&self, id: &str, inputs: &[(&str, &str)]) -> RunOutput {
        let step = step(id);
        let mut command = Command::new("bash");
        command.env_clear().arg("-c").arg(&step.script);
        command.env(
            "PATH",
            format!("{}:/usr/bin:/bin", self.path("bin").display()),
        );
        command.current_dir(self.folder.path());
        for name in ["GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"] {
            command.env(name, self.path(name));
        }
        command.env("RUNNER_TEMP", self.folder.path());
        command.env("GITHUB_ACTION_PATH", self.folder.path());
        for (variable, input) in step.variables {
            let given = inputs.iter().find(|(name, _)| *name == input);
            let value = given.map_or_else(|| default(&input), |(_, value)| (*value).to_owned());
            command.env(variable, value);
        }
        super::cli::program::run(&mut command)
    }
}

#[test]
fn inputs_reach_scripts_as_variables_only() {
    for id in ["install", "wait", "verify"] {
        let step = step(id);
        assert!(!step.script.contains("${{"), "{}", step.script);
    }
}

#[test]
fn install_step_builds_the_program_of_the_action() {
    let job = Job::new();
    job.program(
        "cargo",
        "#!/bin/bash\necho \"$PWD $*\" >\"$RUNNER_TEMP/cargo.log\"\n",
    );
    let output = job.run("install", &[]);
    assert_eq!(output.code, 0, "{output:?}");
    let log = job.text("cargo.log");
    assert!(
        log.contains("install --locked --path churnkey-cli --root"),
        "{log}"
    );
    assert!(job.text("GITHUB_PATH").trim().ends_with("churnkey/bin"));

    job.program("cargo", "#!/bin/bash\nexit 7\n");
    assert_eq!(job.run("install", &[]).code, 7);
}

#[test]
fn install_step_keeps_an_installed_program() {
    let output = Job::new().with_churnkey().run("install", &[]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(output.stdout.starts_with("churnkey "), "{output:?}");
}

#[test]
fn good_provider_has_a_summary_and_a_junit_report() {
    let job = Job::new().with_churnkey();
    let lock = [("manifest-lock", "lock.json")];
    let inputs = [("url", &*good()), ("token", TOKEN), lock[0]];
    let output = job.run("verify", &inputs);
    assert_eq!(output.code, 0, "{output:?}");
    assert_eq!(job.text("GITHUB_OUTPUT"), "exit-code=0\n");
    let summary = job.text("GITHUB_STEP_SUMMARY");
    assert!(
        summary.starts_with("## churnkey verify: ✅ good"),
        "{summary}"
    );
    assert!(job.text("churnkey.xml").contains("<testsuite"));
    assert!(job.text("lock.json").contains("controllers.prices"));
    for text in [&summary, &output.stdout, &output.stderr] {
        assert!(!text.contains(TOKEN), "{text}");
    }
}

#[test]
fn faulty_and_unreachable_providers_fail_with_a_summary() {
    let job = Job::new().with_churnkey();
    let inputs = [
        ("url", &*good()),
        ("token", "another-token"),
        ("junit", "a b.xml"),
    ];
    let output = job.run("verify", &inputs);
    assert_eq!(output.code, 1, "{output:?}");
    assert_eq!(job.text("GITHUB_OUTPUT"), "exit-code=1\n");
    let summary = job.text("GITHUB_STEP_SUMMARY");
    assert!(summary.contains("❌ faulty"), "{summary}");
    assert!(job.path("a b.xml").exists());

    let job = Job::new().with_churnkey();
    let output = job.run("verify", &[("url", "http://127.0.0.1:1"), ("token", TOKEN)]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(
        job.text("GITHUB_STEP_SUMMARY")
            .contains("nothing could be verified")
    );
}

#[test]
fn url_of_a_hostile_input_is_not_executed() {
    let job = Job::new().with_churnkey();
    let hostile = "$(touch owned); touch owned #";
    let output = job.run(
        "verify",
        &[
            ("url", hostile),
            ("token", TOKEN),
            ("sample", "1; touch owned"),
        ],
    );
    assert_eq!(output.code, 2, "{output:?}");
    assert!(!job.path("owned").exists());
}

#[test]
fn wait_step_ends_at_the_first_answer() {
    let job = Job::new();
    job.program(
        "curl",
        "#!/bin/bash\nn=$(cat n 2>/dev/null || echo 0)\necho $((n + 1)) >n\n[ \"$n\" -ge 1 ]\n",
    );
    assert_eq!(job.run("wait", &[("url", "http://x")]).code, 0);
    assert_eq!(job.text("n"), "2\n");
    job.program("curl", "#!/bin/bash\nexit 7\n");
    let output = job.run("wait", &[("url", "http://x"), ("wait", "0")]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(
        output.stdout.contains("no server answers at http://x"),
        "{output:?}"
    );
}
