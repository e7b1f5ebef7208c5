//! Documents of models: a digit for the kind, then JSON. A parsed document can be serialised and
//! parsed again to an equal value.

#![no_main]

use churnkey::validate::Validate;
use churnkey::{Coupon, Customer, Price, Product, ProductFamily, Subscription};
use libfuzzer_sys::{Corpus, fuzz_target};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use support::Kind;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((digit, document)) = bytes.split_first() else {
        return Corpus::Reject;
    };
    match Kind::ALL[usize::from(digit.wrapping_sub(b'0')) % Kind::ALL.len()] {
        Kind::Customer => round_trip::<Customer>(document),
        Kind::Price => round_trip::<Price>(document),
        Kind::Subscription => round_trip::<Subscription>(document),
        Kind::Coupon => round_trip::<Coupon>(document),
        Kind::Product => round_trip::<Product>(document),
        Kind::Family => round_trip::<ProductFamily>(document),
    }
    Corpus::Keep
});

fn round_trip<M: Validate + Serialize + DeserializeOwned + PartialEq>(document: &[u8]) {
    let Ok(model) = serde_json::from_slice::<M>(document) else {
        return;
    };
    let written = serde_json::to_string(&model).expect("a model is JSON");
    let again: M = serde_json::from_str(&written).expect("a serialised model can be parsed");
    assert!(model == again, "{written}");
    assert_eq!(
        serde_json::to_string(&again).expect("a model is JSON"),
        written
    );
    // The other method of serde_json, which parses the whole document into a tree first.
    let value: Value = serde_json::from_str(&written).expect("a serialised model is JSON");
    let again: M = serde_json::from_value(value).expect("a serialised model can be parsed");
    assert!(model == again, "{written}");
    assert_eq!(again.validate(), model.validate());
}
