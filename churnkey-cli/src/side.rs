//! A provider that is read, within the limits of a run.

use std::cell::Cell;
use std::time::{Duration, Instant};

use churnkey_verify::internal::{Client, Request, TransportError};
use serde_json::Value;

/// The limits of a run, which all its providers share.
pub(crate) struct Budget {
    begun: Instant,
    max_time: Duration,
    max_requests: u64,
    sent: Cell<u64>,
}

/// The reason why a run ends early.
pub(crate) type Halt = String;

impl Budget {
    pub(crate) fn new(max_time: Duration, max_requests: u64) -> Self {
        Self {
            begun: Instant::now(),
            max_time,
            max_requests,
            sent: Cell::new(0),
        }
    }

    pub(crate) fn sent(&self) -> u64 {
        self.sent.get()
    }

    /// Counts a request, or ends the run.
    pub(crate) fn spend(&self) -> Result<(), Halt> {
        if self.sent.get() >= self.max_requests {
            return Err(format!(
                "its limit of {} requests was reached",
                self.max_requests
            ));
        }
        if self.begun.elapsed() >= self.max_time {
            let seconds = self.max_time.as_secs();
            return Err(format!("its limit of {seconds} seconds was reached"));
        }
        self.sent.set(self.sent.get() + 1);
        Ok(())
    }
}

/// A provider with the limits of the run.
pub(crate) struct Side<'b> {
    pub(crate) client: Client,
    pub(crate) budget: &'b Budget,
}

/// A response: its status in words, and its JSON if it is a success.
pub(crate) struct Got {
    pub(crate) status: String,
    pub(crate) value: Option<Value>,
    pub(crate) is_unreachable: bool,
}

impl Side<'_> {
    pub(crate) async fn get(&self, path: &str) -> Result<Got, Halt> {
        self.budget.spend()?;
        let response = match self.client.send(&Request::get(path)).await {
            Ok(response) => response,
            Err(fault) => {
                return Ok(Got {
                    is_unreachable: matches!(fault, TransportError::Unreachable(_)),
                    status: fault.to_string(),
                    value: None,
                });
            }
        };
        let read = match response.status {
            200 => response.json().map(Some).map_err(|fault| fault.to_string()),
            _ => Ok(None),
        };
        let (status, value) = match read {
            Ok(value) => (response.status.to_string(), value),
            Err(fault) => (format!("200 with {fault}"), None),
        };
        Ok(Got {
            status,
            value,
            is_unreachable: false,
        })
    }
}
