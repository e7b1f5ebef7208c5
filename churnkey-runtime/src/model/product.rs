use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::{FamilyId, ProductId};
use super::into_option::IntoOption;
use super::text::Text;
use crate::redact::Redacted;
use crate::validate::{Validate, Violations};

/// A product of the company; its prices point to it. Protocol: **doc**.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Product {
    /// The product's id in the billing system.
    pub id: ProductId,
    /// Standalone, or of a family; on the wire `type` and `familyId`.
    #[serde(flatten)]
    pub r#type: ProductType,
    /// The name.
    #[cfg_attr(feature = "openapi", schemars(length(min = 1)))]
    pub name: Text,
    /// A description that customers see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    /// The name of one unit, such as `seat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_label: Option<Text>,
}

impl Product {
    /// A product without a family.
    pub fn standalone(id: impl Into<ProductId>, name: impl Into<Text>) -> Self {
        Self::new(id.into(), ProductType::Standalone, name.into())
    }

    /// A product of a family.
    pub fn in_family(
        id: impl Into<ProductId>,
        family_id: impl Into<FamilyId>,
        name: impl Into<Text>,
    ) -> Self {
        let family_id = family_id.into();
        Self::new(id.into(), ProductType::Family { family_id }, name.into())
    }

    fn new(id: ProductId, r#type: ProductType, name: Text) -> Self {
        Self {
            id,
            r#type,
            name,
            description: None,
            unit_label: None,
        }
    }

    /// Sets the description that customers see.
    pub fn description<K>(mut self, description: impl IntoOption<Text, K>) -> Self {
        self.description = description.into_option();
        self
    }

    /// Sets the name of one unit, such as `seat`.
    pub fn unit_label<K>(mut self, unit_label: impl IntoOption<Text, K>) -> Self {
        self.unit_label = unit_label.into_option();
        self
    }
}

impl fmt::Debug for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Product")
            .field("id", &self.id)
            .field("type", &self.r#type)
            .field("name", &Redacted)
            .field("description", &Redacted::option(&self.description))
            .field("unit_label", &Redacted::option(&self.unit_label))
            .finish()
    }
}

impl Validate for Product {
    const MODEL: &'static str = "product";

    fn check(&self, violations: &mut Violations<'_>) {
        violations.field("id").require_text(&self.id);
        if let ProductType::Family { family_id } = &self.r#type {
            violations.field("familyId").require_text(family_id);
        }
        violations.field("name").require_text(&self.name);
    }
}

/// The relation of a product to a family. All products of a provider have the same. Protocol:
/// **doc**.
///
/// Exactly the products of type `family` have a `familyId` (**assumed**).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireProductType", into = "WireProductType")]
#[non_exhaustive]
pub enum ProductType {
    /// The product has no family.
    Standalone,
    /// The product belongs to a family.
    Family {
        /// The family.
        family_id: FamilyId,
    },
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for ProductType {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ProductType".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "oneOf": [
                {
                    "description": "The product has no family.",
                    "properties": { "type": { "const": "standalone" }, "familyId": false },
                    "required": ["type"],
                },
                {
                    "description": "The product belongs to a family.",
                    "properties": {
                        "type": { "const": "family" },
                        "familyId": generator.subschema_for::<FamilyId>(),
                    },
                    "required": ["type", "familyId"],
                },
            ],
        })
    }
}

/// The two fields on the wire, which can contradict each other.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireProductType {
    r#type: WireProductKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_id: Option<FamilyId>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum WireProductKind {
    Standalone,
    Family,
}

impl TryFrom<WireProductType> for ProductType {
    type Error = &'static str;

    fn try_from(wire: WireProductType) -> Result<Self, Self::Error> {
        match (wire.r#type, wire.family_id) {
            (WireProductKind::Standalone, None) => Ok(Self::Standalone),
            (WireProductKind::Family, Some(family_id)) => Ok(Self::Family { family_id }),
            (WireProductKind::Standalone, Some(_)) => Err("familyId needs type family"),
            (WireProductKind::Family, None) => Err("type family needs familyId"),
        }
    }
}

impl From<ProductType> for WireProductType {
    fn from(r#type: ProductType) -> Self {
        match r#type {
            ProductType::Standalone => Self {
                r#type: WireProductKind::Standalone,
                family_id: None,
            },
            ProductType::Family { family_id } => Self {
                r#type: WireProductKind::Family,
                family_id: Some(family_id),
            },
        }
    }
}
