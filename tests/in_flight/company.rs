//! The provider under test. Each function waits for its cue before it writes, and again before it answers.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use churnkey::{
    ApplyCoupon, Cancel, CancelAll, ChangePrice, Coupon, CouponId, Customer, CustomerId, Duration,
    Error, ExtendTrial, Mode, Page, PageRequest, Pause, PauseAll, Price, PriceId, Result,
    Subscription, SubscriptionId,
};
use tokio::sync::oneshot;

use crate::action::{Action, Name, What};
use crate::books::{COUPONS, CUSTOMERS, Database, PRICES};

#[derive(churnkey::Integration)]
#[churnkey(
    name = "Company",
    expect(
        cancel,
        cancel_all,
        pause,
        pause_all,
        apply_coupon,
        change_price,
        extend_trial
    )
)]
pub(crate) struct Company {
    pub(crate) database: Arc<Database>,
    pub(crate) stage: Arc<Stage>,
}

impl Company {
    async fn act(&self, mode: Mode, customer: &CustomerId, what: What) -> Result<()> {
        let action = Action {
            mode,
            customer: name(customer.as_str()),
            what,
        };
        let call = self.stage.enter(action);
        if let Some(errand) = self.stage.take_errand() {
            errand.await;
        }
        call.cue().await?;
        let outcome = self.database.transaction(action);
        call.cue().await?;
        outcome.result()
    }
}

/// Where functions stand while they run.
#[derive(Default)]
pub(crate) struct Stage {
    calls: Mutex<Vec<Call>>,
    entered: AtomicUsize,
    pub(crate) panics_at_once: AtomicBool,
    errand: Mutex<Option<Errand>>,
}

/// What a function does besides.
type Errand = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Call {
    number: usize,
    action: Action,
    cue: Option<oneshot::Sender<Cue>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Cue {
    /// On to the next point: from before the transaction to after it, from there to the end.
    Proceed,
    /// The connection to the database is lost.
    Fail,
    Panic,
}

impl Stage {
    /// The actions whose functions run, in the order in which they began.
    pub(crate) fn running(&self) -> Vec<Action> {
        self.calls().iter().map(|call| call.action).collect()
    }

    /// How many calls there have been.
    pub(crate) fn entered(&self) -> usize {
        self.entered.load(Ordering::SeqCst)
    }

    #[track_caller]
    pub(crate) fn cue(&self, action: Action, cue: Cue) {
        let mut calls = self.calls();
        let call = calls.iter_mut().find(|call| call.action == action);
        let waiting = call.and_then(|call| call.cue.take());
        let heard = waiting.is_some_and(|waiting| waiting.send(cue).is_ok());
        assert!(heard, "{action:?} does not wait for a cue");
    }

    /// Gives a cue to all that wait for one.
    pub(crate) fn cue_all(&self, cue: Cue) {
        for call in self.calls().iter_mut() {
            if let Some(waiting) = call.cue.take() {
                let _gone = waiting.send(cue);
            }
        }
    }

    /// Something for the next function to wait for before it waits for its cue.
    pub(crate) fn send_on(&self, errand: impl Future<Output = ()> + Send + 'static) {
        let mut place = self.errand.lock().unwrap_or_else(PoisonError::into_inner);
        *place = Some(Box::pin(errand));
    }

    fn take_errand(&self) -> Option<Errand> {
        let mut place = self.errand.lock().unwrap_or_else(PoisonError::into_inner);
        place.take()
    }

    fn enter(&self, action: Action) -> OnStage<'_> {
        let number = self.entered.fetch_add(1, Ordering::SeqCst);
        if self.panics_at_once.load(Ordering::SeqCst) {
            resume_unwind(Box::new("at once"));
        }
        self.calls().push(Call {
            number,
            action,
            cue: None,
        });
        OnStage {
            stage: self,
            number,
        }
    }

    fn calls(&self) -> MutexGuard<'_, Vec<Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that runs. It has ended once this is dropped, however it ended.
struct OnStage<'a> {
    stage: &'a Stage,
    number: usize,
}

impl OnStage<'_> {
    async fn cue(&self) -> Result<()> {
        let (sender, cue) = oneshot::channel();
        for call in self.stage.calls().iter_mut() {
            if call.number == self.number {
                call.cue = Some(sender);
                break;
            }
        }
        match cue.await {
            Ok(Cue::Proceed) => Ok(()),
            // Without a message, which the hook would print for each of many.
            Ok(Cue::Panic) => resume_unwind(Box::new("on cue")),
            Ok(Cue::Fail) | Err(_) => Err(Error::internal("the connection was lost")),
        }
    }
}

impl Drop for OnStage<'_> {
    fn drop(&mut self) {
        self.stage.calls().retain(|call| call.number != self.number);
    }
}

/// The name that the tests have for an id.
fn name(id: &str) -> Name {
    let subscriptions = CUSTOMERS
        .into_iter()
        .flat_map(|(_, subscriptions)| subscriptions);
    let customers = CUSTOMERS.into_iter().map(|(customer, _)| customer);
    customers
        .chain(subscriptions.copied())
        .chain(PRICES)
        .chain(COUPONS)
        .find(|name| *name == id)
        .unwrap_or("somebody else's")
}

fn amount(duration: Duration) -> Result<u32> {
    match duration {
        Duration::Period { amount, .. } => Ok(amount),
        Duration::Date(_) => Err(Error::bad_request("`duration.type` must be `period`")),
    }
}

#[churnkey::action(cancel)]
async fn cancel(ctx: &Company, request: Cancel, mode: Mode) -> Result<()> {
    let what = What::Cancel(name(request.subscription_id.as_str()));
    ctx.act(mode, &request.customer_id, what).await
}

#[churnkey::action(cancel_all)]
async fn cancel_all(ctx: &Company, request: CancelAll, mode: Mode) -> Result<()> {
    ctx.act(mode, &request.customer_id, What::CancelAll).await
}

#[churnkey::action(pause, all)]
async fn pause(ctx: &Company, request: Pause, mode: Mode) -> Result<()> {
    let subscription = name(request.subscription_id.as_str());
    let what = What::Pause(subscription, amount(request.duration)?);
    ctx.act(mode, &request.customer_id, what).await
}

#[churnkey::action(pause_all)]
async fn pause_all(ctx: &Company, request: PauseAll, mode: Mode) -> Result<()> {
    let what = What::PauseAll(amount(request.duration)?);
    ctx.act(mode, &request.customer_id, what).await
}

#[churnkey::action(apply_coupon)]
async fn apply_coupon(ctx: &Company, request: ApplyCoupon, mode: Mode) -> Result<()> {
    let subscription = name(request.subscription_id.as_str());
    let what = What::ApplyCoupon(subscription, name(request.coupon_id.as_str()));
    ctx.act(mode, &request.customer_id, what).await
}

#[churnkey::action(change_price, all)]
async fn change_price(ctx: &Company, request: ChangePrice, mode: Mode) -> Result<()> {
    let subscription = name(request.subscription_id.as_str());
    let what = What::ChangePrice(subscription, name(request.price_id.as_str()));
    ctx.act(mode, &request.customer_id, what).await
}

#[churnkey::action(extend_trial, all)]
async fn extend_trial(ctx: &Company, request: ExtendTrial, mode: Mode) -> Result<()> {
    let subscription = name(request.subscription_id.as_str());
    let what = What::ExtendTrial(subscription, amount(request.duration)?);
    ctx.act(mode, &request.customer_id, what).await
}

// Nothing is read in these tests; a provider must have them.

#[churnkey::controller(customers)]
async fn retrieve_customer(_: &Company, _: CustomerId) -> Result<Option<Customer>> {
    Ok(None)
}

#[churnkey::controller(prices)]
async fn retrieve_price(_: &Company, _: PriceId) -> Result<Option<Price>> {
    Ok(None)
}

#[churnkey::controller(prices)]
async fn list_prices(_: &Company, _: PageRequest) -> Result<Page<Price>> {
    Ok(Page::last(Vec::new()))
}

#[churnkey::controller(subscriptions)]
async fn retrieve_subscription(
    _: &Company,
    _: CustomerId,
    _: SubscriptionId,
) -> Result<Option<Subscription>> {
    Ok(None)
}

#[churnkey::controller(coupons)]
async fn retrieve_coupon(_: &Company, _: CouponId) -> Result<Option<Coupon>> {
    Ok(None)
}

#[churnkey::controller(coupons)]
async fn list_coupons(_: &Company, _: PageRequest) -> Result<Page<Coupon>> {
    Ok(Page::last(Vec::new()))
}
