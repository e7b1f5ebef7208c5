use churnkey::{OfferDuration, Result, SubscriptionId, Timestamp};

use super::Books;
use super::columns::{At, Json, column};

impl Books<'_> {
    /// The time of the last extension of a trial by this length.
    pub fn last_trial_extension(
        &self,
        subscription: &SubscriptionId,
        length: OfferDuration,
    ) -> Result<Option<Timestamp>> {
        self.one(
            "SELECT extended_at FROM trial_extensions
             WHERE mode = :mode AND subscription_id = :subscription AND length = :length",
            &[
                (":subscription", &subscription.as_str()),
                (":length", &Json(length)),
            ],
            |row| {
                let At(moment) = column(row, "extended_at")?;
                Ok(moment)
            },
        )
    }

    pub fn note_trial_extension(
        &self,
        subscription: &SubscriptionId,
        length: OfferDuration,
    ) -> Result<()> {
        self.execute(
            "INSERT INTO trial_extensions (mode, subscription_id, length, extended_at)
             VALUES (:mode, :subscription, :length, :now)
             ON CONFLICT DO UPDATE SET extended_at = excluded.extended_at",
            &[
                (":subscription", &subscription.as_str()),
                (":length", &Json(length)),
                (":now", &At(self.now)),
            ],
        )?;
        Ok(())
    }
}
