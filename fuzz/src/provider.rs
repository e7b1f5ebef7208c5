//! Providers built with the macros that record every call of a function. The requested id
//! determines the result.

use std::sync::{Mutex, PoisonError};

use churnkey::model::{CouponDuration, FixedAmount};
use churnkey::operation::Operation;
use churnkey::{
    Amount, ApplyCoupon, BillingCycle, Cancel, CancelAll, ChangePrice, Coupon, CouponId, Currency,
    Customer, CustomerId, Email, Error, ExtendTrial, FamilyId, Mode, Page, PageRequest, Pause,
    PauseAll, Phone, Price, PriceId, Product, ProductFamily, ProductId, Result, ResultExt as _,
    Subscription, SubscriptionId, SubscriptionItem, SubscriptionPeriod, SubscriptionStatus,
    Timestamp,
};

/// The cause of every failure, which no message may contain.
pub const CAUSE: &str = "the database at 10.0.0.7 is gone";

/// The number of rows in each list.
pub const ROWS: u64 = 9;

/// One call of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub operation: Operation,
    pub given: Given,
    pub answer: Answer,
}

/// The arguments of a function.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// Ids and search strings in the order of the path, and for a list the limit and the cursor.
    Read {
        mode: Mode,
        texts: Vec<String>,
        page: Option<(u32, Option<String>)>,
    },
    Cancel(Cancel),
    CancelAll(CancelAll),
    Pause(Pause),
    PauseAll(PauseAll),
    ApplyCoupon(ApplyCoupon),
    ChangePrice(ChangePrice),
    ExtendTrial(ExtendTrial),
}

/// The result of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Found,
    Nothing,
    BadCursor,
    Conflict,
    Failure,
    /// A model that was [planted](Everything::plant) and that the runtime must not send.
    Invalid,
}

impl Answer {
    pub fn status(self) -> u16 {
        match self {
            Self::Found => 200,
            Self::Nothing => 404,
            Self::BadCursor => 400,
            Self::Conflict => 409,
            Self::Failure | Self::Invalid => 500,
        }
    }

    /// Selects the result by the last id, so that seeds can choose it.
    fn to(text: &str) -> Self {
        match text {
            text if text.starts_with("none") => Self::Nothing,
            text if text.starts_with("conflict") => Self::Conflict,
            text if text.starts_with("fail") => Self::Failure,
            _ => Self::Found,
        }
    }

    fn give<M>(self, model: impl FnOnce() -> M) -> Result<Option<M>> {
        match self {
            Self::Found | Self::Invalid => Ok(Some(model())),
            Self::Nothing => Ok(None),
            Self::Conflict => Err(Error::conflict("the subscription is being changed")),
            Self::BadCursor | Self::Failure => Err(std::io::Error::other(CAUSE)).or_internal(),
        }
    }
}

/// A provider that records the calls of its functions.
pub trait Calls {
    fn calls(&self) -> &Mutex<Vec<Call>>;

    /// Returns and clears the recorded calls.
    fn take(&self) -> Vec<Call> {
        std::mem::take(&mut self.calls().lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, operation: Operation, given: Given, answer: Answer) {
        let call = Call {
            operation,
            given,
            answer,
        };
        self.calls()
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(call);
    }

    fn wrote(&self, operation: Operation, subject: &str, given: Given) -> Result<()> {
        let answer = Answer::to(subject);
        self.note(operation, given, answer);
        answer
            .give(|| ())?
            .ok_or_else(|| Error::not_found("there is no such subscription"))
    }

    fn retrieved<M>(
        &self,
        operation: Operation,
        mode: Mode,
        texts: &[&str],
        model: impl FnOnce() -> M,
    ) -> Result<Option<M>> {
        let answer = Answer::to(texts.last().expect("every retrieve has an id"));
        self.note(operation, read(mode, texts, None), answer);
        answer.give(model)
    }

    fn listed<M>(
        &self,
        operation: Operation,
        mode: Mode,
        texts: &[&str],
        page: &PageRequest,
        model: impl Fn(String) -> M,
    ) -> Result<Page<M>> {
        let after: Result<Option<(u64, String)>> = page.after();
        let answer = match &after {
            Ok(_) => Answer::Found,
            Err(_) => Answer::BadCursor,
        };
        let asked = (page.limit(), page.cursor().map(str::to_owned));
        self.note(operation, read(mode, texts, Some(asked)), answer);
        let from = after?.map_or(0, |(row, _)| row + 1);
        let rows = (from..ROWS).take(page.limit() as usize + 1);
        let page = page.keyset(rows.collect(), |row| (*row, format!("row-{row}")))?;
        Ok(page.map(|row| model(format!("row-{row}"))))
    }
}

fn read(mode: Mode, texts: &[&str], page: Option<(u32, Option<String>)>) -> Given {
    Given::Read {
        mode,
        texts: texts.iter().map(|text| (*text).to_owned()).collect(),
        page,
    }
}

/// A provider with every module and every option.
#[derive(Default, churnkey::Integration)]
#[churnkey(name = "Everything", modes(shared), expect(all))]
pub struct Everything {
    calls: Mutex<Vec<Call>>,
    planted: Mutex<Option<(Planted, Answer)>>,
}

/// A model that the next retrieve returns, regardless of the requested id.
#[derive(Clone, Debug, PartialEq)]
pub enum Planted {
    Customer(Customer),
    Price(Price),
    Subscription(Subscription),
    Coupon(Coupon),
    Product(Product),
    Family(ProductFamily),
}

impl Calls for Everything {
    fn calls(&self) -> &Mutex<Vec<Call>> {
        &self.calls
    }
}

impl Everything {
    /// Sets the model of the next retrieve. The runtime must send it if and only if it is `sound`.
    pub fn plant(&self, model: Planted, sound: bool) {
        let answer = if sound {
            Answer::Found
        } else {
            Answer::Invalid
        };
        *self.planted.lock().unwrap_or_else(PoisonError::into_inner) = Some((model, answer));
    }

    fn planted(&self, operation: Operation, mode: Mode, texts: &[&str]) -> Option<Planted> {
        let mut planted = self.planted.lock().unwrap_or_else(PoisonError::into_inner);
        let (model, answer) = planted.take()?;
        self.note(operation, read(mode, texts, None), answer);
        Some(model)
    }
}

fn cycle() -> BillingCycle {
    BillingCycle::monthly()
}

fn price(id: impl Into<PriceId>) -> Price {
    Price::of_product(id, "suite", cycle(), Amount::fixed(Currency::USD, 1900))
}

/// Creates a subscription, which is annual if its id begins with `annual`.
fn subscription(customer: CustomerId, id: SubscriptionId, price: Price) -> Subscription {
    let annual = id.as_str().starts_with("annual");
    let period = SubscriptionPeriod::new(Timestamp::MIN, Timestamp::MAX);
    Subscription::new(
        id,
        customer,
        SubscriptionStatus::active().current_period(period),
        Timestamp::MIN,
        if annual {
            BillingCycle::yearly()
        } else {
            cycle()
        },
        [SubscriptionItem::new("item", price, 2)],
    )
}

fn coupon(id: impl Into<CouponId>) -> Coupon {
    let value = FixedAmount::new(Currency::USD).flat(500);
    Coupon::new(id, CouponDuration::Once, value)
}

macro_rules! retrieve {
    ($ctx:ident, $mode:ident, $operation:ident, [$($text:expr),+], $kind:ident, $model:expr) => {
        match $ctx.planted(Operation::$operation, $mode, &[$($text),+]) {
            Some(Planted::$kind(model)) => Ok(Some(model)),
            Some(other) => panic!("the planted model has another kind: {other:?}"),
            None => $ctx.retrieved(Operation::$operation, $mode, &[$($text),+], || $model),
        }
    };
}

#[churnkey::controller(customers)]
async fn retrieve_customer(
    ctx: &Everything,
    id: CustomerId,
    mode: Mode,
) -> Result<Option<Customer>> {
    retrieve!(
        ctx,
        mode,
        RetrieveCustomer,
        [id.as_str()],
        Customer,
        Customer::new(id.clone())
    )
}

#[churnkey::controller(customers)]
async fn list_customers(ctx: &Everything, page: PageRequest, mode: Mode) -> Result<Page<Customer>> {
    ctx.listed(Operation::ListCustomers, mode, &[], &page, Customer::new)
}

#[churnkey::controller(customers)]
async fn find_by_email(ctx: &Everything, email: Email, mode: Mode) -> Result<Option<Customer>> {
    let given = email.clone();
    ctx.retrieved(
        Operation::FindCustomerByEmail,
        mode,
        &[given.as_str()],
        || Customer::new("cus_1").email(email),
    )
}

#[churnkey::controller(customers)]
async fn find_by_phone(ctx: &Everything, phone: Phone, mode: Mode) -> Result<Option<Customer>> {
    let given = phone.clone();
    ctx.retrieved(
        Operation::FindCustomerByPhone,
        mode,
        &[given.as_str()],
        || Customer::new("cus_1").phone(phone),
    )
}

#[churnkey::controller(prices, type = "product")]
async fn retrieve_price(ctx: &Everything, id: PriceId, mode: Mode) -> Result<Option<Price>> {
    retrieve!(
        ctx,
        mode,
        RetrievePrice,
        [id.as_str()],
        Price,
        price(id.clone())
    )
}

#[churnkey::controller(prices)]
async fn list_prices(ctx: &Everything, page: PageRequest, mode: Mode) -> Result<Page<Price>> {
    ctx.listed(Operation::ListPrices, mode, &[], &page, price)
}

#[churnkey::controller(subscriptions)]
async fn retrieve_subscription(
    ctx: &Everything,
    customer: CustomerId,
    id: SubscriptionId,
    mode: Mode,
) -> Result<Option<Subscription>> {
    retrieve!(
        ctx,
        mode,
        RetrieveSubscription,
        [customer.as_str(), id.as_str()],
        Subscription,
        subscription(customer.clone(), id.clone(), price("pro"))
    )
}

#[churnkey::controller(subscriptions)]
async fn list_subscriptions(
    ctx: &Everything,
    customer: CustomerId,
    page: PageRequest,
    mode: Mode,
) -> Result<Page<Subscription>> {
    let operation = Operation::ListSubscriptions;
    ctx.listed(operation, mode, &[customer.as_str()], &page, |id| {
        subscription(customer.clone(), id.into(), price("pro"))
    })
}

#[churnkey::controller(coupons)]
async fn retrieve_coupon(ctx: &Everything, id: CouponId, mode: Mode) -> Result<Option<Coupon>> {
    retrieve!(
        ctx,
        mode,
        RetrieveCoupon,
        [id.as_str()],
        Coupon,
        coupon(id.clone())
    )
}

#[churnkey::controller(coupons)]
async fn list_coupons(ctx: &Everything, page: PageRequest, mode: Mode) -> Result<Page<Coupon>> {
    ctx.listed(Operation::ListCoupons, mode, &[], &page, coupon)
}

#[churnkey::controller(products, type = "family")]
async fn retrieve_product(ctx: &Everything, id: ProductId, mode: Mode) -> Result<Option<Product>> {
    let product = || Product::in_family(id.clone(), "apps", "Suite");
    retrieve!(
        ctx,
        mode,
        RetrieveProduct,
        [id.as_str()],
        Product,
        product()
    )
}

#[churnkey::controller(products)]
async fn list_products(ctx: &Everything, page: PageRequest, mode: Mode) -> Result<Page<Product>> {
    ctx.listed(Operation::ListProducts, mode, &[], &page, |id| {
        Product::in_family(id, "apps", "Suite")
    })
}

#[churnkey::controller(families)]
async fn retrieve_family(
    ctx: &Everything,
    id: FamilyId,
    mode: Mode,
) -> Result<Option<ProductFamily>> {
    let family = || ProductFamily::new(id.clone(), "Apps");
    retrieve!(ctx, mode, RetrieveFamily, [id.as_str()], Family, family())
}

#[churnkey::controller(families)]
async fn list_families(
    ctx: &Everything,
    page: PageRequest,
    mode: Mode,
) -> Result<Page<ProductFamily>> {
    ctx.listed(Operation::ListFamilies, mode, &[], &page, |id| {
        ProductFamily::new(id, "Apps")
    })
}

/// Defines the actions of a provider, each with its options.
macro_rules! actions {
    ($provider:ident: $(
        $action:ident $(($($option:tt)*))? =
            $function:ident $request:ident $operation:ident $subject:ident;
    )+) => {$(
        #[churnkey::action($action $(, $($option)*)?)]
        async fn $function(ctx: &$provider, request: $request) -> Result<()> {
            let subject = request.$subject.clone();
            ctx.wrote(Operation::$operation, subject.as_str(), Given::$request(request))
        }
    )+};
}

actions! { Everything:
    cancel = cancel Cancel CancelSubscription subscription_id;
    cancel_all = cancel_all CancelAll CancelAllSubscriptions customer_id;
    pause(all) = pause Pause PauseSubscription subscription_id;
    pause_all = pause_all PauseAll PauseAllSubscriptions customer_id;
    apply_coupon = apply_coupon ApplyCoupon ApplyCouponToSubscription subscription_id;
    change_price(all) = change_price ChangePrice ChangeSubscriptionPrice subscription_id;
    extend_trial(all) = extend_trial ExtendTrial ExtendSubscriptionTrial subscription_id;
}

mod sparing {
    use super::*;

    /// A provider with every action and as few options as possible.
    #[derive(Default, churnkey::Integration)]
    #[churnkey(
        name = "Sparing",
        modes(shared),
        expect(cancel_all, pause_all, apply_coupon, change_price, extend_trial)
    )]
    pub struct Sparing {
        calls: Mutex<Vec<Call>>,
    }

    impl Calls for Sparing {
        fn calls(&self) -> &Mutex<Vec<Call>> {
            &self.calls
        }
    }

    fn price(id: PriceId) -> Price {
        Price::standalone(id, cycle(), Amount::fixed(Currency::USD, 1900))
    }

    #[churnkey::controller(customers)]
    async fn retrieve_customer(
        ctx: &Sparing,
        id: CustomerId,
        mode: Mode,
    ) -> Result<Option<Customer>> {
        ctx.retrieved(Operation::RetrieveCustomer, mode, &[id.as_str()], || {
            Customer::new(id.clone())
        })
    }

    #[churnkey::controller(prices)]
    async fn retrieve_price(ctx: &Sparing, id: PriceId, mode: Mode) -> Result<Option<Price>> {
        ctx.retrieved(Operation::RetrievePrice, mode, &[id.as_str()], || {
            price(id.clone())
        })
    }

    #[churnkey::controller(prices)]
    async fn list_prices(ctx: &Sparing, page: PageRequest, mode: Mode) -> Result<Page<Price>> {
        ctx.listed(Operation::ListPrices, mode, &[], &page, |id| {
            price(id.into())
        })
    }

    #[churnkey::controller(subscriptions)]
    async fn retrieve_subscription(
        ctx: &Sparing,
        customer: CustomerId,
        id: SubscriptionId,
        mode: Mode,
    ) -> Result<Option<Subscription>> {
        let texts = [customer.as_str(), id.as_str()];
        ctx.retrieved(Operation::RetrieveSubscription, mode, &texts, || {
            subscription(customer.clone(), id.clone(), price("pro".into()))
        })
    }

    #[churnkey::controller(coupons)]
    async fn retrieve_coupon(ctx: &Sparing, id: CouponId, mode: Mode) -> Result<Option<Coupon>> {
        ctx.retrieved(Operation::RetrieveCoupon, mode, &[id.as_str()], || {
            coupon(id.clone())
        })
    }

    #[churnkey::controller(coupons)]
    async fn list_coupons(ctx: &Sparing, page: PageRequest, mode: Mode) -> Result<Page<Coupon>> {
        ctx.listed(Operation::ListCoupons, mode, &[], &page, coupon)
    }

    actions! { Sparing:
        cancel(schedules(immediate)) = cancel Cancel CancelSubscription subscription_id;
        cancel_all = cancel_all CancelAll CancelAllSubscriptions customer_id;
        pause(start_dates(end_of_period), durations(date)) =
            pause Pause PauseSubscription subscription_id;
        pause_all = pause_all PauseAll PauseAllSubscriptions customer_id;
        apply_coupon = apply_coupon ApplyCoupon ApplyCouponToSubscription subscription_id;
        change_price(schedules(end_of_period)) =
            change_price ChangePrice ChangeSubscriptionPrice subscription_id;
        extend_trial(durations(period)) =
            extend_trial ExtendTrial ExtendSubscriptionTrial subscription_id;
    }
}

pub use sparing::Sparing;
