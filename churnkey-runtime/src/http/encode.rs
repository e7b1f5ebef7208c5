//! Encodes the result of a function as a reply, after validation.

use axum::http::StatusCode;
use churnkey_protocol as protocol;
use serde::Serialize;

use super::extract::Expectations;
use super::reply::Reply;
use crate::error::{Error, Result, ResultExt as _};
use crate::manifest::{Manifest, PricesType, ProductsType};
use crate::model::coupon::Coupon;
use crate::model::customer::Customer;
use crate::model::family::ProductFamily;
use crate::model::price::{Price, PriceType};
use crate::model::product::{Product, ProductType};
use crate::model::subscription::Subscription;
use crate::page::{Cursor, MAX_CURSOR_BYTES, Page};
use crate::validate::{Validate, ValidationError, Violation, Violations};

/// The output of an operation.
pub trait Encode: Send + 'static {
    /// Its kind, which the protocol table must agree with.
    #[doc(hidden)]
    const OUTPUT: protocol::Output;

    #[doc(hidden)]
    fn encode(self, expected: &Expectations, manifest: &Manifest) -> Result<Reply>;
}

/// Success of an action: 200 with an empty body (protocol: **doc**).
impl Encode for () {
    const OUTPUT: protocol::Output = protocol::Output::Nothing;

    fn encode(self, _: &Expectations, _: &Manifest) -> Result<Reply> {
        Ok(Reply::empty())
    }
}

impl<M: Model> Encode for Option<M> {
    const OUTPUT: protocol::Output = protocol::Output::One(M::KIND);

    fn encode(self, expected: &Expectations, manifest: &Manifest) -> Result<Reply> {
        let not_found = || Error::not_found(format!("there is no such {}", M::MODEL));
        let model = self.ok_or_else(not_found)?;
        if !model.belongs_to(expected) {
            // Data of one customer must never be sent to another, even if the function does not
            // check the owner.
            return Err(not_found().with_cause(format!(
                "the function answered with a {} of another customer",
                M::MODEL
            )));
        }
        InContext {
            model: &model,
            expected,
            manifest,
        }
        .validate()?;
        document(&model, MODEL_BYTES)
    }
}

impl<M: Model> Encode for Page<M> {
    const OUTPUT: protocol::Output = protocol::Output::Page(M::KIND);

    fn encode(self, expected: &Expectations, manifest: &Manifest) -> Result<Reply> {
        self.fits(expected)?;
        for (index, model) in self.data.iter().enumerate() {
            InContext {
                model,
                expected,
                manifest,
            }
            .validate_row(index)?;
        }
        document(&self, MODEL_BYTES * (1 + self.data.len()))
    }
}

/// The length of a model in JSON, so that the buffer of most documents does not grow.
const MODEL_BYTES: usize = 512;

/// Serializes straight into the buffer that is sent.
fn document(model: &impl Serialize, bytes: usize) -> Result<Reply> {
    let mut document = Vec::with_capacity(bytes);
    serde_json::to_writer(&mut document, model).or_internal()?;
    Ok(Reply::json(StatusCode::OK, document))
}

impl<M> Page<M> {
    fn fits(&self, expected: &Expectations) -> Result<(), ValidationError> {
        let wrong = |path: &str, rule: &'static str| {
            Err(ValidationError {
                model: "page",
                violations: vec![Violation {
                    path: path.to_owned(),
                    rule: rule.into(),
                }],
            })
        };
        if expected
            .limit
            .is_some_and(|limit| self.data.len() > limit as usize)
        {
            return wrong("data", "must not hold more items than `PageRequest::limit`");
        }
        match &self.next {
            Some(Cursor::Text(text)) if text.is_empty() => wrong("next", "must not be empty"),
            Some(Cursor::Text(text)) if text.len() > MAX_CURSOR_BYTES => {
                wrong("next", "must be at most 1024 bytes long")
            }
            Some(next)
                if expected
                    .cursor
                    .as_ref()
                    .is_some_and(|cursor| *cursor == next.to_string()) =>
            {
                wrong(
                    "next",
                    "must not be the cursor of the same page, which would never end",
                )
            }
            _ => Ok(()),
        }
    }
}

/// A model that is sent on its own or as a row of a page.
pub trait Model: Validate + Serialize + Send + 'static {
    /// Its name in the protocol table.
    #[doc(hidden)]
    const KIND: protocol::Model;

    /// `true` if the customer of the request may see it.
    #[doc(hidden)]
    fn belongs_to(&self, _: &Expectations) -> bool {
        true
    }

    /// Checks what the manifest declares of all models of this kind.
    #[doc(hidden)]
    fn agree(&self, _: &Manifest, _: &mut Violations<'_>) {}
}

/// A model with its context: its own rules, those of the manifest and those of the request.
struct InContext<'a, M> {
    model: &'a M,
    expected: &'a Expectations,
    manifest: &'a Manifest,
}

impl<M: Model> Validate for InContext<'_, M> {
    const MODEL: &'static str = M::MODEL;

    fn check(&self, violations: &mut Violations<'_>) {
        self.model.check(violations);
        self.model.agree(self.manifest, violations);
        violations.field("customerId").require(
            self.model.belongs_to(self.expected),
            "must be the customer that was asked for",
        );
    }
}

impl Model for Customer {
    const KIND: protocol::Model = protocol::Model::Customer;
}

impl Model for Coupon {
    const KIND: protocol::Model = protocol::Model::Coupon;
}

impl Model for ProductFamily {
    const KIND: protocol::Model = protocol::Model::Family;
}

impl Model for Price {
    const KIND: protocol::Model = protocol::Model::Price;

    fn agree(&self, manifest: &Manifest, violations: &mut Violations<'_>) {
        match (manifest.controllers.prices, &self.r#type) {
            (Some(PricesType::Standalone), PriceType::Product { .. }) => {
                violations
                    .field("type")
                    .add("must be `standalone`, as the prices controller declares");
            }
            (Some(PricesType::Product), PriceType::Standalone) => {
                violations
                    .field("type")
                    .add("must be `product`, as the prices controller declares");
            }
            _ => {}
        }
    }
}

impl Model for Product {
    const KIND: protocol::Model = protocol::Model::Product;

    fn agree(&self, manifest: &Manifest, violations: &mut Violations<'_>) {
        match (manifest.controllers.products, &self.r#type) {
            (Some(ProductsType::Standalone), ProductType::Family { .. }) => {
                violations
                    .field("type")
                    .add("must be `standalone`, as the products controller declares");
            }
            (Some(ProductsType::Family), ProductType::Standalone) => {
                violations
                    .field("type")
                    .add("must be `family`, as the products controller declares");
            }
            _ => {}
        }
    }
}

impl Model for Subscription {
    const KIND: protocol::Model = protocol::Model::Subscription;

    fn belongs_to(&self, expected: &Expectations) -> bool {
        expected
            .customer
            .as_ref()
            .is_none_or(|customer| *customer == self.customer_id)
    }

    fn agree(&self, manifest: &Manifest, violations: &mut Violations<'_>) {
        let mut items = violations.field("items");
        for (index, item) in self.items.iter().enumerate() {
            item.price
                .agree(manifest, &mut items.index(index).field("price"));
        }
    }
}
