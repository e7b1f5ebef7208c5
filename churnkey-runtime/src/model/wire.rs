use std::fmt::Display;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error};

/// For collections, where the protocol's "`null` counts as absent" means empty.
pub(super) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a type from its text form. Serde's own messages quote what they found, and that may be
/// personal data, so they are replaced.
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
