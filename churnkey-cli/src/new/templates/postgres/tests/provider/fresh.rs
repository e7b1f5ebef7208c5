use std::env;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::{Client, Config, NoTls};

use my_provider::Billing;

/// A new provider for one test, with its own database on the server of `DATABASE_URL`.
pub struct Fresh {
    billing: Arc<Billing>,
    server: Client,
    database: String,
}

impl Fresh {
    pub async fn start() -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let url = env::var("DATABASE_URL").expect(
            "these tests need a PostgreSQL server: set DATABASE_URL to postgresql://user:password@host:port/name, with a user who can create databases",
        );
        let mut config: Config = url.parse().expect("DATABASE_URL is the URL of a database");
        let (server, connection) = config
            .connect(NoTls)
            .await
            .expect("the server of DATABASE_URL answers");
        tokio::spawn(connection);

        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let database = format!("provider_test_{}_{number}", process::id());
        let create = format!("DROP DATABASE IF EXISTS {database}; CREATE DATABASE {database}");
        for sql in create.split(';') {
            server.batch_execute(sql).await.unwrap();
        }
        let billing = Billing::open(config.dbname(&database)).await.unwrap();
        Self {
            billing: Arc::new(billing),
            server,
            database,
        }
    }

    pub fn billing(&self) -> Arc<Billing> {
        Arc::clone(&self.billing)
    }

    /// Drops the database. The database of a failed test is kept for inspection.
    pub async fn end(self) {
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.database);
        self.server.batch_execute(&sql).await.unwrap();
    }
}
