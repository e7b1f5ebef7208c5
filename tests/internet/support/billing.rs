//! A provider that chooses its behavior by the id in the request, and counts its calls.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use churnkey::{
    Cancel, Customer, CustomerId, Email, Error, Page, PageRequest, Price, PriceId, Result,
    ResultExt as _, Subscription, SubscriptionId,
};
use tokio::sync::Semaphore;

#[derive(churnkey::Integration)]
#[churnkey(name = "Billing", modes(shared), expect(cancel))]
pub(crate) struct Billing {
    begun: AtomicUsize,
    hidden: AtomicUsize,
    ended: AtomicUsize,
    dropped: AtomicUsize,
    /// A request for the id `wait` takes a permit and does not return it.
    gate: Semaphore,
}

impl Default for Billing {
    fn default() -> Self {
        Self {
            begun: AtomicUsize::default(),
            hidden: AtomicUsize::default(),
            ended: AtomicUsize::default(),
            dropped: AtomicUsize::default(),
            gate: Semaphore::new(0),
        }
    }
}

impl Billing {
    /// Returns the number of calls.
    pub(crate) fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    /// Returns the number of calls with the id `hidden`.
    pub(crate) fn hidden(&self) -> usize {
        self.hidden.load(Ordering::SeqCst)
    }

    /// Returns the number of calls that ran to their end.
    pub(crate) fn ended(&self) -> usize {
        self.ended.load(Ordering::SeqCst)
    }

    /// Returns the number of calls that were dropped before their end.
    pub(crate) fn dropped(&self) -> usize {
        self.dropped.load(Ordering::SeqCst)
    }

    /// Lets one waiting function continue.
    pub(crate) fn open_gate(&self) {
        self.gate.add_permits(1);
    }

    /// Lets all functions continue until the gate is closed.
    pub(crate) fn open_gate_wide(&self) {
        self.gate.add_permits(1000);
    }

    pub(crate) fn close_gate(&self) {
        self.gate.forget_permits(1000);
    }

    async fn behave(&self, id: &str) -> Result<()> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let mut underway = Underway(self, false);
        match id {
            "panic" => panic!("test panic"),
            "hidden" => drop(self.hidden.fetch_add(1, Ordering::SeqCst)),
            "busy" => return Err(Error::unavailable(Duration::from_millis(1500))),
            "broken" => return Err(std::io::Error::other("the secret inner cause")).or_internal(),
            "wait" => {
                // For the child processes, whose tests read this line.
                eprintln!("the wait begins");
                self.gate.acquire().await.or_internal()?.forget();
            }
            "hang" => {
                eprintln!("the hang begins");
                std::thread::sleep(Duration::from_secs(3600));
            }
            "nap" => {
                eprintln!("the nap begins");
                tokio::time::sleep(Duration::from_millis(700)).await;
                eprintln!("the nap ends");
            }
            _ => {}
        }
        underway.1 = true;
        Ok(())
    }
}

struct Underway<'a>(&'a Billing, bool);

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        let count = if self.1 {
            &self.0.ended
        } else {
            &self.0.dropped
        };
        count.fetch_add(1, Ordering::SeqCst);
    }
}

/// Larger than the socket buffers of the server and of a peer with a [small
/// window](super::peer_with_small_window) together.
pub(crate) const LARGE: usize = 12 << 20;

#[churnkey::controller(customers)]
async fn retrieve_customer(ctx: &Billing, id: CustomerId) -> Result<Option<Customer>> {
    ctx.behave(id.as_str()).await?;
    let customer = Customer::new(id.clone());
    Ok(match id.as_str() {
        "missing" => None,
        "large" => Some(customer.name("x".repeat(LARGE))),
        _ => Some(customer),
    })
}

#[churnkey::controller(customers)]
async fn find_by_email(ctx: &Billing, _: Email) -> Result<Option<Customer>> {
    ctx.behave("").await?;
    Ok(None)
}

#[churnkey::controller(prices)]
async fn retrieve_price(ctx: &Billing, _: PriceId) -> Result<Option<Price>> {
    ctx.behave("").await?;
    Ok(None)
}

#[churnkey::controller(prices)]
async fn list_prices(ctx: &Billing, _: PageRequest) -> Result<Page<Price>> {
    ctx.behave("").await?;
    Ok(Page::last(Vec::new()))
}

#[churnkey::controller(subscriptions)]
async fn retrieve_subscription(
    ctx: &Billing,
    _: CustomerId,
    _: SubscriptionId,
) -> Result<Option<Subscription>> {
    ctx.behave("").await?;
    Ok(None)
}

#[churnkey::action(cancel, schedules(immediate))]
async fn cancel(ctx: &Billing, request: Cancel) -> Result<()> {
    // One customer has all subscriptions.
    let _ = &request.customer_id;
    ctx.behave(request.subscription_id.as_str()).await
}
