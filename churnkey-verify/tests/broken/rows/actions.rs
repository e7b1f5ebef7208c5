//! Actions that do something else than what they are asked for.

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream;
use serde_json::json;

use crate::fault::{Fault, Habit};
use crate::provider::{Action, Reply, Route, TOKEN};
use crate::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for action in Action::ALL {
        let name = action.name();
        let mut add = |what: &str, check: &str, fault| {
            rows.push(row(format!("{name} {what}"), format!("{name}.{check}"), fault));
        };
        let habit = |habit| Fault::none().habit(habit, action);

        add("panics", "answer", instead(action, || panic!("as it is meant to")));
        add("is cut off", "answer", instead(action, cut_off));
        add("is an outage", "status", reply(action, 200, |reply| {
            *reply = Reply::error(500, "Internal Server Error");
        }));
        add("answers 204", "status", reply(action, 200, |reply| reply.status = 204));
        add("answers with a document", "body", reply(action, 200, |reply| {
            *reply = Reply::json(json!({ "ok": true }));
        }));
        add("does nothing", "effect", habit(Habit::DoesNothing));
        add("does it again when asked again", "repeated", habit(Habit::ForgetsWhatIsDone));
        add("refuses to be asked again", "repeated", habit(Habit::RefusesWhatIsDone));
        add("does it twice when asked twice at once", "at-once", habit(Habit::LetsOthersInBetween));
        if action != Action::ApplyCoupon {
            add("does what is switched off", "feature-off", habit(Habit::IgnoresFeatures));
        }
        add("is done to the subscription of another", "other-customer", habit(Habit::IgnoresTheCustomer));
        add("takes any body", "bad-body", habit(Habit::SwallowsBadBodies));
        add("fails on a body that it cannot read", "bad-body", reply(action, 400, |reply| {
            *reply = Reply::error(500, "Internal Server Error");
        }));
        add("is done to what does not exist", "not-found", habit(Habit::SwallowsWhatIsUnknown));
        add("fails on what does not exist", "not-found", reply(action, 404, |reply| {
            *reply = Reply::error(500, "Internal Server Error");
        }));
        add("needs no token", "token", Fault::none().asked(move |asked| {
            if asked.route == Route::Act(action) && asked.authorization.is_none() {
                asked.authorization = Some(format!("Bearer {TOKEN}"));
            }
        }));
    }
    rows
}

/// Other answers where this one would be right.
fn reply(action: Action, status: u16, edit: fn(&mut Reply)) -> Fault {
    Fault::none().reply(move |asked, reply| {
        if asked.route == Route::Act(action) && reply.status == status {
            edit(reply);
        }
    })
}

fn instead(action: Action, answer: fn() -> Response) -> Fault {
    Fault::none().instead(move |asked| (asked.route == Route::Act(action)).then(answer))
}

fn cut_off() -> Response {
    let parts = [Ok(Bytes::from_static(b" ")), Err("the connection is gone")];
    Response::new(Body::from_stream(stream::iter(parts)))
}
