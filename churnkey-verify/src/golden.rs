//! Files that follow from the code. `VERIFY_DOCS=overwrite cargo test -p churnkey-verify` writes them.

use std::fs;
use std::path::Path;

/// Holds that a file, named from the crate on, is as the code has it now.
pub(crate) fn assert_golden(name: &str, current: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("VERIFY_DOCS").is_some_and(|what| what == "overwrite") {
        fs::write(&path, current).unwrap();
    }
    let assert_golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        assert_golden, current,
        "{name} is stale: `VERIFY_DOCS=overwrite cargo test -p churnkey-verify` writes it for review"
    );
}
