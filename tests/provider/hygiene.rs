//! Hygiene of generated code: it needs no names in scope, adds none, and passes the lints of the
//! user.

/// No names are in scope.
mod without_prelude {
    #![no_implicit_prelude]

    #[derive(::churnkey::Integration)]
    #[churnkey(name = "No prelude", modes(shared), expect(cancel, customers(list)))]
    pub(super) struct Billing;

    #[::churnkey::controller(customers)]
    async fn retrieve_customer(
        _: &Billing,
        id: ::churnkey::CustomerId,
        _: ::churnkey::Mode,
    ) -> ::churnkey::Result<::churnkey::Customer> {
        ::std::result::Result::Ok(::churnkey::Customer::new(id))
    }

    #[::churnkey::controller(customers)]
    async fn list_customers(
        _: &Billing,
        _: ::churnkey::PageRequest,
    ) -> ::churnkey::Result<::churnkey::Page<::churnkey::Customer>> {
        ::std::result::Result::Ok(::churnkey::Page::last(::std::vec::Vec::new()))
    }

    #[::churnkey::controller(prices, type = "standalone")]
    async fn retrieve_price(
        _: &Billing,
        _: ::churnkey::PriceId,
    ) -> ::churnkey::Result<::std::option::Option<::churnkey::Price>> {
        ::std::result::Result::Ok(::std::option::Option::None)
    }

    #[::churnkey::controller(prices)]
    async fn list_prices(
        _: &Billing,
        _: ::churnkey::PageRequest,
    ) -> ::churnkey::Result<::churnkey::Page<::churnkey::Price>> {
        ::std::result::Result::Ok(::churnkey::Page::last(::std::vec::Vec::new()))
    }

    #[::churnkey::controller(subscriptions)]
    async fn retrieve_subscription(
        _: &Billing,
        _: ::churnkey::CustomerId,
        _: ::churnkey::SubscriptionId,
    ) -> ::churnkey::Result<::std::option::Option<::churnkey::Subscription>> {
        ::std::result::Result::Ok(::std::option::Option::None)
    }

    #[::churnkey::action(cancel, schedules(immediate))]
    async fn cancel(_: &Billing, _: ::churnkey::Cancel) -> ::churnkey::Result<()> {
        ::std::result::Result::Ok(())
    }

    #[::churnkey::action(pause, start_dates(immediate), durations(date), allow_annual)]
    async fn pause(_: &Billing, _: ::churnkey::Pause) -> ::churnkey::Result<()> {
        ::std::result::Result::Ok(())
    }
}

/// The user has own items with all names that generated code could use.
#[allow(
    dead_code,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    unused_macros
)]
mod shadowed {
    pub(super) struct Result;
    pub(super) struct Option;
    pub(super) struct Price;
    pub(super) struct Page;
    pub(super) struct PageRequest;
    pub(super) struct Cancel;
    pub(super) struct Error;
    pub(super) struct Failure;
    pub(super) struct Probe;
    pub(super) struct str;
    pub(super) struct bool;
    pub(super) trait Future {}
    pub(super) trait Send {}
    pub(super) trait Sync {}
    pub(super) trait Integration {}
    pub(super) trait Absent {}
    pub(super) trait Opaque {
        fn into_error(self)
        where
            Self: Sized,
        {
        }
        fn answer(&self) {}
        fn map_err(&self) {}
    }
    impl<T> Opaque for T {}
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod churnkey {}
    pub(super) fn Ok() {}
    pub(super) fn Err() {}
    pub(super) fn Some() {}
    pub(super) const None: u8 = 0;
    macro_rules! panic {
        () => {
            compile_error!("the user's own")
        };
    }
    macro_rules! concat {
        () => {
            compile_error!("the user's own")
        };
    }

    #[derive(::churnkey::Integration)]
    #[churnkey(name = "Shadowed", modes(shared), expect())]
    pub(super) struct Billing;

    type Answer<T> = ::churnkey::Result<::std::option::Option<T>>;
    type List<T> = ::churnkey::Result<::churnkey::Page<T>>;

    // The functions have the names of variables in generated code.

    #[::churnkey::controller(customers, retrieve)]
    async fn id(_: &Billing, input: ::churnkey::CustomerId) -> Answer<::churnkey::Customer> {
        ::std::result::Result::Ok(::std::option::Option::Some(::churnkey::Customer::new(
            input,
        )))
    }

    #[::churnkey::controller(customers, list)]
    async fn page(_: &Billing, request: ::churnkey::PageRequest) -> List<::churnkey::Customer> {
        let _ = request.cursor();
        request.keyset(::std::vec::Vec::new(), |_| 0)
    }

    #[::churnkey::controller(prices, retrieve)]
    async fn answer(_: &Billing, _: ::churnkey::PriceId) -> Answer<::churnkey::Price> {
        ::std::result::Result::Ok(::std::option::Option::None)
    }

    #[::churnkey::controller(prices, list)]
    async fn error(_: &Billing, _: ::churnkey::PageRequest) -> List<::churnkey::Price> {
        ::std::result::Result::Err(::churnkey::Error::conflict("mine"))
    }

    #[::churnkey::controller(subscriptions, retrieve)]
    async fn input(
        _: &Billing,
        _: ::churnkey::CustomerId,
        _: ::churnkey::SubscriptionId,
        request: ::churnkey::Mode,
    ) -> Answer<::churnkey::Subscription> {
        ::std::result::Result::Err(::churnkey::Error::conflict(request.as_str()))
    }

    #[::churnkey::action(cancel)]
    async fn request(_: &Billing, request: ::churnkey::Cancel) -> ::churnkey::Result<()> {
        drop(request);
        ::std::result::Result::Ok(())
    }

    #[::churnkey::action(pause)]
    async fn call(_: &Billing, _: ::churnkey::Pause) -> ::churnkey::Result<()> {
        ::std::result::Result::Ok(())
    }
}

/// Strict lints. Lints can only be reported for tokens of the user, and none of these tokens
/// violates one.
mod strict {
    #![deny(
        warnings,
        missing_docs,
        missing_debug_implementations,
        unreachable_pub,
        unused,
        unused_qualifications,
        unused_results,
        single_use_lifetimes,
        trivial_casts,
        let_underscore_drop,
        nonstandard_style,
        rust_2018_idioms,
        clippy::all,
        clippy::pedantic,
        clippy::nursery,
        clippy::cargo,
        clippy::unwrap_used,
        clippy::panic,
        clippy::absolute_paths,
        clippy::implicit_return,
        clippy::question_mark_used,
        clippy::pattern_type_mismatch,
        clippy::missing_trait_methods,
        clippy::arithmetic_side_effects,
        clippy::exhaustive_structs,
        clippy::single_call_fn,
        clippy::shadow_unrelated
    )]
    // The annotated functions below do this themselves.
    #![allow(
        clippy::implicit_return,
        clippy::absolute_paths,
        clippy::single_call_fn
    )]

    use churnkey::{
        Cancel, ChangePrice, Coupon, CouponId, Customer, CustomerId, ExtendTrial, Extension, Page,
        PageRequest, Pause, Price, PriceId, Product, ProductId, Result, Subscription,
        SubscriptionId,
    };

    /// Shared by the functions.
    #[derive(Debug, churnkey::Integration)]
    #[churnkey(name = "Strict", modes(shared), expect(cancel, products, coupons))]
    pub(super) struct Billing;

    /// An error whose variants have a response each.
    #[derive(Debug, churnkey::IntoError)]
    pub(super) enum BillingError {
        #[churnkey(not_found)]
        Gone,
        #[churnkey(conflict, message)]
        Locked {},
        Other(churnkey::Error),
    }

    impl From<churnkey::Error> for BillingError {
        fn from(error: churnkey::Error) -> Self {
            Self::Other(error)
        }
    }

    impl core::fmt::Display for BillingError {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str("an error")
        }
    }

    #[allow(
        clippy::missing_trait_methods,
        clippy::pattern_type_mismatch,
        reason = "written by hand"
    )]
    impl core::error::Error for BillingError {
        fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
            match self {
                Self::Other(error) => Some(error),
                Self::Gone | Self::Locked {} => None,
            }
        }
    }

    /// Returns a value without waiting.
    async fn answer<T: Send>(value: T) -> T {
        core::future::ready(value).await
    }

    #[churnkey::controller(customers)]
    async fn retrieve_customer(_: &Billing, id: CustomerId) -> Result<Customer> {
        answer(Ok(Customer::new(id))).await
    }

    #[churnkey::controller(prices, type = "product")]
    async fn retrieve_price(_: &Billing, _: PriceId) -> Result<Option<Price>> {
        answer(Ok(None)).await
    }

    #[churnkey::controller(prices, type = "product")]
    async fn list_prices(_: &Billing, _: PageRequest) -> Result<Page<Price>> {
        answer(Ok(Page::last(Vec::new()))).await
    }

    #[churnkey::controller(subscriptions)]
    async fn retrieve_subscription(
        _: &Billing,
        _: CustomerId,
        id: SubscriptionId,
        _: Extension<u8>,
    ) -> Result<Option<Subscription>, BillingError> {
        match id.as_str() {
            "gone" => Err(BillingError::Gone),
            "locked" => Err(BillingError::Locked {}),
            "other" => Err(churnkey::Error::bad_request("too late").into()),
            _ => answer(Ok(None)).await,
        }
    }

    #[churnkey::controller(products)]
    async fn retrieve_product(_: &Billing, _: ProductId) -> Result<Option<Product>> {
        answer(Ok(None)).await
    }

    #[churnkey::controller(products)]
    async fn list_products(_: &Billing, _: PageRequest) -> Result<Page<Product>> {
        answer(Ok(Page::last(Vec::new()))).await
    }

    #[churnkey::controller(coupons)]
    async fn retrieve_coupon(_: &Billing, _: CouponId) -> Result<Option<Coupon>> {
        answer(Ok(None)).await
    }

    #[churnkey::controller(coupons)]
    async fn list_coupons(_: &Billing, _: PageRequest) -> Result<Page<Coupon>> {
        answer(Ok(Page::last(Vec::new()))).await
    }

    #[churnkey::action(cancel)]
    async fn cancel(_: &Billing, _: Cancel) -> Result<()> {
        answer(Ok(())).await
    }

    #[churnkey::action(pause, durations(period))]
    async fn pause(_: &Billing, _: Pause) -> Result<()> {
        answer(Ok(())).await
    }

    #[churnkey::action(change_price, prorate = false)]
    async fn change_price(_: &Billing, _: ChangePrice) -> Result<()> {
        answer(Ok(())).await
    }

    #[churnkey::action(extend_trial, multiple)]
    async fn extend_trial(_: &Billing, _: ExtendTrial) -> Result<()> {
        answer(Ok(())).await
    }
}

/// All items are inside the body of a function.
mod within_a_function {
    use churnkey::axum::Router;

    pub(super) fn router() -> Router {
        use churnkey::{
            Customer, CustomerId, Integration, Page, PageRequest, Price, PriceId, Result,
        };
        use churnkey::{Subscription, SubscriptionId};

        #[derive(churnkey::Integration)]
        #[churnkey(name = "Local", modes(shared), expect())]
        struct Billing;

        #[churnkey::controller(customers)]
        async fn retrieve(_: &Billing, id: CustomerId) -> Result<Customer> {
            Ok(Customer::new(id))
        }

        #[churnkey::controller(prices, retrieve)]
        async fn price(_: &Billing, _: PriceId) -> Result<Option<Price>> {
            Ok(None)
        }

        #[churnkey::controller(prices)]
        async fn list(_: &Billing, _: PageRequest) -> Result<Page<Price>> {
            Ok(Page::last(Vec::new()))
        }

        #[churnkey::controller(subscriptions, retrieve)]
        async fn subscription(
            _: &Billing,
            _: CustomerId,
            _: SubscriptionId,
        ) -> Result<Option<Subscription>> {
            Ok(None)
        }

        Billing::router(Billing, crate::support::TOKEN)
    }
}

/// The crate has a path that the user chose, and no other path leads to it.
mod under_a_path {
    mod vendored {
        pub(super) mod deep {
            pub(in super::super) use churnkey as provider;
        }
    }

    use vendored::deep::provider::{
        Cancel, Customer, CustomerId, Page, PageRequest, Price, PriceId, Result, Subscription,
        SubscriptionId,
    };

    #[derive(vendored::deep::provider::Integration)]
    #[churnkey(crate = vendored::deep::provider, name = "Under a path", modes(shared), expect())]
    pub(super) struct Billing;

    #[vendored::deep::provider::controller(customers, crate = self::vendored::deep::provider)]
    async fn retrieve_customer(_: &Billing, id: CustomerId) -> Result<Customer> {
        Ok(Customer::new(id))
    }

    #[vendored::deep::provider::controller(
        prices,
        crate = crate::hygiene::under_a_path::vendored::deep::provider,
        retrieve,
    )]
    async fn price(_: &Billing, _: PriceId) -> Result<Option<Price>> {
        Ok(None)
    }

    #[vendored::deep::provider::controller(prices, list, crate = "vendored::deep::provider")]
    async fn prices(_: &Billing, _: PageRequest) -> Result<Page<Price>> {
        Ok(Page::last(Vec::new()))
    }

    #[vendored::deep::provider::controller(subscriptions, crate = ::churnkey)]
    async fn retrieve_subscription(
        _: &Billing,
        _: CustomerId,
        _: SubscriptionId,
    ) -> Result<Option<Subscription>> {
        Ok(None)
    }

    #[vendored::deep::provider::action(
        cancel,
        schedules(immediate),
        crate = vendored::deep::provider,
    )]
    async fn cancel(_: &Billing, _: Cancel) -> Result<()> {
        Ok(())
    }
}

use churnkey::Integration as _;
use serde_json::json;

use crate::support::{Host, TOKEN};

#[test]
fn integrations_in_unusual_contexts_serve_normally() {
    let routers = [
        without_prelude::Billing::router(without_prelude::Billing, TOKEN),
        shadowed::Billing::router(shadowed::Billing, TOKEN),
        strict::Billing::router(strict::Billing, TOKEN),
        within_a_function::router(),
        under_a_path::Billing::router(under_a_path::Billing, TOKEN),
    ];
    for router in routers {
        let host = Host::of(router);
        let customer = host.get("/customers/cus_1").document();
        assert_eq!(customer, json!({ "id": "cus_1" }));
        let manifest = host.get("/features").document();
        assert_eq!(manifest["controllers"]["subscriptions"], true);
    }
}

#[test]
fn shadowing_names_do_not_change_replies() {
    let host = Host::serving::<shadowed::Billing>(shadowed::Billing);
    assert_eq!(host.get("/customers").document(), json!({ "data": [] }));
    assert_eq!(host.get("/prices/p").error(404), "there is no such price");
    assert_eq!(host.get("/prices").error(409), "mine");
    assert_eq!(host.get("/customers/c/subscriptions/s").error(409), "live");
    let body = json!({ "customerId": "c", "subscriptionId": "s", "scheduledAt": "immediate" });
    host.act("/subscription/cancel", body).is_done();
}
