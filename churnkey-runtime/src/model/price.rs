use std::fmt;

use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::billing_cycle::BillingCycle;
use super::id::{PriceId, ProductId};
use super::into_option::IntoOption;
use super::text::Text;
use crate::redact::Redacted;
use crate::validate::{Validate, Violations};

/// The cost of a subscription's item, and its billing cycle. Protocol: **doc**.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Price {
    /// The price's id in the billing system.
    pub id: PriceId,
    /// Standalone, or of a product; on the wire `type` and `productId`.
    #[serde(flatten)]
    pub r#type: PriceType,
    /// The billing cycle.
    pub duration: BillingCycle,
    /// The charge of each cycle.
    pub amount: Amount,
    /// The name. Recommended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// A description for the company itself; customers do not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
}

impl Price {
    /// A price without a product.
    pub fn standalone(
        id: impl Into<PriceId>,
        duration: BillingCycle,
        amount: impl Into<Amount>,
    ) -> Self {
        Self::new(id.into(), PriceType::Standalone, duration, amount.into())
    }

    /// A price of a product.
    pub fn of_product(
        id: impl Into<PriceId>,
        product_id: impl Into<ProductId>,
        duration: BillingCycle,
        amount: impl Into<Amount>,
    ) -> Self {
        let product_id = product_id.into();
        Self::new(
            id.into(),
            PriceType::Product { product_id },
            duration,
            amount.into(),
        )
    }

    fn new(id: PriceId, r#type: PriceType, duration: BillingCycle, amount: Amount) -> Self {
        Self {
            id,
            r#type,
            duration,
            amount,
            name: None,
            description: None,
        }
    }

    /// Sets the name.
    pub fn name<K>(mut self, name: impl IntoOption<Text, K>) -> Self {
        self.name = name.into_option();
        self
    }

    /// Sets the description, which customers do not see.
    pub fn description<K>(mut self, description: impl IntoOption<Text, K>) -> Self {
        self.description = description.into_option();
        self
    }
}

impl fmt::Debug for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Price")
            .field("id", &self.id)
            .field("type", &self.r#type)
            .field("duration", &self.duration)
            .field("amount", &self.amount)
            .field("name", &Redacted::option(&self.name))
            .field("description", &Redacted::option(&self.description))
            .finish()
    }
}

impl Validate for Price {
    const MODEL: &'static str = "price";

    fn check(&self, violations: &mut Violations<'_>) {
        violations.field("id").require_text(&self.id);
        if let PriceType::Product { product_id } = &self.r#type {
            violations.field("productId").require_text(product_id);
        }
        violations.model("duration", &self.duration);
        violations.model("amount", &self.amount);
    }
}

/// The relation of a price to a product. All prices of a provider have the same. Protocol: **doc**.
///
/// Exactly the prices of type `product` have a `productId` (**assumed**).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WirePriceType", into = "WirePriceType")]
#[non_exhaustive]
pub enum PriceType {
    /// The price has no product.
    Standalone,
    /// The price belongs to a product.
    Product {
        /// The product.
        product_id: ProductId,
    },
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for PriceType {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PriceType".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "oneOf": [
                {
                    "description": "The price has no product.",
                    "properties": { "type": { "const": "standalone" }, "productId": false },
                    "required": ["type"],
                },
                {
                    "description": "The price belongs to a product.",
                    "properties": {
                        "type": { "const": "product" },
                        "productId": generator.subschema_for::<ProductId>(),
                    },
                    "required": ["type", "productId"],
                },
            ],
        })
    }
}

/// The two fields on the wire, which can contradict each other.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePriceType {
    r#type: WirePriceKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_id: Option<ProductId>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum WirePriceKind {
    Standalone,
    Product,
}

impl TryFrom<WirePriceType> for PriceType {
    type Error = &'static str;

    fn try_from(wire: WirePriceType) -> Result<Self, Self::Error> {
        match (wire.r#type, wire.product_id) {
            (WirePriceKind::Standalone, None) => Ok(Self::Standalone),
            (WirePriceKind::Product, Some(product_id)) => Ok(Self::Product { product_id }),
            (WirePriceKind::Standalone, Some(_)) => Err("productId needs type product"),
            (WirePriceKind::Product, None) => Err("type product needs productId"),
        }
    }
}

impl From<PriceType> for WirePriceType {
    fn from(r#type: PriceType) -> Self {
        match r#type {
            PriceType::Standalone => Self {
                r#type: WirePriceKind::Standalone,
                product_id: None,
            },
            PriceType::Product { product_id } => Self {
                r#type: WirePriceKind::Product,
                product_id: Some(product_id),
            },
        }
    }
}
