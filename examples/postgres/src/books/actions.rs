use churnkey::{Result, SubscriptionId, Timestamp};
use serde_json::Value;

use super::columns::{Json, at, moment_if};
use super::{Books, Held};

/// The key by which no two actions change the same state of a subscription.
pub const KEY_OF_ACTIONS: &str = "actions_once";

impl Books<'_> {
    /// Keeps what an action has made of a subscription, and that it was this action.
    ///
    /// The key comes first. If another action has found the same version, which the lock on the row should have
    /// prevented, one of the two ends here, is undone, and finds what the other has done when it tries again.
    pub async fn keep(&self, held: &Held, action: &str, details: &Value) -> Result<()> {
        self.execute(
            "INSERT INTO actions (mode, subscription_id, version, action, details, at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            &[
                &held.subscription.id.as_str(),
                &held.version,
                &action,
                &Json(details),
                &at(self.now)?,
            ],
        )
        .await?;
        self.save_subscription(held).await
    }

    /// When an action last changed a subscription with the same details.
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
