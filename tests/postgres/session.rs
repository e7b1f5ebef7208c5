//! A connection of the tests to a database, without the checks of the company.

use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// A connection. A transaction stays open until the test ends it or the session is dropped.
pub struct Session {
    client: Client,
    runtime: Runtime,
}

impl Session {
    pub fn open(url: &str) -> Self {
        Self::try_open(url).unwrap_or_else(|cause| panic!("no connection to the database: {cause}"))
    }

    pub fn try_open(url: &str) -> Result<Self, tokio_postgres::Error> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let client = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            tokio::spawn(connection);
            Ok(client)
        })?;
        Ok(Self { client, runtime })
    }

    pub fn run(&self, sql: &str) {
        self.texts(sql);
    }

    /// Returns the first column.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        let messages = self.runtime.block_on(self.client.simple_query(sql));
        let messages = messages.unwrap_or_else(|cause| panic!("{cause:?}, after {sql}"));
        messages
            .iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
                _ => None,
            })
            .collect()
    }

    pub fn number(&self, sql: &str) -> i64 {
        let texts = self.texts(sql);
        texts[0]
            .parse()
            .unwrap_or_else(|_| panic!("no number from {sql}: {texts:?}"))
    }

    /// Returns the number of connections that wait for a lock of this session.
    pub fn waiting(&self) -> i64 {
        self.number("SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))")
    }
}
