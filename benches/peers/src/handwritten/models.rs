//! The models of the responses.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

/// A timestamp, serialised with milliseconds.
#[derive(Clone, Copy, PartialEq, PartialOrd, Deserialize)]
#[serde(transparent)]
pub(super) struct Moment(pub(super) Timestamp);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Customer {
    pub(super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) addresses: Vec<Address>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) discounts: Vec<Discount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) currency: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) metadata: BTreeMap<String, String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Address {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line2: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Price {
    pub(super) id: String,
    pub(super) r#type: PriceType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) product_id: Option<String>,
    pub(super) duration: Cycle,
    pub(super) amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PriceType {
    Standalone,
    Product,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Cycle {
    pub(super) amount: u32,
    pub(super) unit: Unit,
}

impl Cycle {
    pub(super) fn is_annual(self) -> bool {
        match self.unit {
            Unit::Month => self.amount >= 12,
            Unit::Year => true,
        }
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Unit {
    Month,
    Year,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "lowercase")]
pub(super) enum Amount {
    Fixed(Fixed),
    Tiered {
        currency: String,
        mode: TierMode,
        tiers: Vec<Tier>,
    },
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Fixed {
    pub(super) currency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) flat: Option<i64>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TierMode {
    Graduated,
    Total,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tier {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) flat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) up_to: Option<u64>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Subscription {
    pub(super) id: String,
    pub(super) customer_id: String,
    pub(super) status: Status,
    pub(super) start: Moment,
    pub(super) duration: Cycle,
    pub(super) items: Vec<Item>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) discounts: Vec<Discount>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) metadata: BTreeMap<String, String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) price: Price,
    pub(super) quantity: u64,
}

/// The subscription states that this provider uses.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(
    tag = "name",
    rename_all = "lowercase",
    rename_all_fields = "camelCase"
)]
pub(super) enum Status {
    Active {
        #[serde(skip_serializing_if = "Option::is_none")]
        current_period: Option<Period>,
    },
    Paused {
        pause: PausePeriod,
        #[serde(skip_serializing_if = "Option::is_none")]
        current_period: Option<Period>,
    },
    Canceled {
        canceled_at: Moment,
        #[serde(skip_serializing_if = "Option::is_none")]
        current_period: Option<Period>,
    },
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Period {
    pub(super) start: Moment,
    pub(super) end: Moment,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct PausePeriod {
    pub(super) start: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end: Option<Moment>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Discount {
    pub(super) coupon: Coupon,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end: Option<Moment>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Coupon {
    pub(super) id: String,
    pub(super) duration: CouponDuration,
    pub(super) value: CouponValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) redemptions: Option<Redemptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<Moment>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(super) enum CouponDuration {
    Once,
    Recurring { amount: u32, unit: Unit },
    Forever,
    CycleAmount { cycles: u32 },
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum CouponValue {
    Fixed(Fixed),
    Percentage { percent: serde_json::Number },
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Redemptions {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) current: Option<u64>,
}
