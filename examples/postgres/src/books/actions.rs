use churnkey::{Result, SubscriptionId, Timestamp};
use serde_json::Value;

use super::columns::{Json, at, moment_if};
use super::{Books, StoredSubscription};

/// The primary key that prevents two actions from changing the same version of a subscription.
pub const KEY_OF_ACTIONS: &str = "actions_once";

impl Books<'_> {
    /// Stores a changed subscription together with the action that changed it.
    ///
    /// The row of the action is inserted first. If another action has changed the same version,
    /// which the row lock should prevent, the insert fails: the transaction is rolled back, and the
    /// retry sees the other change.
    pub async fn save_change(
        &self,
        stored: &StoredSubscription,
        action: &str,
        details: &Value,
    ) -> Result<()> {
        self.execute(
            "INSERT INTO actions (mode, subscription_id, version, action, details, at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            &[
                &stored.subscription.id.as_str(),
                &stored.version,
                &action,
                &Json(details),
                &at(self.now)?,
            ],
        )
        .await?;
        self.save_subscription(stored).await
    }

    /// The time when this action with the same details last changed the subscription.
    pub async fn last_action(
        &self,
        subscription: &SubscriptionId,
        action: &str,
        details: &Value,
    ) -> Result<Option<Timestamp>> {
        let sql = "SELECT max(at) AS last FROM actions
                   WHERE mode = $1 AND subscription_id = $2 AND action = $3 AND details = $4";
        let params = [subscription.as_str(), action];
        let row = self
            .one(sql, &[&params[0], &params[1], &Json(details)])
            .await?;
        row.map_or(Ok(None), |row| moment_if(&row, "last"))
    }
}
