//! Sending a request of the log again, once or twice at once.

use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use churnkey_runtime::Timestamp;
use churnkey_verify::internal::{Request, Sent};
use futures_util::join;
use serde_json::Value;

use super::parts::{gone, path};
use crate::dashboard::app::App;
use crate::dashboard::fields::Fields;
use crate::dashboard::page::failed;
use crate::dashboard::request_log::{Answer, Entry, Source, Twin, of};

impl App {
    /// Checks that a request can be sent again. The error is a reason for the user.
    pub(super) fn may_send_again(&self, entry: &Entry) -> Result<(), &'static str> {
        if !self.has_provider {
            return Err("There is no provider: start the dashboard with its URL too.");
        }
        if entry.request.is_none() {
            return Err(
                "The recording has no values of this request, or not all of it. A recording with --full can be sent again.",
            );
        }
        match entry.is_action() && self.is_live() {
            true => Err(
                "Actions are sent again in test mode only, because they change what customers pay.",
            ),
            false => Ok(()),
        }
    }
}

/// Sends a request again, and redirects to its response.
pub(in crate::dashboard) async fn again(
    State(app): State<Arc<App>>,
    Extension(fields): Extension<Fields>,
) -> Response {
    let number = fields.get("number").parse().ok();
    let Some(entry) = number.and_then(|number| app.requests.get(number)) else {
        return gone(&app);
    };
    if let Err(why) = app.may_send_again(&entry) {
        return failed(&app, StatusCode::FORBIDDEN, why);
    }
    let Some(request) = entry.request.clone() else {
        return gone(&app);
    };
    let subject = &entry.subject;
    if entry.is_action()
        && let Err(why) = app
            .may_change(subject.customer.as_deref(), subject.subscription.as_deref())
            .await
    {
        return failed(&app, StatusCode::CONFLICT, &why);
    }
    let twice = fields.get("times") == "2";
    let sender = Arc::clone(&app);
    // In its own task, so that the log has the response even if the browser disconnects. It has no
    // source, because the entries are made here.
    let sent = tokio::spawn(async move {
        match twice {
            true => send_twice(&sender, &entry, &request).await,
            false => sender.requests.put(send(&sender, &entry, &request).await),
        }
    });
    match sent.await {
        Ok(number) => Redirect::to(&path(number)).into_response(),
        Err(_) => failed(
            &app,
            StatusCode::INTERNAL_SERVER_ERROR,
            "The dashboard failed. The provider may have received the request.",
        ),
    }
}

/// Sends a request, and returns an entry for it.
async fn send(app: &App, earlier: &Entry, request: &Request) -> Entry {
    let begun = Instant::now();
    let response = app.client.send(request).await;
    let took = begun.elapsed();
    let sent = Sent {
        request,
        curl: String::new(),
        path: String::new(),
        mode: "",
        response: Some(&response),
        took,
    };
    Entry {
        at: Some(Timestamp::now()),
        source: Source::Again,
        answer: Answer::of(&sent, app.requests.scrub()),
        took: Some(took),
        twin: None,
        ..earlier.clone()
    }
}

/// Sends two requests at once. Returns the number of the second entry, which names the first.
async fn send_twice(app: &App, earlier: &Entry, request: &Request) -> u64 {
    let is_action = earlier.is_action();
    let before = state(app, earlier, is_action).await;
    let (first, second) = join!(send(app, earlier, request), send(app, earlier, request));
    let after = state(app, earlier, is_action).await;
    let number = app.requests.put(first);
    app.requests.put(Entry {
        twin: Some(Twin {
            number,
            around: before.zip(after),
        }),
        ..second
    })
}

/// The data that an action may change, without the token.
async fn state(app: &App, entry: &Entry, is_action: bool) -> Option<Value> {
    let subject = &entry.subject;
    let customer = subject.customer.as_deref().filter(|_| is_action)?;
    let read = app.changeable(customer, subject.subscription.as_deref(), false);
    of(Source::Again, read).await
}
