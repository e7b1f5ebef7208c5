use churnkey::{Cancel, Mode, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::books::Entry;

#[churnkey::action(cancel)]
async fn cancel(ctx: &Acme, request: Cancel, mode: Mode, id: RequestId) -> Result<()> {
    ctx.ledger(mode)
        .write(move |books| {
            let mut subscription =
                books.require_subscription(&request.customer_id, &request.subscription_id)?;
            let outcome = subscription.cancel(
                request.scheduled_at,
                request.unpause.unwrap_or(false),
                books.now(),
            )?;
            books.save_subscription(&subscription)?;
            books.audit(Entry {
                action: "cancel",
                request: &id,
                customer: &request.customer_id,
                subscription: Some(&request.subscription_id),
                outcome,
                details: json!({
                    "scheduledAt": request.scheduled_at.as_str(),
                    "unpause": request.unpause,
                }),
            })
        })
        .await
}
