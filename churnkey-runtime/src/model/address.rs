use std::fmt;

use serde::{Deserialize, Serialize};

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
    pub country: Option<String>,
    /// The state, province or region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// The first line of the street address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line1: Option<String>,
    /// The second line of the street address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
}

impl Address {
    /// An address without any part.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the country: an ISO 3166-1 alpha-2 code in upper case.
    pub fn country(mut self, country: impl Into<String>) -> Self {
        self.country = Some(country.into());
        self
    }

    /// Sets the state, province or region.
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// Sets the city.
    pub fn city(mut self, city: impl Into<String>) -> Self {
        self.city = Some(city.into());
        self
    }

    /// Sets the postal code.
    pub fn postal_code(mut self, postal_code: impl Into<String>) -> Self {
        self.postal_code = Some(postal_code.into());
        self
    }

    /// Sets the first line of the street address.
    pub fn line1(mut self, line1: impl Into<String>) -> Self {
        self.line1 = Some(line1.into());
        self
    }

    /// Sets the second line of the street address.
    pub fn line2(mut self, line2: impl Into<String>) -> Self {
        self.line2 = Some(line2.into());
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
