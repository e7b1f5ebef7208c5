//! The parts of our billing system that Churnkey may use.

pub mod actions;
mod books;
mod calendar;
mod clock;
mod connections;
pub mod controllers;
pub mod database;
mod email;
mod rows;
mod subscription;

use churnkey::{Customer, Mode, Result};

use books::Books;
use connections::Connections;
use database::Pool;

pub use clock::Clock;
pub use subscription::Subscription;

/// Our billing system, passed to every annotated function as `ctx`. If a function that is expected
/// here is missing, the crate does not compile.
#[derive(churnkey::Integration)]
#[churnkey(
    name = "my-provider",
    expect(customers(list, find_by_email), subscriptions(list), cancel, pause)
)]
pub struct Billing {
    connections: Connections,
    pub clock: Clock,
}

impl Billing {
    /// A billing system in a database whose tables are up to date.
    pub fn new(pool: Pool) -> Self {
        Self {
            connections: Connections::new(pool),
            clock: Clock::default(),
        }
    }

    /// Opens a database and applies the migrations. Test mode initially has example customers, live
    /// mode has none.
    pub async fn open(url: &str) -> Result<Self, sqlx::Error> {
        let pool = database::connect(url).await?;
        sqlx::migrate!().run(&pool).await?;
        let billing = Self::new(pool);
        billing.add_examples().await?;
        Ok(billing)
    }

    async fn add_examples(&self) -> Result<(), sqlx::Error> {
        let sql = "SELECT count(*) FROM customers WHERE mode = 'test'";
        let customers: i64 = sqlx::query_scalar(sql)
            .fetch_one(&self.connections.readers)
            .await?;
        if customers == 0 {
            let examples = sqlx::raw_sql(include_str!("../fixtures/examples.sql"));
            examples.execute(&self.connections.writers).await?;
        }
        Ok(())
    }

    /// Checks that the database can be reached and its disk is not full, for `/readyz`.
    pub async fn ping(&self) -> Result<()> {
        self.connections.ping().await
    }

    /// Adds a subscription, and its customer if it is the first one.
    pub async fn add(
        &self,
        mode: Mode,
        customer: Customer,
        subscription: Subscription,
    ) -> Result<()> {
        self.books(mode).add(customer, subscription).await
    }

    /// The data of a request's mode. Functions have no other access to the data, so they cannot mix
    /// test and live data.
    fn books(&self, mode: Mode) -> Books<'_> {
        Books::new(&self.connections, mode)
    }
}
