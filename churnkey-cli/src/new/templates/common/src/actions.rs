//! The actions that Churnkey may request. The same request may arrive twice, even at the same time:
//! `change` reads and changes a subscription atomically, and a repeated request changes nothing.

use churnkey::{Cancel, Mode, Pause, Result};

use crate::{Billing, Subscription};

#[churnkey::action(cancel, schedules(immediate, end_of_period))]
pub async fn cancel(ctx: &Billing, request: Cancel, mode: Mode) -> Result<()> {
    let (customer, id) = (request.customer_id.clone(), request.subscription_id.clone());
    let clock = ctx.clock.clone();
    // The time is read inside, where an action that waited for another one has its turn.
    let change = move |subscription: &mut Subscription| {
        let unpause = request.unpause.unwrap_or(false);
        subscription.cancel(request.scheduled_at, unpause, clock.now());
        Ok(())
    };
    ctx.books(mode).change(customer, id, change).await
}

#[churnkey::action(pause, start_dates(immediate), durations(period, date))]
pub async fn pause(ctx: &Billing, request: Pause, mode: Mode) -> Result<()> {
    let (customer, id) = (request.customer_id.clone(), request.subscription_id.clone());
    let clock = ctx.clock.clone();
    let change = move |subscription: &mut Subscription| {
        let length = request.permit(&subscription.price.duration)?;
        subscription.pause(length, clock.now())
    };
    ctx.books(mode).change(customer, id, change).await
}
