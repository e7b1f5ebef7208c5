//! Conversions between Churnkey's types and columns.

use std::time::SystemTime;

use churnkey::{Result, Timestamp};
use serde::de::DeserializeOwned;
use tokio_postgres::Row;

pub(super) use tokio_postgres::types::Json;

/// A time, as the parameter of a `timestamptz`.
pub(super) fn at(moment: Timestamp) -> Result<SystemTime> {
    Ok(SystemTime::try_from(moment)?)
}

pub(super) fn at_if(moment: Option<Timestamp>) -> Result<Option<SystemTime>> {
    moment.map(at).transpose()
}

pub(super) fn moment(row: &Row, column: &str) -> Result<Timestamp> {
    Ok(row.try_get::<_, SystemTime>(column)?.try_into()?)
}

pub(super) fn moment_if(row: &Row, column: &str) -> Result<Option<Timestamp>> {
    let time: Option<SystemTime> = row.try_get(column)?;
    Ok(time.map(Timestamp::try_from).transpose()?)
}

/// A value whose structure varies, from a `jsonb`.
pub(super) fn json<T: DeserializeOwned>(row: &Row, column: &str) -> Result<T> {
    let Json(value) = row.try_get(column)?;
    Ok(value)
}

/// A number that is not negative. The database has only signed integers.
pub(super) fn number<T: TryFrom<i64, Error: std::error::Error + Send + Sync + 'static>>(
    row: &Row,
    column: &str,
) -> Result<T> {
    Ok(row.try_get::<_, i64>(column)?.try_into()?)
}
