use churnkey::{Mode, Pause, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::billing::Outcome;
use crate::books::Entry;
use crate::ledger::Subject;

#[churnkey::action(pause, allow_annual)]
async fn pause(ctx: &Acme, request: Pause, mode: Mode, id: RequestId) -> Result<()> {
    ctx.carry_out(|| attempt(ctx, &request, mode, &id)).await
}

async fn attempt(ctx: &Acme, request: &Pause, mode: Mode, id: &RequestId) -> Result<()> {
    let (customer, subscription) = (&request.customer_id, &request.subscription_id);
    let mut ledger = ctx.ledger_for_action(mode).await?;
    let books = ledger
        .write(Subject::Subscription(customer, subscription))
        .await?;
    let mut stored = books.require_subscription(customer, subscription).await?;
    let length = request.permit(&stored.subscription.cycle())?;
    let outcome = stored.subscription.pause(
        request.start_at,
        length,
        request.allow_annual == Some(true),
        books.now(),
    )?;
    let details = json!({
        "startAt": request.start_at.as_str(),
        "duration": length,
        "allowAnnual": request.allow_annual,
    });
    if outcome == Outcome::Applied {
        books.save_change(&stored, "pause", &details).await?;
    }
    books
        .audit(Entry {
            action: "pause",
            request: id,
            customer,
            subscription: Some(subscription),
            outcome,
            details,
        })
        .await?;
    books.commit().await
}
