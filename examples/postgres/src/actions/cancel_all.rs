use churnkey::{CancelAll, Mode, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::billing::Outcome;
use crate::books::Entry;
use crate::ledger::Subject;

#[churnkey::action(cancel_all)]
async fn cancel_all(ctx: &Acme, request: CancelAll, mode: Mode, id: RequestId) -> Result<()> {
    ctx.carry_out(|| attempt(ctx, &request, mode, &id)).await
}

async fn attempt(ctx: &Acme, request: &CancelAll, mode: Mode, id: &RequestId) -> Result<()> {
    let customer = &request.customer_id;
    let mut ledger = ctx.ledger_for_action(mode).await?;
    let books = ledger.write(Subject::AllOf(customer)).await?;
    books.require_customer(customer).await?;
    let mut details =
        json!({ "scheduledAt": request.scheduled_at.as_str(), "unpause": request.unpause });
    let mut changed = Vec::new();
    for mut stored in books.subscriptions_of(customer).await? {
        let outcome = stored.subscription.cancel(
            request.scheduled_at,
            request.unpause.unwrap_or(false),
            books.now(),
        )?;
        if outcome == Outcome::Applied {
            books.save_change(&stored, "cancel_all", &details).await?;
            changed.push(stored.subscription.id);
        }
    }
    details["subscriptions"] = json!(changed);
    books
        .audit(Entry {
            action: "cancel_all",
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
