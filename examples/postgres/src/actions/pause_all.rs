use churnkey::{Mode, PauseAll, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::billing::Outcome;
use crate::books::Entry;
use crate::ledger::Subject;

/// Pauses every subscription that is not canceled, due to be canceled or already paused. If one of
/// them cannot be paused, none is.
#[churnkey::action(pause_all)]
async fn pause_all(ctx: &Acme, request: PauseAll, mode: Mode, id: RequestId) -> Result<()> {
    ctx.carry_out(|| attempt(ctx, &request, mode, &id)).await
}

async fn attempt(ctx: &Acme, request: &PauseAll, mode: Mode, id: &RequestId) -> Result<()> {
    let customer = &request.customer_id;
    let mut ledger = ctx.ledger_for_action(mode).await?;
    let books = ledger.write(Subject::AllOf(customer)).await?;
    books.require_customer(customer).await?;
    let mut details = json!({
        "startAt": request.start_at.as_str(),
        "allowAnnual": request.allow_annual,
    });
    let mut changed = Vec::new();
    for mut stored in books.subscriptions_of(customer).await? {
        let subscription = &mut stored.subscription;
        if subscription.is_canceled() || subscription.ends_with_period {
            continue;
        }
        let length = request.permit(&subscription.cycle())?;
        details["duration"] = json!(length);
        if subscription.pause.is_none() {
            subscription.pause(
                request.start_at,
                length,
                request.allow_annual != Some(false),
                books.now(),
            )?;
            books.save_change(&stored, "pause_all", &details).await?;
            changed.push(stored.subscription.id);
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
