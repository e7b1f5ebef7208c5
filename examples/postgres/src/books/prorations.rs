use churnkey::Result;

use super::Books;
use super::columns::at;
use crate::billing::Proration;

impl Books<'_> {
    pub async fn add_proration(&self, proration: &Proration) -> Result<()> {
        self.execute(
            "INSERT INTO prorations (mode, subscription_id, at, from_price_id, to_price_id, currency, credit, charge)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            &[
                &proration.subscription.as_str(),
                &at(proration.at)?,
                &proration.from.as_str(),
                &proration.to.as_str(),
                &proration.currency.code(),
                &proration.credit.get(),
                &proration.charge.get(),
            ],
        )
        .await
    }
}
