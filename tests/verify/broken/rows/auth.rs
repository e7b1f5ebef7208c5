//! Who gets in.

use serde_json::json;

use crate::broken::fault::Fault;
use crate::broken::provider::{Kind, ProviderRequest, Reply, Route, TOKEN};
use crate::broken::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        row(
            "nobody who reads needs a token",
            "auth.missing-token",
            open(|request| !matches!(request.route, Route::Act(_))),
        ),
        row(
            "the manifest needs no token",
            "auth.missing-token",
            open(|request| request.route == Route::Manifest),
        ),
        row("any token is taken", "auth.wrong-token", taken(|_| true)),
        row(
            "the beginning of the token is taken for it",
            "auth.wrong-token",
            taken(|given| given.len() > "Bearer ".len() && right().starts_with(given)),
        ),
        row(
            "what begins with the token is taken for it",
            "auth.wrong-token",
            taken(|given| given.starts_with(&right())),
        ),
        row(
            "the token is compared without regard to case",
            "auth.wrong-token",
            taken(|given| given.eq_ignore_ascii_case(&right())),
        ),
        row(
            "a refusal is a 403",
            "auth.refusal",
            refusal(|reply| {
                *reply = Reply::error(403, "Forbidden");
            }),
        ),
        row(
            "a refusal is a 400",
            "auth.refusal",
            refusal(|reply| {
                reply.status = 400;
                reply.value()["code"] = json!(400);
            }),
        ),
        row(
            "a refusal says why",
            "auth.refusal",
            refusal(|reply| {
                reply.value()["message"] = json!("the token has expired");
            }),
        ),
        row(
            "a refusal has no body",
            "auth.refusal",
            refusal(|reply| reply.raw("")),
        ),
        row(
            "a refusal has the code as a text",
            "auth.refusal",
            refusal(|reply| {
                reply.value()["code"] = json!("401");
            }),
        ),
        row(
            "a refusal tells more",
            "auth.refusal",
            refusal(|reply| {
                reply.value()["hint"] = json!("see the vault");
            }),
        ),
        row(
            "a stranger learns which paths there are",
            "auth.unknown-path",
            Fault::none().reply(|request, reply| {
                if request.route == Route::Unknown {
                    *reply = Reply::error(404, "there is no such endpoint");
                }
            }),
        ),
        row(
            "only `Bearer` with a capital is read",
            "auth.scheme",
            Fault::none().request(|request| {
                let given = request.authorization.as_deref().unwrap_or_default();
                if given.starts_with("bearer ") {
                    request.authorization = None;
                }
            }),
        ),
        row(
            "any mode is taken",
            "mode.unknown",
            Fault::none().request(|request| request.mode = None),
        ),
        row(
            "an unknown mode is an outage",
            "mode.unknown",
            Fault::none().reply(|request, reply| {
                if !matches!(request.mode.as_deref(), None | Some("test" | "live")) {
                    *reply = Reply::error(500, "Internal Server Error");
                }
            }),
        ),
    ];
    for kind in Kind::ALL {
        let name = kind.name();
        let lists = open(move |request| request.lists(kind));
        let retrieves = open(move |request| request.retrieves(kind));
        rows.push(row(
            format!("{name}: the list needs no token"),
            "auth.missing-token",
            lists,
        ));
        rows.push(row(
            format!("{name}: a retrieve needs no token"),
            "auth.missing-token",
            retrieves,
        ));
    }
    rows
}

fn right() -> String {
    format!("Bearer {TOKEN}")
}

/// Lets in, on some routes, whoever has no token.
fn open(route: impl Fn(&ProviderRequest) -> bool + Send + Sync + 'static) -> Fault {
    Fault::none().request(move |request| {
        if request.authorization.is_none() && route(request) {
            request.authorization = Some(right());
        }
    })
}

/// Lets in whoever has such a header.
fn taken(header: fn(&str) -> bool) -> Fault {
    Fault::none().request(move |request| {
        if request.authorization.as_deref().is_some_and(header) {
            request.authorization = Some(right());
        }
    })
}

fn refusal(edit: fn(&mut Reply)) -> Fault {
    Fault::none().reply(move |_, reply| {
        if reply.status == 401 {
            edit(reply);
        }
    })
}
