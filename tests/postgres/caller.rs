//! Churnkey as it calls several instances: it sends an action, and sends it again until somebody answers.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};
use std::thread;
use std::time::Duration;
use test_support::conformance::Instance;

use serde_json::Value;

use test_support::{Connection, Reply, Request};

/// How often a request is sent before it counts as lost, a tenth of a second apart: for longer than a database needs
/// to start again.
const MOST_SENDINGS: usize = 600;

#[derive(Clone, Debug)]
pub struct Action {
    /// The same for every sending of the request, so that the audit tells which entries are its own.
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
    pub refused_for_now: AtomicUsize,
    pub left_unread: AtomicUsize,
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
            refused_for_now: AtomicUsize::new(0),
            left_unread: AtomicUsize::new(0),
        }
    }

    /// Tells where an instance is that has been started again.
    pub fn moved(&self, instance: usize, address: SocketAddr) {
        *self.instances[instance]
            .write()
            .unwrap_or_else(PoisonError::into_inner) = address;
    }

    /// The number of the next turn, which goes from instance to instance.
    pub fn next(&self) -> usize {
        self.turn.fetch_add(1, Ordering::Relaxed)
    }

    /// Sends an action to one instance after the other until it is answered with success. Whatever else is no answer, unless it
    /// says that the request is wrong.
    pub fn until_answered(&self, action: &Action, first: usize) {
        for sending in 0..MOST_SENDINGS {
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
                    self.refused_for_now.fetch_add(1, Ordering::Relaxed);
                }
                Ok((_, response)) => panic!("{action:?}: {} {}", response.status, response.text()),
                Err(_) => {
                    self.cut_off.fetch_add(1, Ordering::Relaxed);
                }
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("nobody answers {action:?}");
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

    /// Sends an action and hangs up: whatever the answer is, it is lost.
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
        // Long enough for the action to begin, and mostly too short for it to end.
        thread::sleep(Duration::from_millis(2));
        self.left_unread.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn address(&self, turn: usize) -> SocketAddr {
        *self.instances[turn % self.instances.len()]
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
