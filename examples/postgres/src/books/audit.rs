use churnkey::{CustomerId, RequestId, Result, SubscriptionId};
use serde_json::Value;

use super::Books;
use super::columns::{Json, at};
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
