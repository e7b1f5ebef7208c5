//! The report of a run as a file.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use crate::dashboard::app::App;
use crate::dashboard::fields::Fields;
use crate::dashboard::page::failed;
use crate::dashboard::verification::Run;
use crate::gates::Gates;
use crate::report::{json::json, junit::junit, markdown::markdown};

/// The formats of an export, with their names.
pub(super) const FORMATS: [(&str, &str); 3] = [
    ("json", "JSON"),
    ("junit", "JUnit"),
    ("markdown", "Markdown"),
];

/// The run whose number a field has.
pub(super) fn run_in(app: &App, fields: &Fields, name: &str) -> Option<Arc<Run>> {
    app.verification.run(fields.get(name).parse().ok()?)
}

pub(super) fn gone(app: &App) -> Response {
    let why = "There is no such run, or it is no longer stored.";
    failed(app, StatusCode::NOT_FOUND, why)
}

/// The report of a run as a file.
pub(in crate::dashboard) async fn export(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let Some(run) = run_in(&app, &fields, "number") else {
        return gone(&app);
    };
    let gates = Gates::default();
    let (file, media_type, ending) = match fields.get("format") {
        "json" => (
            json(&run.report).map_err(|fault| fault.to_string()),
            "application/json",
            "json",
        ),
        "junit" => (
            junit(&run.report, false, &gates).map_err(|fault| fault.to_string()),
            "application/xml; charset=utf-8",
            "xml",
        ),
        "markdown" => (
            Ok(markdown(&run.report, false, &gates)),
            "text/markdown; charset=utf-8",
            "md",
        ),
        _ => {
            let why = "An export is JSON, JUnit or Markdown.";
            return failed(&app, StatusCode::BAD_REQUEST, why);
        }
    };
    match file {
        Ok(file) => {
            let name = format!(
                "attachment; filename=\"churnkey-run-{}.{ending}\"",
                run.number
            );
            let mut response = ([(CONTENT_TYPE, media_type)], file).into_response();
            if let Ok(name) = HeaderValue::from_str(&name) {
                response.headers_mut().insert(CONTENT_DISPOSITION, name);
            }
            response
        }
        Err(why) => failed(&app, StatusCode::INTERNAL_SERVER_ERROR, &why),
    }
}
