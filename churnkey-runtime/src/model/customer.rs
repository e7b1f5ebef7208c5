use std::fmt;

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::currency::Currency;
use super::discount::Discount;
use super::id::{CustomerId, Email, Phone};
use super::into_option::IntoOption;
use super::metadata::{self, Metadata};
use super::text::Text;
use super::wire;
use crate::redact::Redacted;
use crate::validate::{Validate, Violations};

/// A person or company that has, had or may have subscriptions. Protocol: **doc**.
///
/// Set at least one of e-mail and phone if the billing system has them. It is personal data:
/// `Debug` shows the discounts, the currency, and the names of other fields that are set.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(
    feature = "openapi",
    schemars(
        description = "Someone who has, had or may have subscriptions. Protocol: **doc**.",
        extend("dependentRequired" = {"lastName": ["name"]})
    )
)]
#[non_exhaustive]
pub struct Customer {
    /// The customer's id in the billing system.
    pub id: CustomerId,
    /// The whole name, or the first name when there is a last name. Recommended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// The last name; needs `name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<Text>,
    /// The e-mail address. Recommended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// The phone number. Recommended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// The addresses, the primary one first. Recommended.
    #[serde(
        default,
        deserialize_with = "wire::null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub addresses: Vec<Address>,
    /// The discounts on everything the customer buys.
    #[serde(
        default,
        deserialize_with = "wire::null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub discounts: Vec<Discount>,
    /// The currency that the customer pays in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// The provider's own notes.
    #[serde(
        default,
        deserialize_with = "wire::null_as_default",
        skip_serializing_if = "Metadata::is_empty"
    )]
    pub metadata: Metadata,
}

impl Customer {
    /// A customer with an id only.
    pub fn new(id: impl Into<CustomerId>) -> Self {
        Self {
            id: id.into(),
            name: None,
            last_name: None,
            email: None,
            phone: None,
            addresses: Vec::new(),
            discounts: Vec::new(),
            currency: None,
            metadata: Metadata::new(),
        }
    }

    /// Sets the whole name, or the first name when the last name is set too.
    pub fn name<K>(mut self, name: impl IntoOption<Text, K>) -> Self {
        self.name = name.into_option();
        self
    }

    /// Sets the last name; needs [`name`](Self::name).
    pub fn last_name<K>(mut self, last_name: impl IntoOption<Text, K>) -> Self {
        self.last_name = last_name.into_option();
        self
    }

    /// Sets the e-mail address.
    pub fn email<K>(mut self, email: impl IntoOption<Email, K>) -> Self {
        self.email = email.into_option();
        self
    }

    /// Sets the phone number.
    pub fn phone<K>(mut self, phone: impl IntoOption<Phone, K>) -> Self {
        self.phone = phone.into_option();
        self
    }

    /// Adds an address; the first one is the primary.
    pub fn address<K>(mut self, address: impl IntoOption<Address, K>) -> Self {
        self.addresses.extend(address.into_option());
        self
    }

    /// Adds a discount.
    pub fn discount<K>(mut self, discount: impl IntoOption<Discount, K>) -> Self {
        self.discounts.extend(discount.into_option());
        self
    }

    /// Sets the currency that the customer pays in.
    pub fn currency<K>(mut self, currency: impl IntoOption<Currency, K>) -> Self {
        self.currency = currency.into_option();
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

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Customer")
            .field("id", &self.id)
            .field("name", &Redacted::option(&self.name))
            .field("last_name", &Redacted::option(&self.last_name))
            .field("email", &Redacted::option(&self.email))
            .field("phone", &Redacted::option(&self.phone))
            .field("addresses", &self.addresses)
            .field("discounts", &self.discounts)
            .field("currency", &self.currency)
            .field("metadata", &metadata::Redacted(&self.metadata))
            .finish()
    }
}

impl Validate for Customer {
    const MODEL: &'static str = "customer";

    fn check(&self, violations: &mut Violations<'_>) {
        violations.field("id").require_text(&self.id);
        violations.field("lastName").require(
            self.last_name.is_none() || self.name.is_some(),
            "needs name",
        );
        if let Some(email) = &self.email {
            violations.field("email").require_text(email);
        }
        violations.models("addresses", &self.addresses);
        violations.models("discounts", &self.discounts);
    }
}
