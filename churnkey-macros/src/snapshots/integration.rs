const _: () = {
    use ::churnkey::__private::{
        ModeProbeFallback as _, ProbeFallback as _, ViaImpl as _, ViaNotExpanded as _,
        ViaNothing as _, ViaOtherContext as _, ViaOutcome as _, ViaReported as _,
        ViaUnknownContext as _,
    };
    const NO_CUSTOMERS: ::core::primitive::bool = !::churnkey::__private::is_true(
        &|| {
            (&(&&&&::churnkey::__private::ImplProbe::<
                Billing,
                ::churnkey::__private::endpoint::RetrieveCustomer,
            >::NEW)
                .__churnkey_found())
                .__churnkey_present()
        },
    )
        && !::churnkey::__private::Probe::<
            Billing,
            ::churnkey::__private::endpoint::ListCustomers,
        >::PRESENT
        && !::churnkey::__private::Probe::<
            Billing,
            ::churnkey::__private::endpoint::FindCustomerByEmail,
        >::PRESENT
        && !::churnkey::__private::Probe::<
            Billing,
            ::churnkey::__private::endpoint::FindCustomerByPhone,
        >::PRESENT;
    const NO_PRICES: ::core::primitive::bool = !::churnkey::__private::is_true(
        &|| {
            (&(&&&&::churnkey::__private::ImplProbe::<
                Billing,
                ::churnkey::__private::endpoint::RetrievePrice,
            >::NEW)
                .__churnkey_found())
                .__churnkey_present()
        },
    )
        && !::churnkey::__private::is_true(
            &|| {
                (&(&&&&::churnkey::__private::ImplProbe::<
                    Billing,
                    ::churnkey::__private::endpoint::ListPrices,
                >::NEW)
                    .__churnkey_found())
                    .__churnkey_present()
            },
        );
    const NO_SUBSCRIPTIONS: ::core::primitive::bool = !::churnkey::__private::is_true(
        &|| {
            (&(&&&&::churnkey::__private::ImplProbe::<
                Billing,
                ::churnkey::__private::endpoint::RetrieveSubscription,
            >::NEW)
                .__churnkey_found())
                .__churnkey_present()
        },
    )
        && !::churnkey::__private::Probe::<
            Billing,
            ::churnkey::__private::endpoint::ListSubscriptions,
        >::PRESENT;
    {
        const FAILS: ::core::primitive::bool = (NO_CUSTOMERS && !NO_PRICES
            && !NO_SUBSCRIPTIONS);
        #[diagnostic::on_unimplemented(
            message = "`Billing` has no `retrieve` for `customers`, which Churnkey requires\nhelp: write it:\n\n    #[churnkey::controller(customers)]\n    async fn retrieve_customer(ctx: &Billing, id: churnkey::CustomerId) -> churnkey::Result<Option<churnkey::Customer>> {{ .. }}\n\nif it is written, is its file declared with `mod`, and is it not left out by a `#[cfg]`?",
            label = "required here"
        )]
        trait Required: ::core::marker::Sized {
            fn check(self) {}
        }
        impl Required for ::churnkey::__private::Met {}
        const _: fn() = || {
            let outcome = ::churnkey::__private::Condition::<FAILS>::outcome();
            Required::check(outcome)
        };
    }
    {
        const FAILS: ::core::primitive::bool = (!NO_CUSTOMERS && NO_PRICES
            && !NO_SUBSCRIPTIONS);
        #[diagnostic::on_unimplemented(
            message = "`Billing` has no functions for `prices`, which Churnkey requires\nhelp: write it:\n\n    #[churnkey::controller(prices)]\n    async fn retrieve_price(ctx: &Billing, id: churnkey::PriceId) -> churnkey::Result<Option<churnkey::Price>> {{ .. }}\n\n    #[churnkey::controller(prices)]\n    async fn list_prices(ctx: &Billing, page: churnkey::PageRequest) -> churnkey::Result<churnkey::Page<churnkey::Price>> {{ .. }}\n\nif it is written, is its file declared with `mod`, and is it not left out by a `#[cfg]`?",
            label = "required here"
        )]
        trait Required: ::core::marker::Sized {
            fn check(self) {}
        }
        impl Required for ::churnkey::__private::Met {}
        const _: fn() = || {
            let outcome = ::churnkey::__private::Condition::<FAILS>::outcome();
            Required::check(outcome)
        };
    }
    {
        const FAILS: ::core::primitive::bool = (NO_CUSTOMERS && NO_PRICES
            && !NO_SUBSCRIPTIONS);
        #[diagnostic::on_unimplemented(
            message = "`Billing` has no functions for `customers` and `prices`, which Churnkey requires\nhelp: write it:\n\n    #[churnkey::controller(customers)]\n    async fn retrieve_customer(ctx: &Billing, id: churnkey::CustomerId) -> churnkey::Result<Option<churnkey::Customer>> {{ .. }}\n\n    #[churnkey::controller(prices)]\n    async fn retrieve_price(ctx: &Billing, id: churnkey::PriceId) -> churnkey::Result<Option<churnkey::Price>> {{ .. }}\n\n    #[churnkey::controller(prices)]\n    async fn list_prices(ctx: &Billing, page: churnkey::PageRequest) -> churnkey::Result<churnkey::Page<churnkey::Price>> {{ .. }}\n\nif it is written, is its file declared with `mod`, and is it not left out by a `#[cfg]`?",
            label = "required here"
        )]
        trait Required: ::core::marker::Sized {
            fn check(self) {}
        }
        impl Required for ::churnkey::__private::Met {}
        const _: fn() = || {
            let outcome = ::churnkey::__private::Condition::<FAILS>::outcome();
            Required::check(outcome)
        };
    }
    {
        const FAILS: ::core::primitive::bool = (!NO_CUSTOMERS && !NO_PRICES
            && NO_SUBSCRIPTIONS);
        #[diagnostic::on_unimplemented(
            message = "`Billing` has no `retrieve` for `subscriptions`, which Churnkey requires\nhelp: write it:\n\n    #[churnkey::controller(subscriptions)]\n    async fn retrieve_subscription(ctx: &Billing, customer: churnkey::CustomerId, id: churnkey::SubscriptionId) -> churnkey::Result<Option<churnkey::Subscription>> {{ .. }}\n\nif it is written, is its file declared with `mod`, and is it not left out by a `#[cfg]`?",
            label = "required here"
        )]
        trait Required: ::core::marker::Sized {
            fn check(self) {}
        }
        impl Required for ::churnkey::__private::Met {}
        const _: fn() = || {
            let outcome = ::churnkey::__private::Condition::<FAILS>::outcome();
            Required::check(outcome)
        };
    }
    {
        const FAILS: ::core::primitive::bool = (NO_CUSTOMERS && !NO_PRICES
            && NO_SUBSCRIPTIONS);
        #[diagnostic::on_unimplemented(
            message = "`Billing` has no functions for `customers` and `subscriptions`, which Churnkey requires\nhelp: write it:\n\n    #[churnkey::controller(customers)]\n    async fn retrieve_customer(ctx: &Billing, id: churnkey::CustomerId) -> churnkey::Result<Option<churnkey::Customer>> {{ .. }}\n\n    #[churnkey::controller(subscriptions)]\n    async fn retrieve_subscription(ctx: &Billing, customer: churnkey::CustomerId, id: churnkey::SubscriptionId) -> churnkey::Result<Option<churnkey::Subscription>> {{ .. }}\n\nif it is written, is its file declared with `mod`, and is it not left out by a `#[cfg]`?",
            label = "required here"
        )]
        trait Required: ::core::marker::Sized {
            fn check(self) {}
        }
        impl Required for ::churnkey::__private::Met {}
        const _: fn() = || {
            let outcome = ::churnkey::__private::Condition::<FAILS>::outcome();
            Required::check(outcome)
        };
    }
    {
        const FAILS: ::core::primitive::bool = (!NO_CUSTOMERS && NO_PRICES
            && NO_SUBSCRIPTIONS);
        #[diagnostic::on_unimplemented(
            message = "`Billing` has no functions for `prices` and `subscriptions`, which Churnkey requires\nhelp: write it:\n\n    #[churnkey::controller(prices)]\n    async fn retrieve_price(ctx: &Billing, id: churnkey::PriceId) -> churnkey::Result<Option<churnkey::Price>> {{ .. }}\n\n    #[churnkey::controller(prices)]\n    async fn list_prices(ctx: &Billing, page: churnkey::PageRequest) -> churnkey::Result<churnkey::Page<churnkey::Price>> {{ .. }}\n\n    #[churnkey::controller(subscriptions)]\n    async fn retrieve_subscription(ctx: &Billing, customer: churnkey::CustomerId, id: churnkey::SubscriptionId) -> churnkey::Result<Option<churnkey::Subscription>> {{ .. }}\n\nif it is written, is its file declared with `mod`, and is it not left out by a `#[cfg]`?",
            label = "required here"
        )]
        trait Required: ::core::marker::Sized {
            fn check(self) {}
        }
        impl Required for ::churnkey::__private::Met {}
        const _: fn() = || {
            let outcome = ::churnkey::__private::Condition::<FAILS>::outcome();
            Required::check(outcome)
        };
    }
    {
        const FAILS: ::core::primitive::bool = (NO_CUSTOMERS && NO_PRICES
            && NO_SUBSCRIPTIONS);
        #[diagnostic::on_unimplemented(
            message = "`Billing` has no functions for `customers`, `prices` and `subscriptions`, which Churnkey requires\nhelp: write it:\n\n    #[churnkey::controller(customers)]\n    async fn retrieve_customer(ctx: &Billing, id: churnkey::CustomerId) -> churnkey::Result<Option<churnkey::Customer>> {{ .. }}\n\n    #[churnkey::controller(prices)]\n    async fn retrieve_price(ctx: &Billing, id: churnkey::PriceId) -> churnkey::Result<Option<churnkey::Price>> {{ .. }}\n\n    #[churnkey::controller(prices)]\n    async fn list_prices(ctx: &Billing, page: churnkey::PageRequest) -> churnkey::Result<churnkey::Page<churnkey::Price>> {{ .. }}\n\n    #[churnkey::controller(subscriptions)]\n    async fn retrieve_subscription(ctx: &Billing, customer: churnkey::CustomerId, id: churnkey::SubscriptionId) -> churnkey::Result<Option<churnkey::Subscription>> {{ .. }}\n\nif it is written, is its file declared with `mod`, and is it not left out by a `#[cfg]`?",
            label = "required here"
        )]
        trait Required: ::core::marker::Sized {
            fn check(self) {}
        }
        impl Required for ::churnkey::__private::Met {}
        const _: fn() = || {
            let outcome = ::churnkey::__private::Condition::<FAILS>::outcome();
            Required::check(outcome)
        };
    }
    {
        const FAILS: ::core::primitive::bool = (!NO_CUSTOMERS
            && !::churnkey::__private::is_true(
                &|| {
                    (&(&&&&::churnkey::__private::ImplProbe::<
                        Billing,
                        ::churnkey::__private::endpoint::RetrieveCustomer,
                    >::NEW)
                        .__churnkey_found())
                        .__churnkey_present()
                },
            ));
        #[diagnostic::on_unimplemented(
            message = "`Billing` has no `retrieve` for `customers`, which Churnkey requires\nhelp: write it:\n\n    #[churnkey::controller(customers)]\n    async fn retrieve_customer(ctx: &Billing, id: churnkey::CustomerId) -> churnkey::Result<Option<churnkey::Customer>> {{ .. }}\n\nif it is written, is its file declared with `mod`, and is it not left out by a `#[cfg]`?",
            label = "required here"
        )]
        trait Required: ::core::marker::Sized {
            fn check(self) {}
        }
        impl Required for ::churnkey::__private::Met {}
        const _: fn() = || {
            let outcome = ::churnkey::__private::Condition::<FAILS>::outcome();
            Required::check(outcome)
        };
    }
    {
        const FAILS: ::core::primitive::bool = (!NO_PRICES
            && !::churnkey::__private::is_true(
                &|| {
                    (&(&&&&::churnkey::__private::ImplProbe::<
                        Billing,
                        ::churnkey::__private::endpoint::RetrievePrice,
                    >::NEW)
                        .__churnkey_found())
                        .__churnkey_present()
                },
            ));
        #[diagnostic::on_unimplemented(
            message = "`Billing` has no `retrieve` for `prices`, which Churnkey requires\nhelp: write it:\n\n    #[churnkey::controller(prices)]\n    async fn retrieve_price(ctx: &Billing, id: churnkey::PriceId) -> churnkey::Result<Option<churnkey::Price>> {{ .. }}\n\nif it is written, is its file declared with `mod`, and is it not left out by a `#[cfg]`?",
            label = "required here"
        )]
        trait Required: ::core::marker::Sized {
            fn check(self) {}
        }
        impl Required for ::churnkey::__private::Met {}
        const _: fn() = || {
            let outcome = ::churnkey::__private::Condition::<FAILS>::outcome();
            Required::check(outcome)
        };
    }
    {
        const FAILS: ::core::primitive::bool = (!NO_PRICES
            && !::churnkey::__private::is_true(
                &|| {
                    (&(&&&&::churnkey::__private::ImplProbe::<
                        Billing,
                        ::churnkey::__private::endpoint::ListPrices,
                    >::NEW)
                        .__churnkey_found())
                        .__churnkey_present()
                },
            ));
        #[diagnostic::on_unimplemented(
            message = "`Billing` has no `list` for `prices`, which Churnkey requires\nhelp: write it:\n\n    #[churnkey::controller(prices)]\n    async fn list_prices(ctx: &Billing, page: churnkey::PageRequest) -> churnkey::Result<churnkey::Page<churnkey::Price>> {{ .. }}\n\nif it is written, is its file declared with `mod`, and is it not left out by a `#[cfg]`?",
            label = "required here"
        )]
        trait Required: ::core::marker::Sized {
            fn check(self) {}
        }
        impl Required for ::churnkey::__private::Met {}
        const _: fn() = || {
            let outcome = ::churnkey::__private::Condition::<FAILS>::outcome();
            Required::check(outcome)
        };
    }
    {
        const FAILS: ::core::primitive::bool = (!NO_SUBSCRIPTIONS
            && !::churnkey::__private::is_true(
                &|| {
                    (&(&&&&::churnkey::__private::ImplProbe::<
                        Billing,
                        ::churnkey::__private::endpoint::RetrieveSubscription,
                    >::NEW)
                        .__churnkey_found())
                        .__churnkey_present()
                },
            ));
        #[diagnostic::on_unimplemented(
            message = "`Billing` has no `retrieve` for `subscriptions`, which Churnkey requires\nhelp: write it:\n\n    #[churnkey::controller(subscriptions)]\n    async fn retrieve_subscription(ctx: &Billing, customer: churnkey::CustomerId, id: churnkey::SubscriptionId) -> churnkey::Result<Option<churnkey::Subscription>> {{ .. }}\n\nif it is written, is its file declared with `mod`, and is it not left out by a `#[cfg]`?",
            label = "required here"
        )]
        trait Required: ::core::marker::Sized {
            fn check(self) {}
        }
        impl Required for ::churnkey::__private::Met {}
        const _: fn() = || {
            let outcome = ::churnkey::__private::Condition::<FAILS>::outcome();
            Required::check(outcome)
        };
    }
    const MISSING_ACTION_0: ::core::primitive::bool = !::churnkey::__private::is_true(
        &|| {
            (&(&&&&::churnkey::__private::ImplProbe::<
                Billing,
                ::churnkey::__private::endpoint::CancelSubscription,
            >::NEW)
                .__churnkey_found())
                .__churnkey_present()
        },
    )
        && !::churnkey::__private::Probe::<
            Billing,
            ::churnkey::__private::endpoint::CancelAllSubscriptions,
        >::PRESENT
        && !::churnkey::__private::Probe::<
            Billing,
            ::churnkey::__private::endpoint::PauseSubscription,
        >::PRESENT
        && !::churnkey::__private::Probe::<
            Billing,
            ::churnkey::__private::endpoint::PauseAllSubscriptions,
        >::PRESENT
        && !::churnkey::__private::Probe::<
            Billing,
            ::churnkey::__private::endpoint::ApplyCouponToSubscription,
        >::PRESENT
        && !::churnkey::__private::Probe::<
            Billing,
            ::churnkey::__private::endpoint::ChangeSubscriptionPrice,
        >::PRESENT
        && !::churnkey::__private::Probe::<
            Billing,
            ::churnkey::__private::endpoint::ExtendSubscriptionTrial,
        >::PRESENT;
    {
        const FAILS: ::core::primitive::bool = (MISSING_ACTION_0);
        #[diagnostic::on_unimplemented(
            message = "`Billing` expects `cancel`, and there is none\nhelp: write it:\n\n    #[churnkey::action(cancel)]\n    async fn cancel(ctx: &Billing, request: churnkey::Cancel) -> churnkey::Result<()> {{ .. }}\n\nif it is written, is its file declared with `mod`, and is it not left out by a `#[cfg]`?",
            label = "required here"
        )]
        trait Required: ::core::marker::Sized {
            fn check(self) {}
        }
        impl Required for ::churnkey::__private::Met {}
        const _: fn() = || {
            let outcome = ::churnkey::__private::Condition::<FAILS>::outcome();
            Required::check(outcome)
        };
    }
    struct __ChurnkeyDerive;
    impl ::churnkey::__private::HasIntegration<__ChurnkeyDerive, Billing>
    for ::churnkey::__private::Crate {}
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
const _: fn(&Billing) = |__churnkey_context| {
    <_ as ::churnkey::__private::rules::Shared>::check(&__churnkey_context.db);
    <_ as ::churnkey::__private::rules::Shared>::check(&__churnkey_context.cache);
};
