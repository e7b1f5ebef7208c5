#[allow(unused)]
async fn retrieve(id: PriceId) -> churnkey::Result<Option<Price>> {
    find(id).await
}
#[allow(unused, non_upper_case_globals, non_local_definitions)]
const _: () = {
    struct Function;
    impl<Context> ::churnkey::__private::UnknownContext<Function, Context>
    for ::churnkey::__private::endpoint::RetrievePrice {}
};
::core::compile_error! {
    "the first argument is not the context\nhelp: write `async fn retrieve(ctx: &Billing, id: churnkey::PriceId) -> churnkey::Result<Option<churnkey::Price>>`"
}
