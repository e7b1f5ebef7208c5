//! A pool of connections to the database file, which run on the blocking threads of the async
//! runtime.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use churnkey::{Error, Result};
use rusqlite::Connection;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::error::{RETRY_AFTER, failure};

/// The longest wait for a connection, and the longest wait for the write lock. After it the request
/// gets a 503.
const WAIT_LIMIT: Duration = Duration::from_secs(2);

/// The connections are opened when they are first needed.
#[derive(Clone)]
pub struct Pool {
    file: Arc<PathBuf>,
    places: Arc<Semaphore>,
    /// The one that was used last is used next: its cache is warm.
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Pool {
    pub fn new(file: PathBuf, connections: usize) -> Self {
        Self {
            file: Arc::new(file),
            places: Arc::new(Semaphore::new(connections)),
            idle: Arc::default(),
        }
    }

    /// Runs `work` with a connection of its own. Once begun, it runs to its end, even if its caller
    /// is dropped.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let place = timeout(WAIT_LIMIT, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|elapsed| Error::unavailable(RETRY_AFTER).with_cause(elapsed))?;
        let pool = self.clone();
        let done = spawn_blocking(move || {
            // Dropped last, after the connection is idle again.
            let _place = place;
            let idle = pool.idle().pop();
            let mut connection = idle.map_or_else(|| pool.open(), Ok)?;
            let result = work(&mut connection);
            pool.idle().push(connection);
            result
        });
        // Not the failure itself: it has the message of a panic, which may hold personal data.
        done.await
            .unwrap_or_else(|_| Err(Error::internal("a query panicked, or did not begin")))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a connection with the settings that SQLite needs on each.
    fn open(&self) -> Result<Connection> {
        let open = || {
            let connection = Connection::open(&*self.file)?;
            connection.busy_timeout(WAIT_LIMIT)?;
            connection.pragma_update(None, "foreign_keys", true)?;
            // In WAL mode readers and the writer do not block each other. `synchronous` stays FULL:
            // when an action is answered, its change is on disk.
            connection.pragma_update(None, "journal_mode", "WAL")?;
            Ok(connection)
        };
        open().map_err(failure)
    }
}
