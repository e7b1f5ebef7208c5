use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use churnkey_cli::new::{self, Database, Options};
use tempfile::TempDir;

/// A new provider in a temporary directory.
pub(crate) struct Project {
    around: TempDir,
    name: String,
}

impl Project {
    /// One that depends on this workspace.
    pub(crate) fn create(name: &str, database: Database) -> Self {
        let around = tempfile::tempdir().expect("a temporary directory");
        let project = Self {
            around,
            name: name.to_owned(),
        };
        let created = new::create(&Options {
            name: name.to_owned(),
            database,
            directory: project.path(),
            workspace: Some(workspace()),
        });
        created.expect("a project can be created");
        // The versions that this workspace has been built with: no registry is asked.
        let lock = fs::copy(
            workspace().join("Cargo.lock"),
            project.path().join("Cargo.lock"),
        );
        lock.expect("the workspace has a Cargo.lock");
        project
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.around.path().join("project")
    }

    pub(crate) fn text(&self, file: &str) -> String {
        let text = fs::read_to_string(self.path().join(file));
        text.unwrap_or_else(|cause| panic!("{file}: {cause}"))
    }

    /// Puts a mistake into a file.
    pub(crate) fn break_it(&self, file: &str, right: &str, wrong: &str) {
        let text = self.text(file);
        assert_eq!(text.matches(right).count(), 1, "{file}: {right}");
        let written = fs::write(self.path().join(file), text.replace(right, wrong));
        written.expect("the file can be written");
    }

    /// Whether formatter and linter have nothing to say.
    pub(crate) fn is_clean(&self) {
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

    /// How many of its tests have passed, or what is said if they have not.
    pub(crate) fn test(&self, environment: &[(&str, String)]) -> Result<usize, String> {
        let output = self.cargo("test --offline", environment);
        let said = said(&output);
        if !output.status.success() {
            return Err(said);
        }
        let passed = said.lines().filter(|line| line.ends_with("... ok"));
        Ok(passed.count())
    }

    /// The program, which must have been built.
    pub(crate) fn program(&self) -> PathBuf {
        target().join("debug").join(&self.name)
    }

    fn cargo(&self, arguments: &str, environment: &[(&str, String)]) -> Output {
        let output = Command::new(env!("CARGO"))
            .args(arguments.split(' '))
            .current_dir(self.path())
            // One for all, so that what they depend on is built once.
            .env("CARGO_TARGET_DIR", target())
            .env("CARGO_TERM_COLOR", "never")
            .env_remove("DATABASE_URL")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .output();
        output.expect("cargo can be run")
    }
}

fn said(output: &Output) -> String {
    let (stdout, stderr) = (&output.stdout, &output.stderr);
    String::from_utf8_lossy(stdout).into_owned() + &String::from_utf8_lossy(stderr)
}

fn workspace() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .canonicalize()
        .expect("the package is in a workspace")
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("new")
}
