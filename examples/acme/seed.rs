//! What the company begins with: a catalog and customers in every situation. They are the same each
//! time, except that their dates lie around the day on which the file is made.

mod catalog;
mod customers;
mod people;
mod random;

use churnkey::{Error, Mode, Result, Timestamp};
use rusqlite::TransactionBehavior;

use crate::acme::books::Books;
use crate::acme::database::Database;

/// Fills the books of both modes if they are empty, all in one transaction.
pub(crate) async fn sow(database: &Database, now: Timestamp) -> Result<()> {
    database
        .transaction(TransactionBehavior::Immediate, move |transaction| {
            for mode in [Mode::Test, Mode::Live] {
                let books = Books::open(transaction, mode, now);
                if !books.has_customers()? {
                    catalog::sow(&books)?;
                    customers::sow(&books)?;
                }
            }
            Ok(())
        })
        .await
}

/// So many days from a moment, or before it if negative.
fn days(from: Timestamp, days: i64) -> Result<Timestamp> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    Timestamp::from_unix_millis(from.unix_millis() + days * DAY)
        .ok_or_else(|| Error::internal("the clock is far off"))
}
