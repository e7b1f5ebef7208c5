#![no_implicit_prelude]

#[derive(::churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect(cancel, pause))]
struct Billing {
    _names: ::std::vec::Vec<::std::string::String>,
}

#[::churnkey::controller(customers, retrieve)]
async fn customer(
    _: &Billing,
    _: ::churnkey::CustomerId,
) -> ::churnkey::Result<::std::option::Option<::churnkey::Customer>> {
    ::churnkey::Result::Ok(::std::option::Option::None)
}

#[::churnkey::controller(prices, type = "standalone")]
async fn retrieve_price(
    _: &Billing,
    _: ::churnkey::PriceId,
) -> ::churnkey::Result<::std::option::Option<::churnkey::Price>> {
    ::churnkey::Result::Ok(::std::option::Option::None)
}

#[::churnkey::controller(prices)]
async fn list_prices(
    _: &Billing,
    _: ::churnkey::PageRequest,
) -> ::churnkey::Result<::churnkey::Page<::churnkey::Price>> {
    ::churnkey::Result::Ok(::churnkey::Page::last(::std::vec::Vec::new()))
}

#[::churnkey::controller(subscriptions)]
async fn retrieve(
    _: &Billing,
    _: ::churnkey::CustomerId,
    _: ::churnkey::SubscriptionId,
    _: ::churnkey::Mode,
) -> ::churnkey::Result<::std::option::Option<::churnkey::Subscription>> {
    ::churnkey::Result::Ok(::std::option::Option::None)
}

#[::churnkey::action(cancel)]
async fn cancel(_: &Billing, _: ::churnkey::Cancel) -> ::churnkey::Result<()> {
    ::churnkey::Result::Ok(())
}

#[::churnkey::action(pause, durations(period), allow_annual)]
async fn pause(_: &Billing, _: ::churnkey::Pause) -> ::churnkey::Result<()> {
    ::churnkey::Result::Ok(())
}

#[::core::prelude::v1::test]
fn compiles_and_runs() {
    let billing = Billing {
        _names: ::std::vec::Vec::new(),
    };
    let _ = <Billing as ::churnkey::Integration>::router::<()>(billing, "token");
}
