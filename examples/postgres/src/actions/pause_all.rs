use churnkey::{Mode, PauseAll, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::billing::Outcome;
use crate::books::Entry;
use crate::ledger::Subject;

/// Pauses whatever goes on: what is canceled, is going to be or has a pause stays as it is. If one
/// of the others cannot be paused, none is.
#[churnkey::action(pause_all)]
async fn pause_all(ctx: &Acme, request: PauseAll, mode: Mode, id: RequestId) -> Result<()> {
    ctx.carry_out(|| attempt(ctx, &request, mode, &id)).await
}

async fn attempt(ctx: &Acme, request: &PauseAll, mode: Mode, id: &RequestId) -> Result<()> {
    let customer = &request.customer_id;
    let mut ledger = ctx.ledger(mode).await?;
    let books = ledger.write(Subject::AllOf(customer)).await?;
    books.require_customer(customer).await?;
    let mut details = json!({
        "startAt": request.start_at.as_str(),
        "allowAnnual": request.allow_annual,
    });
    let mut changed = Vec::new();
    for mut held in books.subscriptions_of(customer).await? {
        let subscription = &mut held.subscription;
        if subscription.is_canceled() || subscription.cancel_at.is_some() {
            continue;
        }
        let length = request.permit(&subscription.cycle())?;
        details["duration"] = json!(length);
        if subscription.pause.is_none() {
            subscription.pause(request.start_at, length, books.now())?;
            books.keep(&held, "pause_all", &details).await?;
            changed.push(held.subscription.id);
        }
    }
    details["subscriptions"] = json!(changed);
    books
        .audit(Entry {
            action: "pause_all",
            request: id,
            customer,
            subscription: None,
            outcome: if changed.is_empty() {
                Outcome::Repeated
            } else {
                Outcome::Applied
            },
            details,
        })
        .await?;
    books.commit().await
}
