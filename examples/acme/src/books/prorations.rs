use churnkey::Result;

use super::Books;
use super::columns::{At, Iso4217};
use crate::billing::Proration;

impl Books<'_> {
    pub fn add_proration(&self, proration: &Proration) -> Result<()> {
        self.execute(
            "INSERT INTO prorations (mode, number, subscription_id, at, from_price_id, to_price_id, currency, credit, charge)
             SELECT :mode, coalesce(max(number), 0) + 1, :subscription, :at, :from, :to, :currency,
                 :credit, :charge
             FROM prorations WHERE mode = :mode",
            &[
                (":subscription", &proration.subscription.as_str()),
                (":at", &At(proration.at)),
                (":from", &proration.from.as_str()),
                (":to", &proration.to.as_str()),
                (":currency", &Iso4217(proration.currency)),
                (":credit", &proration.credit.get()),
                (":charge", &proration.charge.get()),
            ],
        )?;
        Ok(())
    }
}
