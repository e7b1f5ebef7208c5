// The user's own items, in the scope of generated code, have the names that generated code might
// use.
#![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

struct Result;
struct Option;
struct Some;
struct None;
struct Ok;
struct Err;
struct Price;
struct Future;
struct Provides;
struct Function;
struct Options;
struct Box;
struct String;
struct Integration;
trait Send {}
trait Sync {}
trait Sized {}
trait From {}
trait Into {}
trait Clone {}
trait Absent {}
mod std {}
mod core {}
mod private {}
mod __private {}
fn take() {}
fn call() {}
macro_rules! panic {
    () => {
        compile_error!("the user's own `panic!` is used")
    };
}
macro_rules! vec {
    () => {
        compile_error!("the user's own `vec!` is used")
    };
}
const id: ::std::primitive::u8 = 7;
const page: ::std::primitive::u8 = 7;
const request: ::std::primitive::u8 = 7;
const function: ::std::primitive::u8 = 7;
static input: ::std::primitive::u8 = 7;
static answer: ::std::primitive::u8 = 7;
static error: ::std::primitive::u8 = 7;
static context: ::std::primitive::u8 = 7;
static shared: ::std::primitive::u8 = 7;
const fail: ::std::primitive::u8 = 7;
struct customer;
struct parts;
trait Blanket {
    fn found(&self) {}
    fn answer(&self) {}
    fn check(&self) {}
    fn take(&self) {}
    fn value(&self) {}
}
impl<T> Blanket for T {}
type u8 = ();
type bool = ();
type str = ();

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect(cancel))]
struct Billing {
    context: ::std::primitive::u8,
}

#[churnkey::controller(customers, retrieve)]
async fn found(
    _: &Billing,
    key: churnkey::CustomerId,
) -> churnkey::Result<::core::option::Option<churnkey::Customer>> {
    let _ = key;
    churnkey::Result::Ok(::core::option::Option::None)
}

#[churnkey::controller(prices, retrieve)]
async fn price(
    _: &Billing,
    _: churnkey::PriceId,
) -> churnkey::Result<::core::option::Option<churnkey::Price>> {
    churnkey::Result::Ok(::core::option::Option::None)
}

#[churnkey::controller(prices, list)]
async fn pages(
    _: &Billing,
    _: churnkey::PageRequest,
) -> churnkey::Result<churnkey::Page<churnkey::Price>> {
    churnkey::Result::Ok(churnkey::Page::last(::std::vec::Vec::new()))
}

#[churnkey::controller(subscriptions, retrieve)]
async fn subscription(
    _: &Billing,
    _: churnkey::CustomerId,
    _: churnkey::SubscriptionId,
) -> churnkey::Result<::core::option::Option<churnkey::Subscription>> {
    churnkey::Result::Ok(::core::option::Option::None)
}

#[churnkey::action(cancel)]
async fn action(_: &Billing, _: churnkey::Cancel, _: churnkey::Mode) -> churnkey::Result<()> {
    churnkey::Result::Ok(())
}

#[test]
fn compiles_and_runs() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing { context }, "token");
}
