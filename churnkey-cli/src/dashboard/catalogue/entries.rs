//! The kinds of items in the catalogue.

use churnkey_runtime::model::{PriceType, ProductType};
use churnkey_runtime::{Amount, Coupon, Price, Product, ProductFamily, Timestamp};
use churnkey_verify::Module;
use churnkey_verify::internal::encoded;
use maud::{Markup, html};
use serde::de::DeserializeOwned;

use crate::dashboard::links::item_path;
use crate::dashboard::subscription::tiers;
use crate::dashboard::table::{Column, words};
use crate::dashboard::text::{amount, coupon_terms, cycle, text, time};

/// A kind of item in the catalogue.
pub(in crate::dashboard) trait Entry:
    DeserializeOwned + Send + Sync + 'static
{
    const MODULE: Module;
    /// The kind in a sentence, such as `price`.
    const ONE: &'static str;
    /// The kind at the start of a title, such as `Price`.
    const TITLE: &'static str;
    /// The title of the list, such as `Prices`.
    const MANY: &'static str;
    /// The columns of the list. The first one has the id.
    const COLUMNS: &'static [Column];

    fn id(&self) -> &str;

    fn title(&self) -> Option<&str>;

    /// The cells after the id.
    fn cells(&self) -> Vec<Markup>;

    /// The facts after the id, as terms and descriptions.
    fn facts(&self) -> Markup;
}

impl Entry for Price {
    const MODULE: Module = Module::Prices;
    const ONE: &'static str = "price";
    const TITLE: &'static str = "Price";
    const MANY: &'static str = "Prices";
    const COLUMNS: &'static [Column] = &[
        words("Id"),
        words("Name"),
        words("Amount"),
        words("Charged"),
        words("Product"),
    ];

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn title(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn cells(&self) -> Vec<Markup> {
        vec![
            optional(self.name.as_deref()),
            html! { (amount(&self.amount)) },
            html! { (cycle(self.duration)) },
            product_of(self),
        ]
    }

    fn facts(&self) -> Markup {
        html! {
            (fact("Name", self.name.as_deref()))
            (fact("Description", self.description.as_deref()))
            dt { "Amount" }
            dd {
                (amount(&self.amount)) " " (cycle(self.duration))
                @if let Amount::Tiered(tiered) = &self.amount {
                    (tiers(tiered.currency, &tiered.tiers, None))
                }
            }
            dt { "Product" } dd { (product_of(self)) }
            dt { "Used by" }
            dd {
                a href={ "/subscriptions?price=" (encoded(self.id())) } {
                    "Subscriptions with this price"
                }
            }
        }
    }
}

fn product_of(price: &Price) -> Markup {
    html! {
        @match &price.r#type {
            PriceType::Product { product_id } => {
                a href=(item_path(Module::Products, product_id.as_str())) {
                    (text(product_id.as_str()))
                }
            }
            _ => span.muted { "standalone" },
        }
    }
}

impl Entry for Product {
    const MODULE: Module = Module::Products;
    const ONE: &'static str = "product";
    const TITLE: &'static str = "Product";
    const MANY: &'static str = "Products";
    const COLUMNS: &'static [Column] = &[
        words("Id"),
        words("Name"),
        words("Description"),
        words("Unit"),
        words("Family"),
    ];

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn title(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn cells(&self) -> Vec<Markup> {
        vec![
            text(&self.name),
            optional(self.description.as_deref()),
            optional(self.unit_label.as_deref()),
            family_of(self),
        ]
    }

    fn facts(&self) -> Markup {
        html! {
            (fact("Name", Some(&self.name)))
            (fact("Description", self.description.as_deref()))
            (fact("Unit", self.unit_label.as_deref()))
            dt { "Family" } dd { (family_of(self)) }
        }
    }
}

fn family_of(product: &Product) -> Markup {
    html! {
        @match &product.r#type {
            ProductType::Family { family_id } => {
                a href=(item_path(Module::Families, family_id.as_str())) {
                    (text(family_id.as_str()))
                }
            }
            _ => span.muted { "standalone" },
        }
    }
}

impl Entry for ProductFamily {
    const MODULE: Module = Module::Families;
    const ONE: &'static str = "family";
    const TITLE: &'static str = "Family";
    const MANY: &'static str = "Families";
    const COLUMNS: &'static [Column] = &[words("Id"), words("Name"), words("Description")];

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn title(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn cells(&self) -> Vec<Markup> {
        vec![text(&self.name), optional(self.description.as_deref())]
    }

    fn facts(&self) -> Markup {
        html! {
            (fact("Name", Some(&self.name)))
            (fact("Description", self.description.as_deref()))
        }
    }
}

impl Entry for Coupon {
    const MODULE: Module = Module::Coupons;
    const ONE: &'static str = "coupon";
    const TITLE: &'static str = "Coupon";
    const MANY: &'static str = "Coupons";
    const COLUMNS: &'static [Column] = &[
        words("Id"),
        words("Name"),
        words("Code"),
        words("Discount"),
        words("Validity"),
    ];

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn title(&self) -> Option<&str> {
        self.name.as_deref().or(self.code.as_deref())
    }

    fn cells(&self) -> Vec<Markup> {
        vec![
            optional(self.name.as_deref()),
            optional(self.code.as_deref()),
            html! { (coupon_terms(&self.value, self.duration)) },
            validity(self),
        ]
    }

    fn facts(&self) -> Markup {
        html! {
            (fact("Name", self.name.as_deref()))
            (fact("Code", self.code.as_deref()))
            dt { "Discount" } dd { (coupon_terms(&self.value, self.duration)) }
            dt { "Validity" } dd { (validity(self)) }
            @if let Some(redemptions) = &self.redemptions {
                dt { "Redemptions" }
                dd {
                    (redemptions.current.unwrap_or_default())
                    @if let Some(max) = redemptions.max { " of " (max) }
                }
            }
            dt { "Used by" }
            dd { a href={ "/subscriptions?coupon=" (encoded(self.id())) } { "Subscriptions with this coupon" } }
        }
    }
}

fn validity(coupon: &Coupon) -> Markup {
    html! {
        @match invalid(coupon, Timestamp::now()) {
            Some(why) => span.badge.severity-warning { (why) },
            None => span.badge.state-good { "valid" },
        }
        @if let Some(end) = coupon.expires_at { " " span.muted { "until " (time(end)) } }
    }
}

/// The reason why a coupon cannot be redeemed at a time.
pub(in crate::dashboard) fn invalid(coupon: &Coupon, now: Timestamp) -> Option<&'static str> {
    let is_used_up = coupon
        .redemptions
        .as_ref()
        .is_some_and(|redemptions| match redemptions.max {
            Some(max) => redemptions.current.unwrap_or_default() >= max,
            None => false,
        });
    match coupon.expires_at {
        Some(end) if end <= now => Some("expired"),
        _ if is_used_up => Some("used up"),
        _ => None,
    }
}

pub(super) fn is_of_product(price: &Price, id: &str) -> bool {
    matches!(&price.r#type, PriceType::Product { product_id } if product_id.as_str() == id)
}

pub(super) fn is_of_family(product: &Product, id: &str) -> bool {
    matches!(&product.r#type, ProductType::Family { family_id } if family_id.as_str() == id)
}

fn optional(value: Option<&str>) -> Markup {
    html! { @if let Some(value) = value { (text(value)) } }
}

fn fact(name: &str, value: Option<&str>) -> Markup {
    html! { @if let Some(value) = value { dt { (name) } dd { (text(value)) } } }
}

#[cfg(test)]
mod tests {
    use churnkey_runtime::model::{CouponDuration, Percent, Redemptions};

    use super::*;

    #[test]
    fn expired_or_used_up_coupon_is_invalid() {
        let now: Timestamp = "2026-05-01T00:00:00Z".parse().unwrap();
        let later: Timestamp = "2026-05-02T00:00:00Z".parse().unwrap();
        let percent = Percent::new(50.0).unwrap();
        let coupon = || Coupon::new("half", CouponDuration::Once, percent);
        assert_eq!(invalid(&coupon(), now), None);
        assert_eq!(invalid(&coupon().expires_at(later), now), None);
        assert_eq!(invalid(&coupon().expires_at(now), now), Some("expired"));
        let redeemed = |current: u32| Redemptions::new().max(3_u32).current(current);
        assert_eq!(invalid(&coupon().redemptions(redeemed(2)), now), None);
        let used_up = coupon().redemptions(redeemed(3));
        assert_eq!(invalid(&used_up, now), Some("used up"));
    }
}
