//! Models as return values of a provider's functions: a model that passes validation is sent in the
//! protocol's format and can be parsed again to an equal value; an invalid model is never sent.

#![no_main]

use std::fmt::Debug;

use arbitrary::Unstructured;
use churnkey::Amount;
use churnkey::model::{PriceType, ProductType};
use churnkey::validate::Validate;
use libfuzzer_sys::{Corpus, fuzz_target};
use serde::{Serialize, de::DeserializeOwned};
use support::client::Host;
use support::provider::{Everything, Planted};
use support::{Kind, build, check};

thread_local! {
    static HOST: Host<Everything> = Host::default();
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let mut u = Unstructured::new(bytes);
    let Ok(model) = build::model(&mut u) else {
        return Corpus::Reject;
    };
    let charged = u.arbitrary().unwrap_or_default();
    match &model {
        Planted::Customer(it) => send(&model, it, Kind::Customer, "customers/it", true),
        Planted::Price(it) => {
            check_charge(&it.amount, it.validate().is_ok(), charged);
            let agrees = matches!(it.r#type, PriceType::Product { .. });
            send(&model, it, Kind::Price, "prices/it", agrees);
        }
        Planted::Subscription(it) => {
            let of_products = it
                .items
                .iter()
                .all(|item| matches!(item.price.r#type, PriceType::Product { .. }));
            let customer = support::client::encode_segment(it.customer_id.as_str(), || 1);
            if customer.is_empty() {
                assert!(it.validate().is_err());
                return Corpus::Keep;
            }
            let path = format!("customers/{customer}/subscriptions/it");
            send(&model, it, Kind::Subscription, &path, of_products);
        }
        Planted::Coupon(it) => send(&model, it, Kind::Coupon, "coupons/it", true),
        Planted::Product(it) => {
            let agrees = matches!(it.r#type, ProductType::Family { .. });
            send(&model, it, Kind::Product, "products/it", agrees);
        }
        Planted::Family(it) => send(&model, it, Kind::Family, "families/it", true),
    }
    Corpus::Keep
});

fn send<M: Validate + Serialize + DeserializeOwned + PartialEq + Debug>(
    planted: &Planted,
    model: &M,
    kind: Kind,
    path: &str,
    agrees: bool,
) {
    let sound = model.validate().is_ok() && agrees;
    let reply = HOST.with(|host| {
        host.provider().plant(planted.clone(), sound);
        host.get(&format!("/churnkey/{path}"), "live")
    });
    assert_eq!(reply.calls.len(), 1, "{reply:?}");
    if !sound {
        return assert_eq!(reply.status, 500);
    }
    let document = reply.document();
    check(kind, &document, ("product", "family"));
    let again: M = serde_json::from_slice(&reply.body).expect("a sent model can be parsed");
    assert!(*model == again, "{document}");
    assert_eq!(
        serde_json::to_vec(&again).expect("a model is JSON"),
        reply.body
    );
}

/// Checks that a valid amount has a charge for every moderate quantity, without overflow.
fn check_charge(amount: &Amount, sound: bool, quantity: u64) {
    let charge = amount.charge(quantity);
    let Amount::Tiered(tiered) = amount else {
        return;
    };
    if !sound {
        return;
    }
    // Prices this small cannot overflow.
    let largest = i64::from(i32::MAX);
    let small = |units: &Option<churnkey::model::MinorUnits>| {
        units.is_none_or(|units| (-largest..=largest).contains(&units.get()))
    };
    if quantity <= 1000
        && tiered
            .tiers
            .iter()
            .all(|tier| small(&tier.unit) && small(&tier.flat))
    {
        assert!(charge.is_some(), "{amount:?} {quantity}");
    }
}
