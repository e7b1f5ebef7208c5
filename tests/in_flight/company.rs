//! The provider under test. Each function waits for the test before it writes, and again before it
//! returns.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use churnkey::{
    ApplyCoupon, BillingCycle, Cancel, CancelAll, ChangePrice, Coupon, CouponId, Customer,
    CustomerId, Error, ExtendTrial, Mode, OfferDuration, Page, PageRequest, Pause, PauseAll, Price,
    PriceId, Result, Subscription, SubscriptionId,
};
use tokio::sync::oneshot;

use crate::action::{Action, Change, Name};
use crate::database::{COUPONS, CUSTOMERS, Database, PRICES};

#[derive(churnkey::Integration)]
#[churnkey(
    name = "Company",
    modes(shared),
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
    pub(crate) control: Arc<Control>,
}

impl Company {
    async fn act(&self, mode: Mode, customer: &CustomerId, change: Change) -> Result<()> {
        let action = Action {
            mode,
            customer: name(customer.as_str()),
            change,
        };
        let call = self.control.enter(action);
        if let Some(side_task) = self.control.take_side_task() {
            side_task.await;
        }
        call.resume().await?;
        let outcome = self.database.transaction(action);
        call.resume().await?;
        outcome.result()
    }
}

/// The control of the running functions by the test.
#[derive(Default)]
pub(crate) struct Control {
    calls: Mutex<Vec<Call>>,
    entered: AtomicUsize,
    pub(crate) panics_at_once: AtomicBool,
    side_task: Mutex<Option<SideTask>>,
}

/// Additional work of a function, which it finishes before the test can resume it.
type SideTask = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Call {
    number: usize,
    action: Action,
    resume: Option<oneshot::Sender<Resume>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Resume {
    /// Continues to the next stop: from before the transaction to after it, or from there to the
    /// end.
    Proceed,
    /// Fails, as if the connection to the database was lost.
    Fail,
    Panic,
}

impl Control {
    /// Returns the actions whose functions run, in the order in which they began.
    pub(crate) fn running(&self) -> Vec<Action> {
        self.calls().iter().map(|call| call.action).collect()
    }

    /// Returns the number of calls since the start.
    pub(crate) fn entered(&self) -> usize {
        self.entered.load(Ordering::SeqCst)
    }

    #[track_caller]
    pub(crate) fn resume(&self, action: Action, resume: Resume) {
        let mut calls = self.calls();
        let call = calls.iter_mut().find(|call| call.action == action);
        let waiting = call.and_then(|call| call.resume.take());
        let resumed = waiting.is_some_and(|waiting| waiting.send(resume).is_ok());
        assert!(resumed, "{action:?} does not wait to be resumed");
    }

    /// Resumes all functions that wait.
    pub(crate) fn resume_all(&self, resume: Resume) {
        for call in self.calls().iter_mut() {
            if let Some(waiting) = call.resume.take() {
                let _ended = waiting.send(resume);
            }
        }
    }

    /// Adds work that the next function awaits before it waits for the test.
    pub(crate) fn add_side_task(&self, side_task: impl Future<Output = ()> + Send + 'static) {
        let mut place = self
            .side_task
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *place = Some(Box::pin(side_task));
    }

    fn take_side_task(&self) -> Option<SideTask> {
        let mut place = self
            .side_task
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        place.take()
    }

    fn enter(&self, action: Action) -> RunningCall<'_> {
        let number = self.entered.fetch_add(1, Ordering::SeqCst);
        if self.panics_at_once.load(Ordering::SeqCst) {
            resume_unwind(Box::new("at once"));
        }
        self.calls().push(Call {
            number,
            action,
            resume: None,
        });
        RunningCall {
            control: self,
            number,
        }
    }

    fn calls(&self) -> MutexGuard<'_, Vec<Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running call. It ends when this is dropped, for every kind of end.
struct RunningCall<'a> {
    control: &'a Control,
    number: usize,
}

impl RunningCall<'_> {
    async fn resume(&self) -> Result<()> {
        let (sender, resume) = oneshot::channel();
        for call in self.control.calls().iter_mut() {
            if call.number == self.number {
                call.resume = Some(sender);
                break;
            }
        }
        match resume.await {
            Ok(Resume::Proceed) => Ok(()),
            // `resume_unwind` avoids the panic hook, which would print a message for each of many
            // panics.
            Ok(Resume::Panic) => resume_unwind(Box::new("resumed with a panic")),
            Ok(Resume::Fail) | Err(_) => Err(Error::internal("the connection was lost")),
        }
    }
}

impl Drop for RunningCall<'_> {
    fn drop(&mut self) {
        self.control
            .calls()
            .retain(|call| call.number != self.number);
    }
}

/// Returns the constant of the tests that is equal to an id.
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
        .unwrap_or("unknown")
}

fn amount(duration: OfferDuration) -> Result<u32> {
    match duration {
        OfferDuration::Period { amount, .. } => Ok(amount),
        OfferDuration::Date(_) => Err(Error::bad_request("`duration.type` must be `period`")),
    }
}

#[churnkey::action(cancel)]
async fn cancel(ctx: &Company, request: Cancel, mode: Mode) -> Result<()> {
    // A change has no date here: the tests count how often it runs.
    let _ = &request.scheduled_at;
    let change = Change::Cancel(name(request.subscription_id.as_str()));
    ctx.act(mode, &request.customer_id, change).await
}

#[churnkey::action(cancel_all)]
async fn cancel_all(ctx: &Company, request: CancelAll, mode: Mode) -> Result<()> {
    ctx.act(mode, &request.customer_id, Change::CancelAll).await
}

#[churnkey::action(pause, all)]
async fn pause(ctx: &Company, request: Pause, mode: Mode) -> Result<()> {
    let _ = &request.start_at;
    let subscription = name(request.subscription_id.as_str());
    let change = Change::Pause(
        subscription,
        amount(request.permit(&BillingCycle::monthly())?)?,
    );
    ctx.act(mode, &request.customer_id, change).await
}

#[churnkey::action(pause_all)]
async fn pause_all(ctx: &Company, request: PauseAll, mode: Mode) -> Result<()> {
    let change = Change::PauseAll(amount(request.permit(&BillingCycle::monthly())?)?);
    ctx.act(mode, &request.customer_id, change).await
}

#[churnkey::action(apply_coupon)]
async fn apply_coupon(ctx: &Company, request: ApplyCoupon, mode: Mode) -> Result<()> {
    let subscription = name(request.subscription_id.as_str());
    let change = Change::ApplyCoupon(subscription, name(request.coupon_id.as_str()));
    ctx.act(mode, &request.customer_id, change).await
}

#[churnkey::action(change_price, all)]
async fn change_price(ctx: &Company, request: ChangePrice, mode: Mode) -> Result<()> {
    let _ = (&request.scheduled_at, &request.prorate);
    let subscription = name(request.subscription_id.as_str());
    let change = Change::Reprice(subscription, name(request.price_id.as_str()));
    ctx.act(mode, &request.customer_id, change).await
}

#[churnkey::action(extend_trial, all)]
async fn extend_trial(ctx: &Company, request: ExtendTrial, mode: Mode) -> Result<()> {
    let subscription = name(request.subscription_id.as_str());
    let change = Change::ExtendTrial(subscription, amount(request.duration)?);
    ctx.act(mode, &request.customer_id, change).await
}

// A provider must have these controllers. The tests do not read anything.

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
