//! Actions that do something else than what they are asked for.

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
            "answers with a document",
            "body",
            reply(action, 200, |reply| {
                *reply = Reply::json(json!({ "ok": true }));
            }),
        );
        add(
            "fails on what does not exist",
            "not-found",
            reply(action, 404, outage),
        );
        add(
            "needs no token",
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

/// The wrong habits that show with an action.
fn action_faults(action: Action) -> Vec<(ActionFault, &'static str, &'static str)> {
    let mut action_faults = vec![
        (ActionFault::DoesNothing, "does nothing", "effect"),
        (
            ActionFault::RepeatsChange,
            "is done again when asked again",
            "repeated",
        ),
        (
            ActionFault::FailsOnRepetition,
            "fails when asked again",
            "repeated",
        ),
        (
            ActionFault::FailsConcurrently,
            "fails when asked twice at once",
            "at-once",
        ),
        (ActionFault::AcceptsBadBodies, "takes any body", "bad-body"),
        (
            ActionFault::FailsOnBadBodies,
            "fails on a body that it cannot read",
            "bad-body",
        ),
        (
            ActionFault::AcceptsUnknown,
            "takes what does not exist",
            "not-found",
        ),
    ];
    // Canceled or paused twice is canceled or paused.
    if matches!(
        action,
        Action::ApplyCoupon | Action::ChangePrice | Action::ExtendTrial
    ) {
        let what = "is done twice when asked twice at once";
        action_faults.push((ActionFault::HasRace, what, "at-once"));
    }
    if action != Action::ApplyCoupon {
        let what = "does what is switched off";
        action_faults.push((ActionFault::IgnoresFeatures, what, "feature-off"));
    }
    let what = "is done to what another customer has";
    action_faults.push((ActionFault::IgnoresCustomer, what, "other-customer"));
    action_faults
}

/// Other answers where this one would be right.
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
    panic!("as it is meant to")
}

fn cut_off() -> Response {
    let parts = [Ok(Bytes::from_static(b" ")), Err("the connection is gone")];
    Response::new(Body::from_stream(stream::iter(parts)))
}
