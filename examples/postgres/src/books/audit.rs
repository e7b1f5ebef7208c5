use churnkey::{CustomerId, RequestId, Result, SubscriptionId};
use serde_json::Value;

use super::Books;
use super::columns::{Json, at};
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
    pub async fn audit(&self, entry: Entry<'_>) -> Result<()> {
        self.execute(
            "INSERT INTO audit (mode, at, request_id, action, customer, subscription, outcome, details)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            &[
                &at(self.now)?,
                &entry.request.as_str(),
                &entry.action,
                &entry.customer.as_str(),
                &entry.subscription.map(SubscriptionId::as_str),
                &entry.outcome.as_str(),
                &Json(entry.details),
            ],
        )
        .await
    }
}
