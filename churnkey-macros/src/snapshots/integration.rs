const _: () = {
    use ::churnkey::__private::ProbeFallback as _;
    impl ::churnkey::__private::Integration for Billing {
        const NAME: &'static ::core::primitive::str = "Acme";
        const MODES: ::churnkey::__private::Modes = ::churnkey::__private::Modes::Separate;
        const ROUTES: &'static [::core::option::Option<
            ::churnkey::__private::Route<Self>,
        >] = &[
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::RetrieveCustomer,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::ListCustomers,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::FindCustomerByEmail,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::FindCustomerByPhone,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::RetrievePrice,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::ListPrices,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::RetrieveSubscription,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::ListSubscriptions,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::RetrieveCoupon,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::ListCoupons,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::RetrieveProduct,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::ListProducts,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::RetrieveFamily,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::ListFamilies,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::CancelSubscription,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::CancelAllSubscriptions,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::PauseSubscription,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::PauseAllSubscriptions,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::ApplyCouponToSubscription,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::ChangeSubscriptionPrice,
            >::ROUTE,
            ::churnkey::__private::Probe::<
                Self,
                ::churnkey::__private::endpoint::ExtendSubscriptionTrial,
            >::ROUTE,
        ];
    }
};
const _: () = {
    use ::churnkey::__private::{
        ProbeFallback as _, ViaNothing as _, ViaImpl as _, ViaUnknownContext as _,
        ModeProbeFallback as _, fail,
    };
    if !::churnkey::__private::is_true(
        &|| {
            (&&::churnkey::__private::ImplProbe::<
                Billing,
                ::churnkey::__private::endpoint::RetrieveCustomer,
            >::NEW)
                .__churnkey_found()
        },
    ) {
        fail(
            "`Billing` has no `retrieve` for `customers`, which Churnkey requires\nhelp: write it:\n\n    #[churnkey::controller(customers)]\n    async fn retrieve_customer(ctx: &Billing, id: churnkey::CustomerId) -> churnkey::Result<Option<churnkey::Customer>> { .. }\n",
        )
    }
};
const _: () = {
    use ::churnkey::__private::{
        ProbeFallback as _, ViaNothing as _, ViaImpl as _, ViaUnknownContext as _,
        ModeProbeFallback as _, fail,
    };
    if !::churnkey::__private::is_true(
        &|| {
            (&&::churnkey::__private::ImplProbe::<
                Billing,
                ::churnkey::__private::endpoint::RetrievePrice,
            >::NEW)
                .__churnkey_found()
        },
    ) {
        fail(
            "`Billing` has no `retrieve` for `prices`, which Churnkey requires\nhelp: write it:\n\n    #[churnkey::controller(prices)]\n    async fn retrieve_price(ctx: &Billing, id: churnkey::PriceId) -> churnkey::Result<Option<churnkey::Price>> { .. }\n",
        )
    }
};
const _: () = {
    use ::churnkey::__private::{
        ProbeFallback as _, ViaNothing as _, ViaImpl as _, ViaUnknownContext as _,
        ModeProbeFallback as _, fail,
    };
    if !::churnkey::__private::is_true(
        &|| {
            (&&::churnkey::__private::ImplProbe::<
                Billing,
                ::churnkey::__private::endpoint::ListPrices,
            >::NEW)
                .__churnkey_found()
        },
    ) {
        fail(
            "`Billing` has no `list` for `prices`, which Churnkey requires\nhelp: write it:\n\n    #[churnkey::controller(prices)]\n    async fn list_prices(ctx: &Billing, page: churnkey::PageRequest) -> churnkey::Result<churnkey::Page<churnkey::Price>> { .. }\n",
        )
    }
};
const _: () = {
    use ::churnkey::__private::{
        ProbeFallback as _, ViaNothing as _, ViaImpl as _, ViaUnknownContext as _,
        ModeProbeFallback as _, fail,
    };
    if !::churnkey::__private::is_true(
        &|| {
            (&&::churnkey::__private::ImplProbe::<
                Billing,
                ::churnkey::__private::endpoint::RetrieveSubscription,
            >::NEW)
                .__churnkey_found()
        },
    ) {
        fail(
            "`Billing` has no `retrieve` for `subscriptions`, which Churnkey requires\nhelp: write it:\n\n    #[churnkey::controller(subscriptions)]\n    async fn retrieve_subscription(ctx: &Billing, customer: churnkey::CustomerId, id: churnkey::SubscriptionId) -> churnkey::Result<Option<churnkey::Subscription>> { .. }\n",
        )
    }
};
const _: () = {
    use ::churnkey::__private::{
        ProbeFallback as _, ViaNothing as _, ViaImpl as _, ViaUnknownContext as _,
        ModeProbeFallback as _, fail,
    };
    if !::churnkey::__private::is_true(
        &|| {
            (&&::churnkey::__private::ImplProbe::<
                Billing,
                ::churnkey::__private::endpoint::CancelSubscription,
            >::NEW)
                .__churnkey_found()
        },
    ) {
        fail(
            "`Billing` expects `cancel`, and there is none\nhelp: write it:\n\n    #[churnkey::action(cancel)]\n    async fn cancel(ctx: &Billing, request: churnkey::Cancel) -> churnkey::Result<()> { .. }\n",
        )
    }
};
const _: fn(&Billing) = |__churnkey_context| {
    <_ as ::churnkey::__private::Shared>::check(&__churnkey_context.db);
    <_ as ::churnkey::__private::Shared>::check(&__churnkey_context.cache);
};
