use churnkey::{ChangePrice, Error, Mode, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::billing::Outcome;
use crate::books::Entry;
use crate::ledger::Subject;

#[churnkey::action(change_price, prorate)]
async fn change_price(ctx: &Acme, request: ChangePrice, mode: Mode, id: RequestId) -> Result<()> {
    ctx.carry_out(|| attempt(ctx, &request, mode, &id)).await
}

async fn attempt(ctx: &Acme, request: &ChangePrice, mode: Mode, id: &RequestId) -> Result<()> {
    let (customer, subscription) = (&request.customer_id, &request.subscription_id);
    let mut ledger = ctx.ledger_for_action(mode).await?;
    let books = ledger
        .write(Subject::Subscription(customer, subscription))
        .await?;
    let mut stored = books.require_subscription(customer, subscription).await?;
    let price = books
        .price(&request.price_id)
        .await?
        .ok_or_else(|| Error::not_found("there is no such price"))?;
    let before = stored.subscription.price.id.clone();
    let (outcome, proration) = stored.subscription.change_price(
        price,
        request.scheduled_at,
        request.prorate.unwrap_or(false),
        books.now(),
    )?;
    let details = json!({
        "from": before,
        "to": request.price_id,
        "scheduledAt": request.scheduled_at.as_str(),
        "prorate": request.prorate,
    });
    if outcome == Outcome::Applied {
        books.save_change(&stored, "change_price", &details).await?;
    }
    if let Some(proration) = &proration {
        books.add_proration(proration).await?;
    }
    books
        .audit(Entry {
            action: "change_price",
            request: id,
            customer,
            subscription: Some(subscription),
            outcome,
            details,
        })
        .await?;
    books.commit().await
}
