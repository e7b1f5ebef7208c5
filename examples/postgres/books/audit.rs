use churnkey::{CustomerId, RequestId, Result, SubscriptionId};
use serde_json::Value;

use super::Books;
use super::columns::{Json, at};
use crate::acme::billing::Outcome;

/// What an action did, for whom, and at whose request.
pub(crate) struct Entry<'a> {
    pub(crate) action: &'static str,
    pub(crate) request: &'a RequestId,
    pub(crate) customer: &'a CustomerId,
    /// `None` in the customer-wide actions, whose details name the subscriptions.
    pub(crate) subscription: Option<&'a SubscriptionId>,
    pub(crate) outcome: Outcome,
    /// What was asked for, in the protocol's words; ids and no personal data.
    pub(crate) details: Value,
}

impl Books<'_> {
    /// Leaves an entry in the same transaction as what it tells of, so that neither is there
    /// without the other.
    pub(crate) async fn audit(&self, entry: Entry<'_>) -> Result<()> {
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
