//! What is refused, and that nothing is written then.

use std::fs;
use std::path::Path;

use churnkey_cli::new::{self, Database, Options};

fn attempt(name: &str, directory: &Path) -> Result<(), String> {
    let options = Options {
        name: name.to_owned(),
        database: Database::Sqlite,
        directory: directory.to_owned(),
        workspace: None,
    };
    let created = new::create(&options);
    created.map(drop).map_err(|refused| refused.to_string())
}

#[test]
fn a_name_that_no_package_can_have_is_refused_with_what_to_do() {
    let form = "use small letters, digits and single `-` between words, and begin with a letter";
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
        (&"a".repeat(65), "use at most 64 letters"),
        (
            "async",
            "`async` is the name of a keyword of Rust: use another, such as `async-billing`",
        ),
        ("gen", "a keyword of Rust"),
        ("self", "a keyword of Rust"),
        ("test", "a crate that comes with Rust"),
        ("proc-macro", "a crate that comes with Rust"),
        ("build", "a directory of Cargo's"),
        ("nul", "a device of Windows"),
        ("churnkey", "a crate that the provider depends on"),
        ("churnkey-runtime", "a crate that the provider depends on"),
        ("churnkey_verify", "a crate that the provider depends on"),
        ("tokio", "a crate that the provider depends on"),
        ("fresh", "a module of the provider's tests"),
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
fn a_directory_that_has_something_in_it_is_left_as_it_is() {
    let around = tempfile::tempdir().unwrap();
    let directory = around.path().join("acme");
    fs::create_dir(&directory).unwrap();
    fs::write(directory.join("notes"), "mine").unwrap();

    let refused = attempt("acme", &directory).unwrap_err();
    assert!(
        refused.contains("is not empty: give another --path"),
        "{refused}"
    );
    assert_eq!(entries(around.path()), ["acme"]);
    assert_eq!(entries(&directory), ["notes"]);
    assert_eq!(fs::read_to_string(directory.join("notes")).unwrap(), "mine");
}

#[test]
fn a_file_in_the_place_of_the_directory_is_left_as_it_is() {
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
fn an_empty_directory_is_taken_and_a_missing_one_made_with_those_above() {
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

/// A name so long that the directory beside it cannot have one stands for everything that fails while writing.
#[test]
fn a_project_that_cannot_be_written_leaves_nothing_behind() {
    let around = tempfile::tempdir().unwrap();
    let directory = around.path().join("a".repeat(255));
    let refused = attempt("acme", &directory).unwrap_err();
    assert!(refused.starts_with("cannot write "), "{refused}");
    assert_eq!(entries(around.path()), [""; 0]);
}

#[test]
fn a_directory_that_is_no_checkout_is_not_depended_on() {
    let around = tempfile::tempdir().unwrap();
    for workspace in [around.path().to_owned(), around.path().join("missing")] {
        let options = Options {
            name: "acme".to_owned(),
            database: Database::Sqlite,
            directory: around.path().join("project"),
            workspace: Some(workspace),
        };
        let refused = new::create(&options).unwrap_err().to_string();
        assert!(
            refused.ends_with("give the directory of one as --workspace"),
            "{refused}"
        );
        assert_eq!(entries(around.path()), [""; 0]);
    }
}

fn entries(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("the directory is there");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let name = entry.expect("it can be read").file_name();
        name.into_string().expect("a name in UTF-8")
    };
    entries.map(name).collect()
}
