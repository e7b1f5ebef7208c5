use churnkey::{Mode, PauseAll, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::billing::Outcome;
use crate::books::Entry;

/// Pauses every subscription that is not canceled, due to be canceled or already paused. If one of
/// them cannot be paused, none is.
#[churnkey::action(pause_all)]
async fn pause_all(ctx: &Acme, request: PauseAll, mode: Mode, id: RequestId) -> Result<()> {
    ctx.ledger(mode)
        .write(move |books| {
            books.require_customer(&request.customer_id)?;
            let (mut changed, mut length) = (Vec::new(), None);
            for mut subscription in books.subscriptions_of(&request.customer_id)? {
                if subscription.is_canceled() || subscription.ends_with_period {
                    continue;
                }
                let permitted = request.permit(&subscription.cycle())?;
                length = Some(permitted);
                if subscription.pause.is_none() {
                    subscription.pause(
                        request.start_at,
                        permitted,
                        request.allow_annual != Some(false),
                        books.now(),
                    )?;
                    books.save_subscription(&subscription)?;
                    changed.push(subscription.id);
                }
            }
            books.audit(Entry {
                action: "pause_all",
                request: &id,
                customer: &request.customer_id,
                subscription: None,
                outcome: if changed.is_empty() {
                    Outcome::Repeated
                } else {
                    Outcome::Applied
                },
                details: json!({
                    "startAt": request.start_at.as_str(),
                    "duration": length,
                    "allowAnnual": request.allow_annual,
                    "subscriptions": changed,
                }),
            })
        })
        .await
}
