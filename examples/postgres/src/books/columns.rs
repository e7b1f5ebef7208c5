//! Conversions between Churnkey's types and columns.

use std::time::SystemTime;

use churnkey::{Result, ResultExt as _, Timestamp};
use serde::de::DeserializeOwned;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

pub(super) use tokio_postgres::types::Json;

use crate::database::failure;

/// The value of a column.
pub(super) fn column<'r, T: FromSql<'r>>(row: &'r Row, name: &str) -> Result<T> {
    row.try_get(name).map_err(failure)
}

/// A time, as the parameter of a `timestamptz`.
pub(super) fn at(moment: Timestamp) -> Result<SystemTime> {
    Ok(SystemTime::try_from(moment)?)
}

pub(super) fn at_if(moment: Option<Timestamp>) -> Result<Option<SystemTime>> {
    moment.map(at).transpose()
}

pub(super) fn moment(row: &Row, name: &str) -> Result<Timestamp> {
    Ok(column::<SystemTime>(row, name)?.into())
}

pub(super) fn moment_if(row: &Row, name: &str) -> Result<Option<Timestamp>> {
    Ok(column::<Option<SystemTime>>(row, name)?.map(Timestamp::from))
}

/// A value whose structure varies, from a `jsonb`.
pub(super) fn json<T: DeserializeOwned>(row: &Row, name: &str) -> Result<T> {
    let Json(value) = column(row, name)?;
    Ok(value)
}

/// A number that is not negative. The database has only signed integers.
pub(super) fn number<T>(row: &Row, name: &str) -> Result<T>
where
    T: TryFrom<i64, Error: std::error::Error + Send + Sync + 'static>,
{
    column::<i64>(row, name)?.try_into().or_internal()
}
