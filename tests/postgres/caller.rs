//! A client that calls several instances as Churnkey does: it sends an action, and repeats it until
//! an instance responds.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};
use std::thread;
use std::time::Duration;
use test_support::conformance::Instance;

use serde_json::Value;

use test_support::{Connection, Reply, Request};

/// The maximum number of attempts, at an interval of 0.1 s: longer than a database needs to
/// restart.
const MAX_ATTEMPTS: usize = 600;

#[derive(Clone, Debug)]
pub struct Action {
    /// The same for every attempt, so that the audit shows which entries belong to the request.
    pub request_id: String,
    pub mode: &'static str,
    pub path: &'static str,
    pub body: Value,
}

pub struct Caller {
    token: String,
    instances: Vec<RwLock<SocketAddr>>,
    turn: AtomicUsize,
    pub sent: AtomicUsize,
    pub cut_off: AtomicUsize,
    pub unavailable: AtomicUsize,
    pub unread_responses: AtomicUsize,
}

impl Caller {
    pub fn of(instances: &[Instance]) -> Self {
        Self {
            token: instances[0].token.clone(),
            instances: instances
                .iter()
                .map(|one| RwLock::new(one.address))
                .collect(),
            turn: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
            cut_off: AtomicUsize::new(0),
            unavailable: AtomicUsize::new(0),
            unread_responses: AtomicUsize::new(0),
        }
    }

    /// Sets the address of an instance after a restart.
    pub fn set_address(&self, instance: usize, address: SocketAddr) {
        *self.instances[instance]
            .write()
            .unwrap_or_else(PoisonError::into_inner) = address;
    }

    /// Returns the number of the next turn. The turns rotate over the instances.
    pub fn next(&self) -> usize {
        self.turn.fetch_add(1, Ordering::Relaxed)
    }

    /// Sends an action to one instance after the other until one responds with success. It repeats
    /// the request after every other response, except one that rejects the request as invalid.
    pub fn send_until_answered(&self, action: &Action, first: usize) {
        for sending in 0..MAX_ATTEMPTS {
            let instance = (first + sending) % self.instances.len();
            match self
                .send(action, instance)
                .map(|response| (response.status, response))
            {
                Ok((200, response)) => {
                    assert!(response.body.is_empty(), "{action:?}: {}", response.text());
                    return;
                }
                Ok((503, response)) => {
                    assert!(response.header("retry-after").is_some(), "{response:?}");
                    self.unavailable.fetch_add(1, Ordering::Relaxed);
                }
                Ok((_, response)) => panic!("{action:?}: {} {}", response.status, response.text()),
                Err(_) => {
                    self.cut_off.fetch_add(1, Ordering::Relaxed);
                }
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("no instance answers {action:?}");
    }

    pub fn send(&self, action: &Action, turn: usize) -> io::Result<Reply> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        Connection::new(self.address(turn)).send(
            &Request::new("POST", format!("/churnkey/actions/{}", action.path))
                .header("authorization", format!("Bearer {}", self.token))
                .header("x-churnkey-mode", action.mode)
                .header("x-request-id", action.request_id.as_str())
                .header("connection", "close")
                .json(&action.body),
        )
    }

    /// Sends an action and hangs up, so that the response is lost.
    pub fn send_and_hang_up(&self, action: &Action, turn: usize) -> io::Result<()> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        let body = action.body.to_string();
        let head = format!(
            "POST /churnkey/actions/{} HTTP/1.1\r\nhost: churnkey.test\r\nauthorization: Bearer {}\r\nx-churnkey-mode: {}\r\n\
             x-request-id: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            action.path,
            self.token,
            action.mode,
            action.request_id,
            body.len()
        );
        let mut stream = TcpStream::connect(self.address(turn))?;
        stream.write_all((head + &body).as_bytes())?;
        // Long enough for the action to begin, but usually too short for it to end.
        thread::sleep(Duration::from_millis(2));
        self.unread_responses.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn address(&self, turn: usize) -> SocketAddr {
        *self.instances[turn % self.instances.len()]
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
