//! The conversion of database errors into responses.

use std::time::Duration;

use churnkey::Error;
use rusqlite::ErrorCode;

/// The `Retry-After` of a request that found the database busy, or its disk full.
pub const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Converts a database error into a response: a 503 if the database is busy or its disk is full,
/// otherwise an opaque 500.
pub fn failure(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull) => {
            Error::unavailable(RETRY_AFTER).with_cause(error)
        }
        _ => Error::internal(error),
    }
}

pub fn is_disk_full(error: &Error) -> bool {
    let cause = error
        .cause()
        .and_then(|cause| cause.downcast_ref::<rusqlite::Error>());
    cause.and_then(rusqlite::Error::sqlite_error_code) == Some(ErrorCode::DiskFull)
}
