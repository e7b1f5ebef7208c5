use churnkey::{ChangePrice, Error, Mode, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::books::Entry;

#[churnkey::action(change_price, prorate)]
async fn change_price(ctx: &Acme, request: ChangePrice, mode: Mode, id: RequestId) -> Result<()> {
    ctx.ledger(mode)
        .write(move |books| {
            let mut subscription =
                books.require_subscription(&request.customer_id, &request.subscription_id)?;
            let price = books
                .price(&request.price_id)?
                .ok_or_else(|| Error::not_found("there is no such price"))?;
            let before = subscription.price.id.clone();
            let (outcome, proration) = subscription.change_price(
                price,
                request.scheduled_at,
                request.prorate,
                books.now(),
            )?;
            books.save_subscription(&subscription)?;
            if let Some(proration) = &proration {
                books.add_proration(proration)?;
            }
            books.audit(Entry {
                action: "change_price",
                request: &id,
                customer: &request.customer_id,
                subscription: Some(&request.subscription_id),
                outcome,
                details: json!({
                    "from": before,
                    "to": request.price_id,
                    "scheduledAt": request.scheduled_at.as_str(),
                    "prorate": request.prorate,
                }),
            })
        })
        .await
}
