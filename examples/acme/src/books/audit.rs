use churnkey::{CustomerId, RequestId, Result, SubscriptionId};
use serde_json::Value;

use super::Books;
use super::columns::{At, Json};
use crate::billing::Outcome;

/// What an action did, for whom, and at whose request.
pub struct Entry<'a> {
    pub action: &'static str,
    pub request: &'a RequestId,
    pub customer: &'a CustomerId,
    /// `None` in the customer-wide actions, whose details name the subscriptions.
    pub subscription: Option<&'a SubscriptionId>,
    pub outcome: Outcome,
    /// What was asked for, in the protocol's words; ids and no personal data.
    pub details: Value,
}

impl Books<'_> {
    /// Leaves an entry in the same transaction as what it tells of, so that neither is there
    /// without the other.
    pub fn audit(&self, entry: Entry<'_>) -> Result<()> {
        self.execute(
            "INSERT INTO audit (mode, number, at, request_id, action, customer, subscription, outcome, details)
             SELECT :mode, coalesce(max(number), 0) + 1, :now, :request, :action, :customer, :subscription, :outcome, :details
             FROM audit WHERE mode = :mode",
            &[
                (":now", &At(self.now)),
                (":request", &entry.request.as_str()),
                (":action", &entry.action),
                (":customer", &entry.customer.as_str()),
                (":subscription", &entry.subscription.map(SubscriptionId::as_str)),
                (":outcome", &entry.outcome.as_str()),
                (":details", &Json(entry.details)),
            ],
        )?;
        Ok(())
    }
}
