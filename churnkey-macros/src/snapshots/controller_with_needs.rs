#[cfg(feature = "prices")]
async fn list(ctx: &Billing, page: PageRequest) -> Result<Page<Price>, BillingError> {
    ctx.prices(page)
}
#[cfg(feature = "prices")]
impl ::churnkey::__private::OneFunctionFor<
    ::churnkey::__private::endpoint::ListPrices,
    ::churnkey::__private::RemoveTheOther,
> for Billing
where
    ():,
{
    const OPTIONS: ::churnkey::__private::Options = ::churnkey::__private::Options::Prices(
        ::churnkey::__private::PricesType::Product,
    );
    const FUNCTION: &'static ::core::primitive::str = ::core::concat!(
        "`list` at ", ::core::file!(), ":", ::core::line!()
    );
    const EXTRAS: ::churnkey::__private::Extras = {
        let _ = list;
        ::churnkey::__private::Extras::NONE
    };
    async fn call(
        &self,
        __churnkey_input: ::churnkey::__private::Input<
            ::churnkey::__private::endpoint::ListPrices,
        >,
        __churnkey_context: &::churnkey::__private::RequestContext,
    ) -> ::churnkey::__private::Result<
        ::churnkey::__private::Output<::churnkey::__private::endpoint::ListPrices>,
    >
    where
        for<'shared> &'shared Self: ::core::marker::Send,
    {
        {
            use ::churnkey::__private::{
                ViaIntegration as _, ViaNoIntegration as _, ViaOtherIntegration as _,
            };
            let _ = || <_ as ::churnkey::__private::rules::ContextOfFunction<
                _,
            >>::serves(
                (&&::churnkey::__private::ContextProbe::<Self>::NEW)
                    .__churnkey_contexts(),
            );
        }
        let (__churnkey_page,) = __churnkey_input;
        let __churnkey_function = list;
        let __churnkey_answer = ::churnkey::__private::rules::sendable(
                __churnkey_function(
                    self,
                    <_ as ::churnkey::__private::rules::Argument<
                        _,
                    >>::take(__churnkey_page),
                ),
            )
            .await;
        match __churnkey_answer {
            ::core::result::Result::Ok(__churnkey_answer) => {
                ::core::result::Result::Ok(
                    <_ as ::churnkey::__private::rules::Answer<
                        ::churnkey::__private::Output<
                            ::churnkey::__private::endpoint::ListPrices,
                        >,
                    >>::answer(__churnkey_answer),
                )
            }
            ::core::result::Result::Err(__churnkey_error) => {
                ::core::result::Result::Err(
                    <_ as ::churnkey::__private::rules::FunctionError>::into_error(
                        __churnkey_error,
                    ),
                )
            }
        }
    }
}
#[cfg(feature = "prices")]
const REQUIREMENTS_OF_LIST_AS_LIST_PRICES: () = {
    struct __ChurnkeyFunction {}
    impl ::churnkey::__private::ContextOf for __ChurnkeyFunction {
        type Context = Billing;
    }
    impl ::churnkey::__private::UnknownContext<
        __ChurnkeyFunction,
        <__ChurnkeyFunction as ::churnkey::__private::ContextOf>::Context,
    > for ::churnkey::__private::endpoint::ListPrices {}
    use ::churnkey::__private::{
        ModeProbeFallback as _, ProbeFallback as _, ViaImpl as _, ViaNotExpanded as _,
        ViaNothing as _, ViaOtherContext as _, ViaOutcome as _, ViaReported as _,
        ViaUnknownContext as _,
    };
    {
        const FAILS: ::core::primitive::bool = ::churnkey::__private::ModeProbe::<
            Billing,
            ::churnkey::__private::endpoint::ListPrices,
        >::APPLIES
            && (!::churnkey::__private::Probe::<
                Billing,
                ::churnkey::__private::endpoint::ListPrices,
            >::OPTIONS
                .agrees_with(
                    ::churnkey::__private::Probe::<
                        Billing,
                        ::churnkey::__private::endpoint::RetrievePrice,
                    >::OPTIONS,
                ));
        #[diagnostic::on_unimplemented(
            message = "`list` of `prices` says `type = \"product\"` and `retrieve` says another type, but all prices of a provider have one type\nhelp: write the same type in both attributes, or leave it out of one",
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
        const FAILS: ::core::primitive::bool = ::churnkey::__private::ModeProbe::<
            Billing,
            ::churnkey::__private::endpoint::ListPrices,
        >::APPLIES
            && (::churnkey::__private::Probe::<
                Billing,
                ::churnkey::__private::endpoint::RetrievePrice,
            >::OPTIONS
                .is_none()
                && !::churnkey::__private::is_true(
                    &|| {
                        (&(&&&&::churnkey::__private::ImplProbe::<
                            Billing,
                            ::churnkey::__private::endpoint::RetrieveProduct,
                        >::NEW)
                            .__churnkey_found())
                            .__churnkey_present()
                    },
                )
                && !::churnkey::__private::is_true(
                    &|| {
                        (&(&&&&::churnkey::__private::ImplProbe::<
                            Billing,
                            ::churnkey::__private::endpoint::ListProducts,
                        >::NEW)
                            .__churnkey_found())
                            .__churnkey_present()
                    },
                ));
        #[diagnostic::on_unimplemented(
            message = "`prices` needs `products`, and there is none: with `type = \"product\"` each price belongs to a product\nhelp: write it:\n\n    #[churnkey::controller(products)]\n    async fn retrieve_product(ctx: &Billing, id: churnkey::ProductId) -> churnkey::Result<Option<churnkey::Product>> {{ .. }}\n\n    #[churnkey::controller(products)]\n    async fn list_products(ctx: &Billing, page: churnkey::PageRequest) -> churnkey::Result<churnkey::Page<churnkey::Product>> {{ .. }}\n\nif it is written, is its file declared with `mod`, and is it not left out by a `#[cfg]`?",
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
};
