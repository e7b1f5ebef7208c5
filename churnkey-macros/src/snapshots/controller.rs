pub async fn price(ctx: &Billing, id: PriceId) -> churnkey::Result<Option<Price>> {
    ctx.price(id).await
}
impl ::churnkey::__private::OneFunctionFor<
    ::churnkey::__private::endpoint::RetrievePrice,
    ::churnkey::__private::RemoveTheOther,
> for Billing
where
    ():,
{
    const OPTIONS: ::churnkey::__private::Options = ::churnkey::__private::Options::None;
    const FUNCTION: &'static ::core::primitive::str = ::core::concat!(
        "`price` at ", ::core::file!(), ":", ::core::line!()
    );
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
        let (__churnkey_id,) = __churnkey_input;
        let __churnkey_function = price;
        let __churnkey_answer = ::churnkey::__private::rules::sendable(
                __churnkey_function(
                    self,
                    <_ as ::churnkey::__private::rules::Argument<_>>::take(__churnkey_id),
                ),
            )
            .await;
        match __churnkey_answer {
            ::core::result::Result::Ok(__churnkey_answer) => {
                ::core::result::Result::Ok(
                    <_ as ::churnkey::__private::rules::Answer<
                        ::churnkey::__private::Output<
                            ::churnkey::__private::endpoint::RetrievePrice,
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
const REQUIREMENTS_OF_PRICE_AS_RETRIEVE_PRICE: () = {
    struct __ChurnkeyFunction {}
    impl ::churnkey::__private::ContextOf for __ChurnkeyFunction {
        type Context = Billing;
    }
    impl ::churnkey::__private::UnknownContext<
        __ChurnkeyFunction,
        <__ChurnkeyFunction as ::churnkey::__private::ContextOf>::Context,
    > for ::churnkey::__private::endpoint::RetrievePrice {}
};
