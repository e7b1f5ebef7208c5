//! Tests of rejected arguments, with which nothing is written.

use std::fs;
use std::path::Path;

use churnkey_cli::new::{self, Database, Library, NewProject};

fn attempt(name: &str, directory: &Path) -> Result<(), String> {
    let project = NewProject {
        name: name.to_owned(),
        database: Database::Sqlite,
        with: None,
        directory: directory.to_owned(),
        workspace: None,
    };
    let created = new::create(&project);
    created.map(drop).map_err(|refused| refused.to_string())
}

#[test]
fn invalid_name_is_rejected_with_advice() {
    let form =
        "use lowercase letters, digits and single `-` between words, and begin with a letter";
    let table = [
        ("", form),
        ("Acme", form),
        ("acme billing", form),
        ("acme.billing", form),
        ("../acme", form),
        ("acme/billing", form),
        ("-acme", form),
        ("_acme", form),
        ("acme-", form),
        ("acme--billing", form),
        ("acme-_billing", form),
        ("2nd-acme", form),
        ("äcme", form),
        ("acme\n[dependencies]", form),
        ("acme\"", form),
        (&"a".repeat(65), "use at most 64 characters"),
        (
            "async",
            "`async` is the name of a Rust keyword: use another, such as `async-billing`",
        ),
        ("gen", "a Rust keyword"),
        ("self", "a Rust keyword"),
        ("test", "a crate that comes with Rust"),
        ("proc-macro", "a crate that comes with Rust"),
        ("build", "a directory of Cargo"),
        ("nul", "a Windows device"),
        ("churnkey", "a crate that the provider depends on"),
        ("churnkey-runtime", "a crate that the provider depends on"),
        ("churnkey_verify", "a crate that the provider depends on"),
        ("tokio", "a crate that the provider depends on"),
        ("sqlx", "a crate that the provider depends on"),
        ("fresh", "a module of the provider's tests"),
        ("simulation", "a module of the provider's tests"),
    ];
    let around = tempfile::tempdir().unwrap();
    for (name, why) in table {
        let refused = attempt(name, &around.path().join("project")).unwrap_err();
        assert!(refused.contains(why), "{name:?}: {refused}");
        assert!(!refused.contains('\n'), "{name:?}: {refused}");
        assert_eq!(entries(around.path()), [""; 0], "{name:?}");
    }
}

#[test]
fn directory_with_files_is_not_changed() {
    let around = tempfile::tempdir().unwrap();
    let directory = around.path().join("acme");
    fs::create_dir(&directory).unwrap();
    fs::write(directory.join("notes"), "mine").unwrap();

    let refused = attempt("acme", &directory).unwrap_err();
    assert!(
        refused.contains("is not empty: use another --path"),
        "{refused}"
    );
    assert_eq!(entries(around.path()), ["acme"]);
    assert_eq!(entries(&directory), ["notes"]);
    assert_eq!(fs::read_to_string(directory.join("notes")).unwrap(), "mine");
}

#[test]
fn file_at_the_path_is_not_changed() {
    let around = tempfile::tempdir().unwrap();
    let file = around.path().join("acme");
    fs::write(&file, "mine").unwrap();

    for directory in [file.clone(), file.join("below")] {
        let refused = attempt("acme", &directory).unwrap_err();
        assert!(refused.contains("acme"), "{refused}");
        assert_eq!(entries(around.path()), ["acme"]);
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }
}

#[test]
fn empty_or_missing_directory_is_accepted() {
    let around = tempfile::tempdir().unwrap();
    let empty = around.path().join("empty");
    fs::create_dir(&empty).unwrap();
    for directory in [empty, around.path().join("a/b/c")] {
        attempt("acme", &directory).unwrap();
        assert!(entries(&directory).contains(&"Cargo.toml".to_owned()));
        let parent = directory.parent().unwrap();
        assert!(entries(parent).iter().all(|name| !name.starts_with('.')));
    }
}

/// The name is too long for the temporary directory, so that writing fails.
#[test]
fn failed_write_leaves_nothing_behind() {
    let around = tempfile::tempdir().unwrap();
    let directory = around.path().join("a".repeat(255));
    let refused = attempt("acme", &directory).unwrap_err();
    assert!(refused.starts_with("cannot write "), "{refused}");
    assert_eq!(entries(around.path()), [""; 0]);
}

#[test]
fn workspace_that_is_no_checkout_is_rejected() {
    let around = tempfile::tempdir().unwrap();
    for workspace in [around.path().to_owned(), around.path().join("missing")] {
        let project = NewProject {
            name: "acme".to_owned(),
            database: Database::Sqlite,
            with: None,
            directory: around.path().join("project"),
            workspace: Some(workspace),
        };
        let refused = new::create(&project).unwrap_err().to_string();
        assert!(
            refused.ends_with("use the directory of a checkout as --workspace"),
            "{refused}"
        );
        assert_eq!(entries(around.path()), [""; 0]);
    }
}

#[test]
fn library_without_a_database_is_rejected() {
    let around = tempfile::tempdir().unwrap();
    let project = NewProject {
        name: "acme".to_owned(),
        database: Database::None,
        with: Some(Library::Sqlx),
        directory: around.path().join("project"),
        workspace: None,
    };
    let refused = new::create(&project).unwrap_err().to_string();
    assert!(
        refused.contains("use --db sqlite or --db postgres"),
        "{refused}"
    );
    assert_eq!(entries(around.path()), [""; 0]);
}

fn entries(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("the directory must exist");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let name = entry.expect("the entry must be readable").file_name();
        name.into_string().expect("the name must be UTF-8")
    };
    entries.map(name).collect()
}
