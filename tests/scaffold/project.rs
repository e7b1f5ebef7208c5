use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use churnkey_cli::new::{self, Database, Library, NewProject};
use tempfile::TempDir;

/// A new provider in a temporary directory.
pub(crate) struct Project {
    around: TempDir,
    name: String,
}

impl Project {
    /// Creates a provider that depends on this workspace.
    pub(crate) fn create(name: &str, database: Database, with: Option<Library>) -> Self {
        let around = tempfile::tempdir().expect("a temporary directory");
        let project = Self {
            around,
            name: name.to_owned(),
        };
        let created = new::create(&NewProject {
            name: name.to_owned(),
            database,
            with,
            directory: project.path(),
            workspace: Some(workspace()),
        });
        created.expect("the project must be created");
        // Uses the locked versions of this workspace, so that no registry is needed.
        let lock = fs::copy(
            workspace().join("Cargo.lock"),
            project.path().join("Cargo.lock"),
        );
        lock.expect("the workspace must have a Cargo.lock");
        project
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.around.path().join("project")
    }

    pub(crate) fn text(&self, file: &str) -> String {
        let text = fs::read_to_string(self.path().join(file));
        text.unwrap_or_else(|cause| panic!("{file}: {cause}"))
    }

    /// Replaces code in a file with faulty code.
    pub(crate) fn insert_fault(&self, file: &str, right: &str, wrong: &str) {
        let text = self.text(file);
        assert_eq!(text.matches(right).count(), 1, "{file}: {right}");
        let written = fs::write(self.path().join(file), text.replace(right, wrong));
        written.expect("the file must be writable");
    }

    /// Asserts that the formatter and the linter report nothing.
    pub(crate) fn check_format_and_lints(&self) {
        for arguments in [
            "fmt --check",
            "clippy --offline --all-targets -- -D warnings",
        ] {
            let output = self.cargo(arguments, &[]);
            assert!(
                output.status.success(),
                "cargo {arguments}\n{}",
                said(&output)
            );
        }
    }

    /// Runs the tests. Returns the number of passed tests, or the output if a test fails.
    pub(crate) fn test(&self, environment: &[(&str, String)]) -> Result<usize, String> {
        let output = self.cargo("test --offline", environment);
        let said = said(&output);
        if !output.status.success() {
            return Err(said);
        }
        let passed = said.lines().filter(|line| line.ends_with("... ok"));
        Ok(passed.count())
    }

    /// The path of the program, which must have been built.
    pub(crate) fn program(&self) -> PathBuf {
        target().join("debug").join(&self.name)
    }

    fn cargo(&self, arguments: &str, environment: &[(&str, String)]) -> Output {
        let output = Command::new(env!("CARGO"))
            .args(arguments.split(' '))
            .current_dir(self.path())
            // All projects share it, so that their dependencies are built once.
            .env("CARGO_TARGET_DIR", target())
            .env("CARGO_TERM_COLOR", "never")
            .env_remove("DATABASE_URL")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .output();
        output.expect("cargo must start")
    }
}

fn said(output: &Output) -> String {
    let (stdout, stderr) = (&output.stdout, &output.stderr);
    String::from_utf8_lossy(stdout).into_owned() + &String::from_utf8_lossy(stderr)
}

fn workspace() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .canonicalize()
        .expect("the package must be in a workspace")
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("new")
}
