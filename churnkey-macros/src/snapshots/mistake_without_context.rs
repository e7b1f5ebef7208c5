async fn retrieve(id: PriceId) -> churnkey::Result<Option<Price>> {
    find(id).await
}
const _: () = {
    struct __ChurnkeyAnyContext;
    impl<Context> ::churnkey::__private::UnknownContext<__ChurnkeyAnyContext, Context>
    for ::churnkey::__private::endpoint::RetrievePrice {}
};
::core::compile_error! {
    "the first argument is not the context\nhelp: write `async fn retrieve(ctx: &Billing, id: churnkey::PriceId) -> churnkey::Result<Option<churnkey::Price>>`"
}
