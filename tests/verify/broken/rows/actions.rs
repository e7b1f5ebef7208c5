//! Faults of actions.

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream;
use serde_json::json;

use crate::broken::fault::{ActionFault, Fault};
use crate::broken::provider::{Action, Reply, Route, TOKEN};
use crate::broken::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for action in Action::ALL {
        let name = action.name();
        let mut add = |what: &str, check: &str, fault| {
            rows.push(row(
                format!("{name} {what}"),
                format!("{name}.{check}"),
                fault,
            ));
        };
        add("panics", "answer", instead(action, panics));
        add("is cut off", "answer", instead(action, cut_off));
        add("is an outage", "status", reply(action, 200, outage));
        add(
            "answers 204",
            "status",
            reply(action, 200, |reply| reply.status = 204),
        );
        add(
            "responds with a document",
            "body",
            reply(action, 200, |reply| {
                *reply = Reply::json(json!({ "ok": true }));
            }),
        );
        add(
            "responds 500 for an unknown id",
            "not-found",
            reply(action, 404, outage),
        );
        add(
            "accepts requests without a token",
            "token",
            Fault::none().request(move |request| {
                if request.route == Route::Act(action) && request.authorization.is_none() {
                    request.authorization = Some(format!("Bearer {TOKEN}"));
                }
            }),
        );
        for (habit, what, check) in action_faults(action) {
            add(what, check, Fault::none().habit(habit, action));
        }
    }
    rows
}

/// The faults that are visible for an action.
fn action_faults(action: Action) -> Vec<(ActionFault, &'static str, &'static str)> {
    let mut action_faults = vec![
        (ActionFault::DoesNothing, "does nothing", "effect"),
        (
            ActionFault::RepeatsChange,
            "applies a repetition again",
            "repeated",
        ),
        (
            ActionFault::FailsOnRepetition,
            "fails on a repetition",
            "repeated",
        ),
        (
            ActionFault::FailsConcurrently,
            "fails on concurrent requests",
            "at-once",
        ),
        (
            ActionFault::AcceptsBadBodies,
            "accepts any body",
            "bad-body",
        ),
        (
            ActionFault::FailsOnBadBodies,
            "fails on a malformed body",
            "bad-body",
        ),
        (
            ActionFault::AcceptsUnknown,
            "accepts an unknown id",
            "not-found",
        ),
    ];
    // A second cancellation or pause leaves no trace.
    if matches!(
        action,
        Action::ApplyCoupon | Action::ChangePrice | Action::ExtendTrial
    ) {
        let what = "applies concurrent requests twice";
        action_faults.push((ActionFault::HasRace, what, "at-once"));
    }
    if action != Action::ApplyCoupon {
        let what = "accepts an option that is switched off";
        action_faults.push((ActionFault::IgnoresFeatures, what, "feature-off"));
    }
    let what = "changes a subscription of another customer";
    action_faults.push((ActionFault::IgnoresCustomer, what, "other-customer"));
    action_faults
}

/// Another response where 200 would be right.
fn reply(action: Action, status: u16, edit: fn(&mut Reply)) -> Fault {
    Fault::none().reply(move |request, reply| {
        if request.route == Route::Act(action) && reply.status == status {
            edit(reply);
        }
    })
}

fn instead(action: Action, answer: fn() -> Response) -> Fault {
    Fault::none().instead(move |request| (request.route == Route::Act(action)).then(answer))
}

fn outage(reply: &mut Reply) {
    *reply = Reply::error(500, "Internal Server Error");
}

fn panics() -> Response {
    panic!("the fault of this provider")
}

fn cut_off() -> Response {
    let parts = [Ok(Bytes::from_static(b" ")), Err("the connection is gone")];
    Response::new(Body::from_stream(stream::iter(parts)))
}
