use churnkey::{CancelAll, Mode, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::billing::Outcome;
use crate::books::Entry;

#[churnkey::action(cancel_all)]
async fn cancel_all(ctx: &Acme, request: CancelAll, mode: Mode, id: RequestId) -> Result<()> {
    ctx.ledger(mode)
        .write(move |books| {
            books.require_customer(&request.customer_id)?;
            let mut changed = Vec::new();
            for mut subscription in books.subscriptions_of(&request.customer_id)? {
                if subscription.cancel(
                    request.scheduled_at,
                    request.unpause.unwrap_or(false),
                    books.now(),
                )? == Outcome::Applied
                {
                    books.save_subscription(&subscription)?;
                    changed.push(subscription.id);
                }
            }
            books.audit(Entry {
                action: "cancel_all",
                request: &id,
                customer: &request.customer_id,
                subscription: None,
                outcome: if changed.is_empty() {
                    Outcome::Repeated
                } else {
                    Outcome::Applied
                },
                details: json!({
                    "scheduledAt": request.scheduled_at.as_str(),
                    "unpause": request.unpause,
                    "subscriptions": changed,
                }),
            })
        })
        .await
}
