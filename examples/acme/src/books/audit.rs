use churnkey::{CustomerId, RequestId, Result, SubscriptionId};
use serde_json::Value;

use super::Books;
use super::columns::{At, Json};
use crate::billing::Outcome;

/// An audit entry: the action, its request, its customer and its outcome.
pub struct Entry<'a> {
    pub action: &'static str,
    pub request: &'a RequestId,
    pub customer: &'a CustomerId,
    /// `None` for actions on all subscriptions of a customer; their details list the subscriptions.
    pub subscription: Option<&'a SubscriptionId>,
    pub outcome: Outcome,
    /// The fields of the request by their names in the protocol; ids, but no personal data.
    pub details: Value,
}

impl Books<'_> {
    /// Writes an entry in the same transaction as the change, so that neither exists without the
    /// other.
    pub fn audit(&self, entry: Entry<'_>) -> Result<()> {
        self.execute(
            "INSERT INTO audit (mode, number, at, request_id, action, customer, subscription, outcome, details)
             SELECT :mode, coalesce(max(number), 0) + 1, :now, :request, :action, :customer,
                 :subscription, :outcome, :details
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
