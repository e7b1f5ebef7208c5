use churnkey::{Mode, Pause, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::books::Entry;

#[churnkey::action(pause, allow_annual)]
async fn pause(ctx: &Acme, request: Pause, mode: Mode, id: RequestId) -> Result<()> {
    ctx.ledger(mode)
        .write(move |books| {
            let mut subscription =
                books.require_subscription(&request.customer_id, &request.subscription_id)?;
            let length = request.permit(&subscription.cycle())?;
            let outcome = subscription.pause(
                request.start_at,
                length,
                request.allow_annual == Some(true),
                books.now(),
            )?;
            books.save_subscription(&subscription)?;
            books.audit(Entry {
                action: "pause",
                request: &id,
                customer: &request.customer_id,
                subscription: Some(&request.subscription_id),
                outcome,
                details: json!({
                    "startAt": request.start_at.as_str(),
                    "duration": length,
                    "allowAnnual": request.allow_annual,
                }),
            })
        })
        .await
}
