pub async fn price(ctx: &Billing, id: PriceId) -> churnkey::Result<Option<Price>> {
    ctx.price(id).await
}
#[allow(deprecated, non_local_definitions, clippy::all, clippy::pedantic)]
impl ::churnkey::__private::Provides<::churnkey::__private::endpoint::RetrievePrice>
for Billing
where
    ():,
{
    const OPTIONS: ::churnkey::__private::Options = ::churnkey::__private::Options::None;
    async fn call(
        &self,
        input: ::churnkey::__private::Input<
            ::churnkey::__private::endpoint::RetrievePrice,
        >,
        parts: &::churnkey::__private::RequestContext,
    ) -> ::churnkey::__private::Result<
        ::churnkey::__private::Output<::churnkey::__private::endpoint::RetrievePrice>,
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
        > for ::churnkey::__private::endpoint::RetrievePrice {}
        let (id,) = input;
        let answer = ::churnkey::__private::sendable(
                price(self, <_ as ::churnkey::__private::Argument<_>>::take(id)),
            )
            .await;
        <_ as ::churnkey::__private::ReturnType<
            ::churnkey::__private::Output<
                ::churnkey::__private::endpoint::RetrievePrice,
            >,
            _,
        >>::answer(answer)
            .map_err(|error| <_ as ::churnkey::__private::FunctionError>::into_error(
                error,
            ))
    }
}
