#[cfg(feature = "prices")]
async fn list(ctx: &Billing, page: PageRequest) -> Result<Page<Price>, BillingError> {
    ctx.prices(page)
}
#[cfg(feature = "prices")]
impl ::churnkey::__private::Provides<::churnkey::__private::endpoint::ListPrices>
for Billing
where
    ():,
{
    const OPTIONS: ::churnkey::__private::Options = ::churnkey::__private::Options::Prices(
        ::churnkey::__private::PricesType::Product,
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
        struct __ChurnkeyFunction {}
        impl ::churnkey::__private::ContextOf for __ChurnkeyFunction {
            type Context = Billing;
        }
        impl ::churnkey::__private::UnknownContext<
            __ChurnkeyFunction,
            <__ChurnkeyFunction as ::churnkey::__private::ContextOf>::Context,
        > for ::churnkey::__private::endpoint::ListPrices {}
        let (__churnkey_page,) = __churnkey_input;
        let __churnkey_function = list;
        let __churnkey_answer = ::churnkey::__private::sendable(
                __churnkey_function(
                    self,
                    <_ as ::churnkey::__private::Argument<_>>::take(__churnkey_page),
                ),
            )
            .await;
        <_ as ::churnkey::__private::ReturnType<
            ::churnkey::__private::Output<::churnkey::__private::endpoint::ListPrices>,
            _,
        >>::answer(__churnkey_answer)
            .map_err(|__churnkey_error| <_ as ::churnkey::__private::FunctionError>::into_error(
                __churnkey_error,
            ))
    }
}
#[cfg(feature = "prices")]
const REQUIREMENTS_OF_LIST: () = {
    const _: () = {
        use ::churnkey::__private::{
            ProbeFallback as _, ViaNothing as _, ViaImpl as _, ViaUnknownContext as _,
            ModeProbeFallback as _, fail,
        };
        if !::churnkey::__private::Probe::<
            Billing,
            ::churnkey::__private::endpoint::ListPrices,
        >::OPTIONS
            .agrees_with(
                ::churnkey::__private::Probe::<
                    Billing,
                    ::churnkey::__private::endpoint::RetrievePrice,
                >::OPTIONS,
            )
        {
            fail(
                "`list` of `prices` says `type = \"product\"` and `retrieve` says another type, but all prices of a provider have one type\nhelp: write the same type in both attributes, or leave it out of one",
            )
        }
    };
    const _: () = {
        use ::churnkey::__private::{
            ProbeFallback as _, ViaNothing as _, ViaImpl as _, ViaUnknownContext as _,
            ModeProbeFallback as _, fail,
        };
        if ::churnkey::__private::Probe::<
            Billing,
            ::churnkey::__private::endpoint::RetrievePrice,
        >::OPTIONS
            .is_none()
            && !::churnkey::__private::is_true(
                &|| {
                    (&&::churnkey::__private::ImplProbe::<
                        Billing,
                        ::churnkey::__private::endpoint::RetrieveProduct,
                    >::NEW)
                        .__churnkey_found()
                },
            )
            && !::churnkey::__private::is_true(
                &|| {
                    (&&::churnkey::__private::ImplProbe::<
                        Billing,
                        ::churnkey::__private::endpoint::ListProducts,
                    >::NEW)
                        .__churnkey_found()
                },
            )
        {
            fail(
                "`prices` needs `products`, and there is none: with `type = \"product\"` each price belongs to a product\nhelp: write it:\n\n    #[churnkey::controller(products)]\n    async fn retrieve_product(ctx: &Billing, id: churnkey::ProductId) -> churnkey::Result<Option<churnkey::Product>> { .. }\n\n    #[churnkey::controller(products)]\n    async fn list_products(ctx: &Billing, page: churnkey::PageRequest) -> churnkey::Result<churnkey::Page<churnkey::Product>> { .. }\n",
            )
        }
    };
};
