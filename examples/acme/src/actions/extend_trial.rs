use churnkey::{ExtendTrial, Mode, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::billing::Outcome;
use crate::books::Entry;

#[churnkey::action(extend_trial, multiple)]
async fn extend_trial(ctx: &Acme, request: ExtendTrial, mode: Mode, id: RequestId) -> Result<()> {
    ctx.ledger(mode)
        .write(move |books| {
            let mut subscription =
                books.require_subscription(&request.customer_id, &request.subscription_id)?;
            let last = books.last_trial_extension(&subscription.id, request.duration)?;
            let outcome = subscription.extend_trial(request.duration, last, books.now())?;
            if outcome == Outcome::Applied {
                books.note_trial_extension(&subscription.id, request.duration)?;
            }
            books.save_subscription(&subscription)?;
            books.audit(Entry {
                action: "extend_trial",
                request: &id,
                customer: &request.customer_id,
                subscription: Some(&request.subscription_id),
                outcome,
                details: json!({ "duration": request.duration }),
            })
        })
        .await
}
