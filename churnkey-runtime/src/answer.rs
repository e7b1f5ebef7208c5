//! From what a function answers to a response, validated on the way.

use axum::http::StatusCode;
use serde::Serialize;

use crate::incoming::Asked;
use crate::manifest::{Manifest, PricesType, ProductsType};
use crate::model::{
    Coupon, Customer, Family, Price, PriceType, Product, ProductType, Subscription,
};
use crate::page::{Cursor, MAX_CURSOR_BYTES, Page};
use crate::reply::Reply;
use crate::validate::{Fault, Faults, Invalid, Validate};
use crate::{Error, Result};

/// What an operation answers.
pub trait Encode: Send + 'static {
    #[doc(hidden)]
    fn encode(self, asked: &Asked, manifest: &Manifest) -> Result<Reply>;
}

/// Success of an action: 200 with an empty body (protocol: **doc**).
impl Encode for () {
    fn encode(self, _: &Asked, _: &Manifest) -> Result<Reply> {
        Ok(Reply::empty())
    }
}

impl<M: Model> Encode for Option<M> {
    fn encode(self, asked: &Asked, manifest: &Manifest) -> Result<Reply> {
        let not_found = || Error::not_found(format!("there is no such {}", M::MODEL));
        let model = self.ok_or_else(not_found)?;
        if !model.belongs_to(asked) {
            // One customer must never see what another has, even if the function did not look.
            return Err(not_found().because(format!(
                "the function answered with a {} of another customer",
                M::MODEL
            )));
        }
        Answer {
            model: &model,
            asked,
            manifest,
        }
        .validate()?;
        json(&model, 1)
    }
}

impl<M: Model> Encode for Page<M> {
    fn encode(self, asked: &Asked, manifest: &Manifest) -> Result<Reply> {
        self.fits(asked)?;
        for (index, model) in self.data.iter().enumerate() {
            Answer {
                model,
                asked,
                manifest,
            }
            .validate_row(index)?;
        }
        json(&self, self.data.len())
    }
}

impl<M> Page<M> {
    fn fits(&self, asked: &Asked) -> Result<(), Invalid> {
        let wrong = |path: &str, rule: &'static str| {
            Err(Invalid {
                model: "page",
                faults: vec![Fault {
                    path: path.to_owned(),
                    rule: rule.into(),
                }],
            })
        };
        if asked
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
                if asked
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

/// Writes so many models, into memory that is enough for most: growing means copying what is there.
fn json(answer: &impl Serialize, models: usize) -> Result<Reply> {
    const ALONE: usize = 1024;
    const IN_A_LIST: usize = 384;
    let mut document = Vec::with_capacity(ALONE.max(models * IN_A_LIST));
    serde_json::to_writer(&mut document, answer)?;
    Ok(Reply::json(StatusCode::OK, document))
}

/// A model that is sent on its own or as a row of a page.
pub trait Model: Validate + Serialize + Send + 'static {
    /// Whether the customer that was asked for may see it.
    #[doc(hidden)]
    fn belongs_to(&self, _: &Asked) -> bool {
        true
    }

    /// What the manifest says of all models of a kind must be true of this one.
    #[doc(hidden)]
    fn agree(&self, _: &Manifest, _: &mut Faults<'_>) {}
}

/// A model in answer to a request: its own rules, those of the manifest and those of the request.
struct Answer<'a, M> {
    model: &'a M,
    asked: &'a Asked,
    manifest: &'a Manifest,
}

impl<M: Model> Validate for Answer<'_, M> {
    const MODEL: &'static str = M::MODEL;

    fn check(&self, faults: &mut Faults<'_>) {
        self.model.check(faults);
        self.model.agree(self.manifest, faults);
        faults.field("customerId").require(
            self.model.belongs_to(self.asked),
            "must be the customer that was asked for",
        );
    }
}

impl Model for Customer {}
impl Model for Coupon {}
impl Model for Family {}

impl Model for Price {
    fn agree(&self, manifest: &Manifest, faults: &mut Faults<'_>) {
        match (manifest.controllers.prices, &self.r#type) {
            (Some(PricesType::Standalone), PriceType::Product { .. }) => {
                faults
                    .field("type")
                    .add("must be `standalone`, as the prices controller declares");
            }
            (Some(PricesType::Product), PriceType::Standalone) => {
                faults
                    .field("type")
                    .add("must be `product`, as the prices controller declares");
            }
            _ => {}
        }
    }
}

impl Model for Product {
    fn agree(&self, manifest: &Manifest, faults: &mut Faults<'_>) {
        match (manifest.controllers.products, &self.r#type) {
            (Some(ProductsType::Standalone), ProductType::Family { .. }) => {
                faults
                    .field("type")
                    .add("must be `standalone`, as the products controller declares");
            }
            (Some(ProductsType::Family), ProductType::Standalone) => {
                faults
                    .field("type")
                    .add("must be `family`, as the products controller declares");
            }
            _ => {}
        }
    }
}

impl Model for Subscription {
    fn belongs_to(&self, asked: &Asked) -> bool {
        asked
            .customer
            .as_ref()
            .is_none_or(|customer| *customer == self.customer_id)
    }

    fn agree(&self, manifest: &Manifest, faults: &mut Faults<'_>) {
        let mut items = faults.field("items");
        for (index, item) in self.items.iter().enumerate() {
            item.price
                .agree(manifest, &mut items.index(index).field("price"));
        }
    }
}
