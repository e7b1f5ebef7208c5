fn retrieve(ctx: &Billing, id: &PriceId) -> churnkey::Result<Option<Price>> {
    ctx.price(id)
}
impl ::churnkey::__private::OneFunctionFor<
    ::churnkey::__private::endpoint::RetrievePrice,
    ::churnkey::__private::RemoveTheOther,
> for Billing
where
    ():,
{
    const OPTIONS: ::churnkey::__private::Options = ::churnkey::__private::Options::None;
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
        let _ = (__churnkey_input, __churnkey_context);
        ::core::panic!()
    }
}
const REQUIREMENTS_OF_RETRIEVE_AS_RETRIEVE_PRICE: () = {
    struct __ChurnkeyFunction {}
    impl ::churnkey::__private::ContextOf for __ChurnkeyFunction {
        type Context = Billing;
    }
    impl ::churnkey::__private::UnknownContext<
        __ChurnkeyFunction,
        <__ChurnkeyFunction as ::churnkey::__private::ContextOf>::Context,
    > for ::churnkey::__private::endpoint::RetrievePrice {}
};
::core::compile_error! {
    "the function is not async\nhelp: write `async fn`: it runs on the server's threads and must not block them"
}
::core::compile_error! {
    "this argument is a reference, and it must be owned\nhelp: take it by value: `churnkey::PriceId`"
}
