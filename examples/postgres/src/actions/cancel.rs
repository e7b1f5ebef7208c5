use churnkey::{Cancel, Mode, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::billing::Outcome;
use crate::books::Entry;
use crate::ledger::Subject;

#[churnkey::action(cancel)]
async fn cancel(ctx: &Acme, request: Cancel, mode: Mode, id: RequestId) -> Result<()> {
    ctx.carry_out(|| attempt(ctx, &request, mode, &id)).await
}

async fn attempt(ctx: &Acme, request: &Cancel, mode: Mode, id: &RequestId) -> Result<()> {
    let (customer, subscription) = (&request.customer_id, &request.subscription_id);
    let mut ledger = ctx.ledger_for_action(mode).await?;
    let books = ledger
        .write(Subject::Subscription(customer, subscription))
        .await?;
    let mut stored = books.require_subscription(customer, subscription).await?;
    let outcome = stored.subscription.cancel(
        request.scheduled_at,
        request.unpause.unwrap_or(false),
        books.now(),
    )?;
    let details =
        json!({ "scheduledAt": request.scheduled_at.as_str(), "unpause": request.unpause });
    if outcome == Outcome::Applied {
        books.save_change(&stored, "cancel", &details).await?;
    }
    books
        .audit(Entry {
            action: "cancel",
            request: id,
            customer,
            subscription: Some(subscription),
            outcome,
            details,
        })
        .await?;
    books.commit().await
}
