//! Faults of authentication.

use serde_json::json;

use crate::broken::fault::Fault;
use crate::broken::provider::{Kind, ProviderRequest, Reply, Route, TOKEN};
use crate::broken::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        row(
            "no controller checks the token",
            "auth.missing-token",
            open(|request| !matches!(request.route, Route::Act(_))),
        ),
        row(
            "the manifest does not check the token",
            "auth.missing-token",
            open(|request| request.route == Route::Manifest),
        ),
        row("any token is accepted", "auth.wrong-token", taken(|_| true)),
        row(
            "a prefix of the token is accepted",
            "auth.wrong-token",
            taken(|given| given.len() > "Bearer ".len() && right().starts_with(given)),
        ),
        row(
            "a longer token is accepted",
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
            "a refusal has the cause",
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
            "a refusal has a string as code",
            "auth.refusal",
            refusal(|reply| {
                reply.value()["code"] = json!("401");
            }),
        ),
        row(
            "unknown paths get 404 without a token",
            "auth.unknown-path",
            Fault::none().reply(|request, reply| {
                if request.route == Route::Unknown {
                    *reply = Reply::error(404, "there is no such endpoint");
                }
            }),
        ),
        row(
            "the scheme is case-sensitive",
            "auth.scheme",
            Fault::none().request(|request| {
                let given = request.authorization.as_deref().unwrap_or_default();
                if given.starts_with("bearer ") {
                    request.authorization = None;
                }
            }),
        ),
        row(
            "only the token without a scheme is accepted",
            "auth.bearer",
            Fault::none().request(|request| {
                let given = request.authorization.take();
                request.authorization = given.filter(|given| given == TOKEN).map(|_| right());
            }),
        ),
        row(
            "both modes have the same data",
            "mode.apart",
            Fault::none().request(|request| {
                if request.mode.as_deref() == Some("live") {
                    request.mode = Some("test".to_owned());
                }
            }),
        ),
        row(
            "any mode is accepted",
            "mode.unknown",
            Fault::none().request(|request| {
                request.mode = request.mode.take().filter(|mode| mode == "live");
            }),
        ),
        row(
            "an unknown mode gets 500",
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

/// Accepts requests without a token on some routes.
fn open(route: impl Fn(&ProviderRequest) -> bool + Send + Sync + 'static) -> Fault {
    Fault::none().request(move |request| {
        if request.authorization.is_none() && route(request) {
            request.authorization = Some(right());
        }
    })
}

/// Accepts requests with a matching header.
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
