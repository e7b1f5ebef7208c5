#[cfg(feature = "prices")]
async fn list(ctx: &Billing, page: PageRequest) -> Result<Page<Price>, BillingError> {
    ctx.prices(page)
}
#[cfg(feature = "prices")]
#[allow(deprecated, non_local_definitions, clippy::all, clippy::pedantic)]
impl ::churnkey::__private::Provides<::churnkey::__private::endpoint::ListPrices>
for Billing
where
    ():,
{
    const OPTIONS: ::churnkey::__private::Options = ::churnkey::__private::Options::Prices(
        ::churnkey::__private::PricesType::Product,
    );
    async fn call(
        &self,
        input: ::churnkey::__private::Input<::churnkey::__private::endpoint::ListPrices>,
        parts: &::churnkey::__private::RequestContext,
    ) -> ::churnkey::__private::Result<
        ::churnkey::__private::Output<::churnkey::__private::endpoint::ListPrices>,
    >
    where
        for<'shared> &'shared Self: ::core::marker::Send,
    {
        struct __Function {}
        impl ::churnkey::__private::ContextOf for __Function {
            type Context = Billing;
        }
        impl ::churnkey::__private::UnknownContext<
            __Function,
            <__Function as ::churnkey::__private::ContextOf>::Context,
        > for ::churnkey::__private::endpoint::ListPrices {}
        let (page,) = input;
        let answer = ::churnkey::__private::sendable(
                list(self, <_ as ::churnkey::__private::Argument<_>>::take(page)),
            )
            .await;
        <_ as ::churnkey::__private::ReturnType<
            ::churnkey::__private::Output<::churnkey::__private::endpoint::ListPrices>,
            _,
        >>::answer(answer)
            .map_err(|error| <_ as ::churnkey::__private::FunctionError>::into_error(
                error,
            ))
    }
}
#[cfg(feature = "prices")]
const _: () = {
    const _: () = {
        use ::churnkey::__private::{
            ProbeFallback as _, ViaNothing as _, ViaImpl as _, ViaUnknownContext as _,
            fail,
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
            fail,
        };
        if ::churnkey::__private::Probe::<
            Billing,
            ::churnkey::__private::endpoint::RetrievePrice,
        >::OPTIONS
            .is_none()
            && !::churnkey::__private::is_implemented(
                &|| {
                    (&&::churnkey::__private::ImplProbe::<
                        Billing,
                        ::churnkey::__private::endpoint::RetrieveProduct,
                    >::NEW)
                        .found()
                },
            )
            && !::churnkey::__private::is_implemented(
                &|| {
                    (&&::churnkey::__private::ImplProbe::<
                        Billing,
                        ::churnkey::__private::endpoint::ListProducts,
                    >::NEW)
                        .found()
                },
            )
        {
            fail(
                "`prices` needs `products`, and there is none: with `type = \"product\"` each price belongs to a product\nhelp: write it:\n\n    #[churnkey::controller(products)]\n    async fn retrieve_product(ctx: &Billing, id: churnkey::ProductId) -> churnkey::Result<Option<churnkey::Product>> { .. }\n\n    #[churnkey::controller(products)]\n    async fn list_products(ctx: &Billing, page: churnkey::PageRequest) -> churnkey::Result<churnkey::Page<churnkey::Product>> { .. }\n",
            )
        }
    };
};
