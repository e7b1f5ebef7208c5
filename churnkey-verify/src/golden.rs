//! Golden files. `VERIFY_DOCS=overwrite cargo test -p churnkey-verify` writes them.

use std::fs;
use std::path::Path;

/// Asserts the content of a file. Its name is relative to the crate.
pub(crate) fn assert_golden(name: &str, current: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("VERIFY_DOCS").is_some_and(|what| what == "overwrite") {
        fs::write(&path, current).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        golden, current,
        "{name} is stale: `VERIFY_DOCS=overwrite cargo test -p churnkey-verify` writes it for review"
    );
}
