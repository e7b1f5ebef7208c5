//! The databases of the application.

use churnkey::Mode;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

/// A database for each mode, so that Churnkey's test mode never changes a customer.
#[derive(Clone)]
pub struct Databases {
    pub live: SqlitePool,
    pub test: SqlitePool,
}

impl Databases {
    /// Opens both, and adds subscriptions to the test database.
    pub async fn open(live: Option<String>, test: Option<String>) -> Result<Self, sqlx::Error> {
        let databases = Self {
            live: open(live).await?,
            test: open(test).await?,
        };
        sqlx::raw_sql(include_str!("test_subscriptions.sql"))
            .execute(&databases.test)
            .await?;
        Ok(databases)
    }

    pub fn of(&self, mode: Mode) -> &SqlitePool {
        match mode {
            Mode::Live => &self.live,
            Mode::Test => &self.test,
        }
    }
}

/// Opens a database and creates its tables. Without a URL it is in memory.
async fn open(url: Option<String>) -> Result<SqlitePool, sqlx::Error> {
    let pool = match url {
        Some(url) => {
            let options: SqliteConnectOptions = url.parse()?;
            SqlitePool::connect_with(options.create_if_missing(true)).await?
        }
        // Each connection to `:memory:` is another database.
        None => {
            let one = SqlitePoolOptions::new()
                .max_connections(1)
                .idle_timeout(None)
                .max_lifetime(None);
            one.connect("sqlite::memory:").await?
        }
    };
    sqlx::migrate!().run(&pool).await?;
    Ok(pool)
}
