use std::fmt::Display;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error};

/// Reads `null` as an empty collection, because `null` counts as absent in the protocol.
pub(super) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a type from a string. Serde's own messages quote the input, which may be personal data, so
/// they are replaced.
pub(super) fn from_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: Display,
{
    let text =
        String::deserialize(deserializer).map_err(|_| D::Error::custom("must be a string"))?;
    text.parse().map_err(D::Error::custom)
}
