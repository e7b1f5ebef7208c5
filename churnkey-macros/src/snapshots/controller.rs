pub async fn price(ctx: &Billing, id: PriceId) -> churnkey::Result<Option<Price>> {
    ctx.price(id).await
}
impl ::churnkey::__private::Provides<::churnkey::__private::endpoint::RetrievePrice>
for Billing
where
    ():,
{
    const OPTIONS: ::churnkey::__private::Options = ::churnkey::__private::Options::None;
    const EXTRAS: ::churnkey::__private::Extras = {
        let _ = price;
        ::churnkey::__private::Extras::NONE
    };
    async fn call(
        &self,
        __churnkey_input: ::churnkey::__private::Input<
            ::churnkey::__private::endpoint::RetrievePrice,
        >,
        __churnkey_context: &::churnkey::__private::RequestContext,
    ) -> ::churnkey::__private::Result<
        ::churnkey::__private::Output<::churnkey::__private::endpoint::RetrievePrice>,
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
        > for ::churnkey::__private::endpoint::RetrievePrice {}
        let (__churnkey_id,) = __churnkey_input;
        let __churnkey_function = price;
        let __churnkey_answer = ::churnkey::__private::sendable(
                __churnkey_function(
                    self,
                    <_ as ::churnkey::__private::Argument<_>>::take(__churnkey_id),
                ),
            )
            .await;
        <_ as ::churnkey::__private::ReturnType<
            ::churnkey::__private::Output<
                ::churnkey::__private::endpoint::RetrievePrice,
            >,
            _,
        >>::answer(__churnkey_answer)
            .map_err(|__churnkey_error| <_ as ::churnkey::__private::FunctionError>::into_error(
                __churnkey_error,
            ))
    }
}
