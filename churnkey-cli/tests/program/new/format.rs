//! The format of new projects, which their own CI checks. It depends on the name of the package,
//! which is in `use` declarations and sorted among others.

use std::process::Command;

use super::{KINDS, create};

#[test]
fn provider_of_any_name_is_formatted() {
    let longest = "provider-".repeat(7) + "z";
    for name in [
        "a",
        "zebra",
        "with-dashes",
        "with_underscores",
        "b2b-4u",
        &longest,
    ] {
        for kind in KINDS {
            let around = tempfile::tempdir().unwrap();
            let created = create(name, kind, around.path());
            let sources = created.files.iter().filter(|file| file.ends_with(".rs"));
            let output = Command::new("rustfmt")
                .args(["--check", "--edition", "2024"])
                .args(sources)
                .current_dir(&created.directory)
                .output()
                .expect("rustfmt must start");
            assert!(
                output.status.success(),
                "{name}, {kind:?}: {}",
                String::from_utf8_lossy(&output.stdout)
            );
        }
    }
}
