//! The provider in this process, and its callers.

use std::sync::Arc;
use std::time::Duration;

use churnkey::Provider;
use churnkey::axum::Router;
use churnkey::axum::body::Body;
use churnkey::http::{Request, header};
use http_body_util::BodyExt as _;
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use crate::action::Action;
use crate::company::{Company, Control, Resume};
use crate::database::Database;

pub(crate) const TOKEN: &str = "token-of-the-tests";

/// The timeout of a caller.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) struct Harness {
    pub(crate) router: Router,
    pub(crate) control: Arc<Control>,
    pub(crate) database: Arc<Database>,
}

impl Harness {
    pub(crate) fn new() -> Self {
        Self::with(|provider| provider)
    }

    pub(crate) fn with(limits: impl FnOnce(Provider<Company>) -> Provider<Company>) -> Self {
        let (database, control) = (Arc::new(Database::new()), Arc::default());
        Self {
            router: limits(provider(&database, &control)).router(),
            control,
            database,
        }
    }

    /// Sends an action, and waits until no task can make progress.
    pub(crate) async fn send(&self, action: Action) -> Caller {
        self.send_spelled(action, 0).await
    }

    pub(crate) async fn send_spelled(&self, action: Action, spelling: u8) -> Caller {
        self.post(request(action, action.spelled(spelling))).await
    }

    pub(crate) async fn post(&self, request: Request<Body>) -> Caller {
        let caller = Caller(tokio::spawn(call(self.router.clone(), request)));
        settle().await;
        caller
    }

    #[track_caller]
    pub(crate) fn assert_running(&self, actions: &[Action]) {
        assert_eq!(self.control.running(), actions);
    }

    /// Resumes a function, and waits until no task can make progress.
    pub(crate) async fn resume(&self, action: Action, resume: Resume) {
        self.control.resume(action, resume);
        settle().await;
    }

    /// Runs an action to its end: through its transaction, and then to its response.
    pub(crate) async fn finish(&self, action: Action) {
        self.resume(action, Resume::Proceed).await;
        self.resume(action, Resume::Proceed).await;
    }
}

pub(crate) fn provider(database: &Arc<Database>, control: &Arc<Control>) -> Provider<Company> {
    let company = Company {
        database: Arc::clone(database),
        control: Arc::clone(control),
    };
    Provider::new(company, TOKEN).request_timeout(DEADLINE)
}

/// Returns when no task can make progress, because the paused clock only advances then.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

pub(crate) fn request(action: Action, body: impl Into<Body>) -> Request<Body> {
    Request::post(action.path())
        .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("X-Churnkey-Mode", action.mode.as_str())
        .body(body.into())
        .unwrap()
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) request_id: String,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: String,
}

pub(crate) async fn call(router: Router, request: Request<Body>) -> Answer {
    let (head, body) = router.oneshot(request).await.unwrap().into_parts();
    let header = |name| {
        let value = head.headers.get(name)?;
        Some(value.to_str().unwrap().to_owned())
    };
    let (request_id, retry_after) = (header("x-request-id"), header("retry-after"));
    let body = body.collect().await.unwrap().to_bytes();
    Answer {
        status: head.status.as_u16(),
        request_id: request_id.unwrap_or_default(),
        retry_after,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

pub(crate) struct Caller(JoinHandle<Answer>);

impl Caller {
    pub(crate) fn is_waiting(&self) -> bool {
        !self.0.is_finished()
    }

    #[track_caller]
    pub(crate) fn hang_up(self) {
        assert!(self.is_waiting());
        self.0.abort();
    }

    pub(crate) async fn answer(self) -> Answer {
        assert!(!self.is_waiting(), "the caller has no response");
        self.0.await.unwrap()
    }
}
