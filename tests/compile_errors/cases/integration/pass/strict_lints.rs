//! Generated code has no warning and no lint level of its own, under any lint that is forbidden.
#![forbid(
    warnings,
    unused,
    deprecated,
    nonstandard_style,
    let_underscore,
    refining_impl_trait,
    missing_docs,
    unreachable_pub,
    unsafe_code,
    rust_2018_idioms,
    single_use_lifetimes,
    trivial_casts,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    missing_debug_implementations,
    non_local_definitions,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::unused_async,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::arbitrary_source_item_ordering,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::default_numeric_fallback,
    clippy::exhaustive_structs,
    clippy::indexing_slicing,
    clippy::let_underscore_must_use,
    clippy::let_underscore_untyped,
    clippy::min_ident_chars,
    clippy::missing_docs_in_private_items,
    clippy::module_name_repetitions,
    clippy::multiple_inherent_impl,
    clippy::panic,
    clippy::panic_in_result_fn,
    clippy::pattern_type_mismatch,
    clippy::renamed_function_params,
    clippy::same_name_method,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::single_call_fn,
    clippy::str_to_string,
    clippy::unreachable,
    clippy::unwrap_in_result,
    clippy::wildcard_enum_match_arm
)]

use std::sync::{Mutex, PoisonError};

use churnkey::{
    Cancel, Customer, CustomerId, Mode, Page, PageRequest, Pause, Price, PriceId, Result,
    Subscription, SubscriptionId,
};

/// The billing system.
#[derive(Debug, churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect(cancel, pause))]
struct Billing {
    prices: Mutex<Vec<Price>>,
}

impl Billing {
    fn prices(&self) -> Vec<Price> {
        self.prices
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Finds a customer.
///
/// # Errors
///
/// Never.
#[churnkey::controller(customers, retrieve)]
async fn customer(_: &Billing, _: CustomerId) -> Result<Option<Customer>> {
    Ok(None)
}

#[churnkey::controller(prices, retrieve, type = "standalone")]
async fn price(billing: &Billing, id: PriceId) -> Result<Option<Price>> {
    Ok(billing.prices().into_iter().find(|price| price.id == id))
}

#[churnkey::controller(prices, list)]
async fn prices(billing: &Billing, _: PageRequest) -> Result<Page<Price>> {
    Ok(Page::last(billing.prices()))
}

#[churnkey::controller(subscriptions, retrieve)]
async fn subscription(
    _: &Billing,
    _: CustomerId,
    _: SubscriptionId,
) -> Result<Option<Subscription>> {
    Ok(None)
}

#[churnkey::action(cancel, schedules(immediate))]
async fn cancel(_: &Billing, _: Cancel, _: Mode) -> Result<()> {
    Ok(())
}

#[churnkey::action(pause)]
async fn pause(_: &Billing, _: Pause) -> Result<()> {
    Ok(())
}

#[test]
fn compiles_and_runs() {
    let billing = Billing {
        prices: Mutex::default(),
    };
    drop(<Billing as churnkey::Integration>::router::<()>(
        billing, "token",
    ));
}
