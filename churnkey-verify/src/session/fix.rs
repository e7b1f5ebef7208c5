//! Fixes that fit a wrong status and a body that is not JSON.

use axum::http::{Method, header};

use crate::client::{NoJson, Request, Response};
use crate::printable::tame;

/// The fix for a document that was serialised twice.
pub(super) const JSON_IN_STRING: &str =
    "Serialise the response once. It is a string with the document in it.";

/// The fix for a status that a valid request should not get.
pub(crate) fn of_status(request: &Request, response: &Response) -> Option<String> {
    let path = request.path.split('?').next().unwrap_or_default();
    let is_action = request.method == Method::POST;
    let method = &request.method;
    Some(match response.status {
        status @ 201..300 => match is_action {
            true => format!("Send 200 with an empty body, not {status}."),
            false => format!("Send 200, not {status}."),
        },
        300..400 => redirect(path, response),
        400 | 422 => "Accept this request, which is valid. The log of the provider has the reason."
            .to_owned(),
        401 => "Accept the integration token at this endpoint as well.".to_owned(),
        403 => match is_action {
            true => {
                "Let a request with the integration token pass. If a check against forged requests \
                 (CSRF) or a firewall refused it, exempt the paths under `/churnkey`."
            }
            false => {
                "Let a request with the integration token pass. It may read everything under \
                 `/churnkey`."
            }
        }
        .to_owned(),
        404 | 405 | 501 => format!("Add the endpoint `{method} {}`.", tame(path)),
        415 => {
            "Read the body as JSON, with the header `Content-Type: application/json`.".to_owned()
        }
        502..=504 => {
            "Check that the proxy reaches the provider, and that the provider responds in \
                      time."
                .to_owned()
        }
        500.. => {
            "Correct the error of the provider, which its log shows for this request.".to_owned()
        }
        _ => return None,
    })
}

fn redirect(path: &str, response: &Response) -> String {
    let target = response.headers.get(header::LOCATION);
    let target = target.and_then(|target| target.to_str().ok());
    let target = target.unwrap_or_default();
    let to = target.split(['?', '#']).next().unwrap_or_default();
    if to
        .trim_end_matches('/')
        .ends_with(path.trim_end_matches('/'))
    {
        return format!(
            "Serve `{}` without a redirect, which Churnkey does not follow. Its target differs in \
             the slash at the end, or in the host.",
            tame(path)
        );
    }
    format!(
        "Respond without a redirect, which Churnkey does not follow. If `{}` is the page to sign \
         in, exempt the paths under `/churnkey`, and check only the integration token.",
        tame(to)
    )
}

/// The fix for a body that is not JSON.
pub(crate) fn of_json(found: &NoJson) -> &'static str {
    match found {
        NoJson::Empty => "Send the document. The body is empty.",
        NoJson::NotUtf8 => "Encode the body in UTF-8.",
        NoJson::ByteOrderMark => "Omit the byte order mark (EF BB BF) at the begin of the body.",
        NoJson::SingleQuotes => {
            "Use the JSON serialiser of your language. JSON has double quotation marks only."
        }
        NoJson::NotANumber => "JSON has no NaN and no Infinity. Omit the field, or send a number.",
        NoJson::CutOff => "Send the whole document. Check `Content-Length` and the proxy.",
        NoJson::Markup => {
            "Send JSON. An HTML page comes from a proxy, from the page to sign in, or from the \
             error page of the framework. Exempt the paths under `/churnkey` from them."
        }
        NoJson::Malformed { .. } => {
            "Serialise the response as JSON, with nothing before and after the document."
        }
    }
}
