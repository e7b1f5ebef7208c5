use std::fmt;

use serde::{Deserialize, Serialize};

use super::into_option::IntoOption;
use super::text::Text;
use crate::redact::Redacted;
use crate::validate::{Validate, Violations};

/// The address of a customer. Every part is optional. Protocol: **doc**.
///
/// It is personal data: `Debug` shows the names of the parts that are set, and no value.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(
    feature = "openapi",
    schemars(
        description = "The address of a customer. Every part is optional. Protocol: **doc**."
    )
)]
#[non_exhaustive]
pub struct Address {
    /// The country as an ISO 3166-1 alpha-2 code in upper case, such as `SE` (**assumed**).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(regex(pattern = "^[A-Z]{2}$")))]
    pub country: Option<Text>,
    /// The state, province or region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Text>,
    /// The city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<Text>,
    /// The postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Text>,
    /// The first line of the street address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line1: Option<Text>,
    /// The second line of the street address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line2: Option<Text>,
}

impl Address {
    /// An address without any part.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the country: an ISO 3166-1 alpha-2 code in upper case.
    pub fn country<K>(mut self, country: impl IntoOption<Text, K>) -> Self {
        self.country = country.into_option();
        self
    }

    /// Sets the state, province or region.
    pub fn state<K>(mut self, state: impl IntoOption<Text, K>) -> Self {
        self.state = state.into_option();
        self
    }

    /// Sets the city.
    pub fn city<K>(mut self, city: impl IntoOption<Text, K>) -> Self {
        self.city = city.into_option();
        self
    }

    /// Sets the postal code.
    pub fn postal_code<K>(mut self, postal_code: impl IntoOption<Text, K>) -> Self {
        self.postal_code = postal_code.into_option();
        self
    }

    /// Sets the first line of the street address.
    pub fn line1<K>(mut self, line1: impl IntoOption<Text, K>) -> Self {
        self.line1 = line1.into_option();
        self
    }

    /// Sets the second line of the street address.
    pub fn line2<K>(mut self, line2: impl IntoOption<Text, K>) -> Self {
        self.line2 = line2.into_option();
        self
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address")
            .field("country", &Redacted::option(&self.country))
            .field("state", &Redacted::option(&self.state))
            .field("city", &Redacted::option(&self.city))
            .field("postal_code", &Redacted::option(&self.postal_code))
            .field("line1", &Redacted::option(&self.line1))
            .field("line2", &Redacted::option(&self.line2))
            .finish()
    }
}

impl Validate for Address {
    const MODEL: &'static str = "address";

    fn check(&self, violations: &mut Violations<'_>) {
        if let Some(country) = &self.country {
            violations.field("country").require(
                country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()),
                "must be an ISO 3166-1 alpha-2 code in upper case",
            );
        }
    }
}
