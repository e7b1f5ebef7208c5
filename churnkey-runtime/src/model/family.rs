use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::FamilyId;
use super::into_option::IntoOption;
use super::text::Text;
use crate::redact::Redacted;
use crate::validate::{Validate, Violations};

/// A group of products. Protocol: **doc**; which of its fields are required is **assumed**.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ProductFamily {
    /// The family's id in the billing system.
    pub id: FamilyId,
    /// The name that customers see.
    #[cfg_attr(feature = "openapi", schemars(length(min = 1)))]
    pub name: Text,
    /// A description that customers see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
}

impl ProductFamily {
    /// A family without a description.
    pub fn new(id: impl Into<FamilyId>, name: impl Into<Text>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            description: None,
        }
    }

    /// Sets the description that customers see.
    pub fn description<K>(mut self, description: impl IntoOption<Text, K>) -> Self {
        self.description = description.into_option();
        self
    }
}

impl fmt::Debug for ProductFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProductFamily")
            .field("id", &self.id)
            .field("name", &Redacted)
            .field("description", &Redacted::option(&self.description))
            .finish()
    }
}

impl Validate for ProductFamily {
    const MODEL: &'static str = "family";

    fn check(&self, violations: &mut Violations<'_>) {
        violations.field("id").require_text(&self.id);
        violations.field("name").require_text(&self.name);
    }
}
