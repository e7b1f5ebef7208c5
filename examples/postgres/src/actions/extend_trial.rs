use churnkey::{ExtendTrial, Mode, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::billing::Outcome;
use crate::books::Entry;
use crate::ledger::Subject;

#[churnkey::action(extend_trial, multiple)]
async fn extend_trial(ctx: &Acme, request: ExtendTrial, mode: Mode, id: RequestId) -> Result<()> {
    ctx.carry_out(|| attempt(ctx, &request, mode, &id)).await
}

async fn attempt(ctx: &Acme, request: &ExtendTrial, mode: Mode, id: &RequestId) -> Result<()> {
    let (customer, subscription) = (&request.customer_id, &request.subscription_id);
    let mut ledger = ctx.ledger_for_action(mode).await?;
    let books = ledger
        .write(Subject::Subscription(customer, subscription))
        .await?;
    let mut stored = books.require_subscription(customer, subscription).await?;
    let details = json!({ "duration": request.duration });
    let last = books
        .last_action(subscription, "extend_trial", &details)
        .await?;
    let outcome = stored
        .subscription
        .extend_trial(request.duration, last, books.now())?;
    if outcome == Outcome::Applied {
        books.save_change(&stored, "extend_trial", &details).await?;
    }
    books
        .audit(Entry {
            action: "extend_trial",
            request: id,
            customer,
            subscription: Some(subscription),
            outcome,
            details,
        })
        .await?;
    books.commit().await
}
