use std::fmt;

use serde::{Deserialize, Serialize};

use super::billing_cycle::BillingCycle;
use super::count::Count;
use super::discount::Discount;
use super::id::{CustomerId, SubscriptionId, SubscriptionItemId};
use super::into_option::IntoOption;
use super::metadata::{self, Metadata};
use super::price::Price;
use super::text::Text;
use super::timestamp::Timestamp;
use super::wire;
use crate::validate::{Validate, Violations};

/// A subscription of a customer. Protocol: **doc**, except for fields with another mark.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Subscription {
    /// The subscription's id in the billing system.
    pub id: SubscriptionId,
    /// The customer whose subscription it is.
    pub customer_id: CustomerId,
    /// Its state.
    pub status: SubscriptionStatus,
    /// The moment at which it began.
    pub start: Timestamp,
    /// The billing cycle.
    pub duration: BillingCycle,
    /// The items that are charged.
    pub items: Vec<SubscriptionItem>,
    /// The discounts on this subscription.
    #[serde(
        default,
        deserialize_with = "wire::null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub discounts: Vec<Discount>,
    /// The provider's own notes (**assumed**).
    #[serde(
        default,
        deserialize_with = "wire::null_as_default",
        skip_serializing_if = "Metadata::is_empty"
    )]
    pub metadata: Metadata,
}

impl Subscription {
    /// A subscription without discounts.
    pub fn new(
        id: impl Into<SubscriptionId>,
        customer_id: impl Into<CustomerId>,
        status: SubscriptionStatus,
        start: impl Into<Timestamp>,
        duration: BillingCycle,
        items: impl IntoIterator<Item = SubscriptionItem>,
    ) -> Self {
        Self {
            id: id.into(),
            customer_id: customer_id.into(),
            status,
            start: start.into(),
            duration,
            items: items.into_iter().collect(),
            discounts: Vec::new(),
            metadata: Metadata::new(),
        }
    }

    /// Adds a discount.
    pub fn discount<K>(mut self, discount: impl IntoOption<Discount, K>) -> Self {
        self.discounts.extend(discount.into_option());
        self
    }

    /// Adds one note, in place of an older one with the same key; `None` adds nothing.
    pub fn metadata_entry<K>(
        mut self,
        key: impl Into<Text>,
        value: impl IntoOption<Text, K>,
    ) -> Self {
        if let Some(value) = value.into_option() {
            self.metadata.insert(key, value);
        }
        self
    }

    /// Adds notes, each in place of an older one with the same key.
    pub fn metadata<K: Into<Text>, V: Into<Text>>(
        mut self,
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.metadata.extend(entries);
        self
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("id", &self.id)
            .field("customer_id", &self.customer_id)
            .field("status", &self.status)
            .field("start", &self.start)
            .field("duration", &self.duration)
            .field("items", &self.items)
            .field("discounts", &self.discounts)
            .field("metadata", &metadata::Redacted(&self.metadata))
            .finish()
    }
}

impl Validate for Subscription {
    const MODEL: &'static str = "subscription";

    fn check(&self, violations: &mut Violations<'_>) {
        violations.field("id").require_text(&self.id);
        violations
            .field("customerId")
            .require_text(&self.customer_id);
        violations.model("status", &self.status);
        violations.model("duration", &self.duration);
        violations.models("items", &self.items);
        violations.models("discounts", &self.discounts);
    }
}

/// A number of units at one price. Protocol: **doc**.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubscriptionItem {
    /// The item's id in the billing system.
    pub id: SubscriptionItemId,
    /// The whole price.
    pub price: Price,
    /// The number of units.
    #[cfg_attr(feature = "openapi", schemars(range(max = 9_007_199_254_740_991_u64)))]
    pub quantity: u64,
}

impl SubscriptionItem {
    /// A number of units at one price.
    pub fn new(
        id: impl Into<SubscriptionItemId>,
        price: Price,
        quantity: impl Into<Count>,
    ) -> Self {
        Self {
            id: id.into(),
            price,
            quantity: quantity.into().get(),
        }
    }
}

impl Validate for SubscriptionItem {
    const MODEL: &'static str = "subscription item";

    fn check(&self, violations: &mut Violations<'_>) {
        violations.field("id").require_text(&self.id);
        violations.model("price", &self.price);
        Count::check(self.quantity, &mut violations.field("quantity"));
    }
}

/// The state of a subscription. Protocol: the five states are **doc**; their lower-case names and
/// the fields they have beyond `currentPeriod` and `trial` are **assumed**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(
    tag = "name",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum SubscriptionStatus {
    /// It runs and is paid for.
    #[non_exhaustive]
    Active {
        /// The billing period that runs now. Churnkey expects one here.
        #[serde(skip_serializing_if = "Option::is_none")]
        current_period: Option<SubscriptionPeriod>,
        /// The trial that came before.
        #[serde(skip_serializing_if = "Option::is_none")]
        trial: Option<SubscriptionPeriod>,
    },
    /// It is being tried out.
    #[non_exhaustive]
    Trial {
        /// The billing period that runs now.
        #[serde(skip_serializing_if = "Option::is_none")]
        current_period: Option<SubscriptionPeriod>,
        /// The trial that runs now.
        trial: SubscriptionPeriod,
    },
    /// It is not charged for a while.
    #[non_exhaustive]
    Paused {
        /// The dates of the pause.
        pause: PausePeriod,
        /// The billing period in which it was paused.
        #[serde(skip_serializing_if = "Option::is_none")]
        current_period: Option<SubscriptionPeriod>,
        /// The trial that came before.
        #[serde(skip_serializing_if = "Option::is_none")]
        trial: Option<SubscriptionPeriod>,
    },
    /// It was ended.
    #[non_exhaustive]
    Canceled {
        /// The moment at which it was ended.
        canceled_at: Timestamp,
        /// The billing period in which it was ended.
        #[serde(skip_serializing_if = "Option::is_none")]
        current_period: Option<SubscriptionPeriod>,
        /// The trial that came before.
        #[serde(skip_serializing_if = "Option::is_none")]
        trial: Option<SubscriptionPeriod>,
    },
    /// A charge failed and is still open.
    #[non_exhaustive]
    Unpaid {
        /// The billing period that is not paid.
        #[serde(skip_serializing_if = "Option::is_none")]
        current_period: Option<SubscriptionPeriod>,
        /// The trial that came before.
        #[serde(skip_serializing_if = "Option::is_none")]
        trial: Option<SubscriptionPeriod>,
    },
}

impl SubscriptionStatus {
    /// It runs and is paid for. Add the [`current_period`](Self::current_period): Churnkey expects
    /// it.
    pub fn active() -> Self {
        Self::Active {
            current_period: None,
            trial: None,
        }
    }

    /// It is being tried out.
    pub fn trial(trial: SubscriptionPeriod) -> Self {
        Self::Trial {
            current_period: None,
            trial,
        }
    }

    /// It is not charged for a while.
    pub fn paused(pause: PausePeriod) -> Self {
        Self::Paused {
            pause,
            current_period: None,
            trial: None,
        }
    }

    /// It was ended.
    pub fn canceled(at: impl Into<Timestamp>) -> Self {
        Self::Canceled {
            canceled_at: at.into(),
            current_period: None,
            trial: None,
        }
    }

    /// A charge failed and is still open.
    pub fn unpaid() -> Self {
        Self::Unpaid {
            current_period: None,
            trial: None,
        }
    }

    /// Sets the billing period that runs now.
    pub fn current_period<K>(mut self, period: impl IntoOption<SubscriptionPeriod, K>) -> Self {
        let period = period.into_option();
        match &mut self {
            Self::Active { current_period, .. }
            | Self::Trial { current_period, .. }
            | Self::Paused { current_period, .. }
            | Self::Canceled { current_period, .. }
            | Self::Unpaid { current_period, .. } => *current_period = period,
        }
        self
    }

    /// Sets the trial: the one that runs now in the trial state, which always has one, else the one
    /// that came before.
    pub fn trial_period<K>(mut self, period: impl IntoOption<SubscriptionPeriod, K>) -> Self {
        let period = period.into_option();
        match &mut self {
            Self::Trial { trial, .. } => *trial = period.unwrap_or(*trial),
            Self::Active { trial, .. }
            | Self::Paused { trial, .. }
            | Self::Canceled { trial, .. }
            | Self::Unpaid { trial, .. } => *trial = period,
        }
        self
    }

    /// The name on the wire, such as `active`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Active { .. } => "active",
            Self::Trial { .. } => "trial",
            Self::Paused { .. } => "paused",
            Self::Canceled { .. } => "canceled",
            Self::Unpaid { .. } => "unpaid",
        }
    }

    /// The billing period, in whatever state.
    pub fn current_period_dates(&self) -> Option<SubscriptionPeriod> {
        match *self {
            Self::Active { current_period, .. }
            | Self::Trial { current_period, .. }
            | Self::Paused { current_period, .. }
            | Self::Canceled { current_period, .. }
            | Self::Unpaid { current_period, .. } => current_period,
        }
    }

    /// The trial, in whatever state.
    pub fn trial_dates(&self) -> Option<SubscriptionPeriod> {
        match *self {
            Self::Trial { trial, .. } => Some(trial),
            Self::Active { trial, .. }
            | Self::Paused { trial, .. }
            | Self::Canceled { trial, .. }
            | Self::Unpaid { trial, .. } => trial,
        }
    }
}

impl Validate for SubscriptionStatus {
    const MODEL: &'static str = "status";

    fn check(&self, violations: &mut Violations<'_>) {
        if let Self::Paused { pause, .. } = self {
            violations.model("pause", pause);
        }
        if let Some(current_period) = self.current_period_dates() {
            violations.model("currentPeriod", &current_period);
        }
        if let Some(trial) = self.trial_dates() {
            violations.model("trial", &trial);
        }
    }
}

/// A span of time with both ends. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubscriptionPeriod {
    /// The start, inclusive.
    pub start: Timestamp,
    /// The end, exclusive; not before `start`.
    pub end: Timestamp,
}

impl SubscriptionPeriod {
    /// A span of time from `start`, inclusive, to `end`, exclusive.
    pub fn new(start: impl Into<Timestamp>, end: impl Into<Timestamp>) -> Self {
        Self {
            start: start.into(),
            end: end.into(),
        }
    }
}

impl Validate for SubscriptionPeriod {
    const MODEL: &'static str = "period";

    fn check(&self, violations: &mut Violations<'_>) {
        violations.require_order(Some(self.start), Some(self.end));
    }
}

/// The dates of a pause. Protocol: **assumed**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PausePeriod {
    /// The start of the pause, inclusive.
    pub start: Timestamp,
    /// The end of the pause, exclusive; an absent end means that the pause is indefinite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
}

impl PausePeriod {
    /// A pause without an end.
    pub fn new(start: impl Into<Timestamp>) -> Self {
        Self {
            start: start.into(),
            end: None,
        }
    }

    /// Sets the end of the pause, exclusive.
    pub fn end<K>(mut self, end: impl IntoOption<Timestamp, K>) -> Self {
        self.end = end.into_option();
        self
    }
}

impl Validate for PausePeriod {
    const MODEL: &'static str = "pause period";

    fn check(&self, violations: &mut Violations<'_>) {
        violations.require_order(Some(self.start), self.end);
    }
}
