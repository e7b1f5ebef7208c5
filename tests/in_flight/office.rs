//! The provider within this process, and those who call it.

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
use crate::books::Database;
use crate::company::{Company, Cue, Stage};

pub(crate) const TOKEN: &str = "token-of-the-tests";

/// How long a caller waits.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) struct Office {
    pub(crate) router: Router,
    pub(crate) stage: Arc<Stage>,
    pub(crate) database: Arc<Database>,
}

impl Office {
    pub(crate) fn open() -> Self {
        Self::with(|provider| provider)
    }

    pub(crate) fn with(limits: impl FnOnce(Provider<Company>) -> Provider<Company>) -> Self {
        let (database, stage) = (Arc::new(Database::new()), Arc::default());
        Self {
            router: limits(provider(&database, &stage)).router(),
            stage,
            database,
        }
    }

    /// Sends an action, and waits until all has happened that can.
    pub(crate) async fn send(&self, action: Action) -> Caller {
        self.spell(action, 0).await
    }

    pub(crate) async fn spell(&self, action: Action, spelling: u8) -> Caller {
        self.post(request(action, action.spelled(spelling))).await
    }

    pub(crate) async fn post(&self, request: Request<Body>) -> Caller {
        let caller = Caller(tokio::spawn(call(self.router.clone(), request)));
        settle().await;
        caller
    }

    #[track_caller]
    pub(crate) fn assert_running(&self, actions: &[Action]) {
        assert_eq!(self.stage.running(), actions);
    }

    /// Gives a cue, and waits until all has happened that can.
    pub(crate) async fn cue(&self, action: Action, cue: Cue) {
        self.stage.cue(action, cue);
        settle().await;
    }

    /// Lets an action write and answer.
    pub(crate) async fn finish(&self, action: Action) {
        self.cue(action, Cue::Proceed).await;
        self.cue(action, Cue::Proceed).await;
    }
}

pub(crate) fn provider(database: &Arc<Database>, stage: &Arc<Stage>) -> Provider<Company> {
    let company = Company {
        database: Arc::clone(database),
        stage: Arc::clone(stage),
    };
    Provider::new(company, TOKEN).request_timeout(DEADLINE)
}

/// Time stands still while anything can go on, so this returns when nothing can.
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
        assert!(!self.is_waiting(), "the caller has no answer");
        self.0.await.unwrap()
    }
}
