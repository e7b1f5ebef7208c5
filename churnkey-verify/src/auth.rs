//! Requests without the token, with other tokens, and with an unknown mode.

use serde_json::Value;

use crate::check;
use crate::client::{Credentials, Request, Response, encoded};
use crate::manifest::DeclaredManifest;
use crate::module::Module;
use crate::read::{UNKNOWN, id, subscriptions_of};
use crate::samples::Samples;
use crate::session::{Fault, Session, status};

const AUTH: Module = Module::Auth;

/// Checks the authentication.
pub(crate) async fn run(session: &Session, manifest: &DeclaredManifest, samples: &Samples) {
    session.begin(AUTH);
    let closed = without_token(session, &reading_routes(manifest, samples)).await;
    match closed.first() {
        Some((route, usual)) => {
            with_others(session, route).await;
            unknown_path(session, *usual).await;
        }
        None => {
            let reason = "no endpoint checks the token";
            session.skip(&check::AUTH_WRONG, AUTH, reason);
            session.skip(&check::AUTH_UNKNOWN_PATH, AUTH, reason);
        }
    }
    match session.has_failed(&check::AUTH_BEARER, AUTH) {
        true => session.skip(
            &check::AUTH_SCHEME,
            AUTH,
            "the provider refuses the scheme `Bearer`",
        ),
        false => {
            session.pass(&check::AUTH_BEARER, AUTH);
            scheme(session).await;
        }
    }
    session.skip_rest(AUTH, "no request was refused");
    session.end(AUTH);
}

/// Checks the response to an unknown mode.
pub(crate) async fn unknown_mode(session: &Session) {
    const MODE: Module = Module::Mode;
    let request = Request::get("/features").mode("staging");
    match session.send(&request).await {
        Ok(response) if response.status == 400 => session.pass(&check::MODE_UNKNOWN, MODE),
        Ok(response) => {
            let fault = Fault::new(&check::MODE_UNKNOWN, MODE, "400", status(&response));
            session.fail(fault.request(&request));
        }
        Err(error) => session.skip(&check::MODE_UNKNOWN, MODE, error.to_string()),
    }
}

/// One path of each endpoint that reads, with known ids where possible.
fn reading_routes(manifest: &DeclaredManifest, samples: &Samples) -> Vec<String> {
    let mut routes = vec!["/features".to_owned()];
    let modules = Module::ALL
        .iter()
        .filter(|module| module.is_controller() && manifest.has(**module));
    for module in modules {
        let known = match module {
            Module::Customers => samples.customers.first().map(String::as_str),
            Module::Prices => samples.prices.first().map(id),
            Module::Coupons => samples.coupons.first().map(id),
            Module::Subscriptions => {
                let Some((customer, item)) = samples.subscriptions.first() else {
                    continue;
                };
                let list = subscriptions_of(customer).path;
                routes.push(format!("{list}/{}", encoded(id(item))));
                routes.push(list);
                continue;
            }
            _ => None,
        };
        routes.push(format!("/{module}"));
        routes.push(format!("/{module}/{}", encoded(known.unwrap_or(UNKNOWN))));
    }
    routes
}

/// Sends a request that must be refused. Returns true if it was refused, and the response.
pub(crate) async fn refused(session: &Session, request: &Request) -> Option<(bool, Response)> {
    // A missing response is a finding of the endpoint's own checks.
    let response = session.send(request).await.ok()?;
    Some((response.status >= 300, response))
}

/// Requests every route without a token. Returns the routes that refuse, each with its status.
async fn without_token(session: &Session, routes: &[String]) -> Vec<(String, u16)> {
    let without = |route: &String| Request::get(route).credentials(Credentials::None);
    session.ahead(routes.iter().map(without)).await;
    let mut closed = Vec::new();
    for route in routes {
        let request = Request::get(route).credentials(Credentials::None);
        let Some((is_refused, response)) = refused(session, &request).await else {
            continue;
        };
        // A 404 shows that the route did not check the token. A redirect leads to a sign-in.
        if is_refused && response.status != 404 {
            session.pass(&check::AUTH_MISSING, AUTH);
            refusal(session, &request, &response);
            closed.push((route.clone(), response.status));
        } else {
            let found = format!("{} from `GET {}`", status(&response), request.path);
            let fault = Fault::new(&check::AUTH_MISSING, AUTH, "401", found);
            session.fail(fault.request(&request));
        }
    }
    closed
}

/// Checks the response to an unauthenticated request. A 429 is accepted too.
fn refusal(session: &Session, request: &Request, response: &Response) {
    let body = response.json().unwrap_or_default();
    let is_right = body.get("code") == Some(&Value::from(401))
        && body.get("message") == Some(&Value::from("Unauthorized"));
    match response.status {
        429 => {}
        401 if is_right => session.pass(&check::AUTH_REFUSAL, AUTH),
        401 => {
            let fault = Fault::new(
                &check::AUTH_REFUSAL,
                AUTH,
                "{\"code\":401,\"message\":\"Unauthorized\"}",
                "401 with another body",
            );
            session.fail(fault.request(request));
        }
        _ => {
            let fault = Fault::new(&check::AUTH_REFUSAL, AUTH, "401", status(response));
            let fix = format!("Send 401 without a valid token, not {}.", response.status);
            session.fail(fault.fix(fix).request(request));
        }
    }
}

/// Requests a route with other tokens.
async fn with_others(session: &Session, route: &str) {
    let token = session.client.token();
    // A provider that expects the token alone refuses every other form.
    let scheme = session.client.scheme();
    let alike = |value: String, shown| Credentials::Alike { value, shown };
    let mut shorter = token.to_owned();
    shorter.pop();
    let mut others = vec![
        Credentials::Header("Bearer churnkey-verify-wrong-token".to_owned()),
        Credentials::Header("Bearer".to_owned()),
        Credentials::Header("Basic Og==".to_owned()),
        alike(
            format!("{scheme}{token}x"),
            "Bearer ${CK_INTEGRATION_TOKEN}x",
        ),
    ];
    if !shorter.is_empty() && !shorter.ends_with(' ') {
        others.push(alike(
            format!("{scheme}{shorter}"),
            "Bearer ${CK_INTEGRATION_TOKEN%?}",
        ));
    }
    let swapped: String = token
        .chars()
        .map(|char| match char.is_ascii_lowercase() {
            true => char.to_ascii_uppercase(),
            false => char.to_ascii_lowercase(),
        })
        .collect();
    if swapped != token {
        others.push(alike(
            format!("{scheme}{swapped}"),
            "Bearer ${CK_INTEGRATION_TOKEN~~}",
        ));
    }
    let with = |credentials: &Credentials| Request::get(route).credentials(credentials.clone());
    session.ahead(others.iter().map(with)).await;
    for credentials in others {
        let request = Request::get(route).credentials(credentials);
        let Some((is_refused, response)) = refused(session, &request).await else {
            continue;
        };
        if is_refused {
            session.pass(&check::AUTH_WRONG, AUTH);
            refusal(session, &request, &response);
        } else {
            let fault = Fault::new(&check::AUTH_WRONG, AUTH, "401", status(&response));
            session.fail(fault.request(&request));
        }
    }
}

/// Requests an unknown path, which must be refused with the `usual` status of the known ones.
///
/// A `usual` status other than 401 has a finding already.
async fn unknown_path(session: &Session, usual: u16) {
    let request = Request::get(format_args!("/{UNKNOWN}")).credentials(Credentials::None);
    match session.send(&request).await {
        // A 429 does not show which paths exist.
        Ok(response) if matches!(response.status, 401 | 429) || response.status == usual => {
            session.pass(&check::AUTH_UNKNOWN_PATH, AUTH)
        }
        Ok(response) => {
            let fault = Fault::new(&check::AUTH_UNKNOWN_PATH, AUTH, "401", status(&response));
            session.fail(fault.request(&request));
        }
        Err(_) => session.skip(&check::AUTH_UNKNOWN_PATH, AUTH, "there was no response"),
    }
}

async fn scheme(session: &Session) {
    let request = Request::get("/features").credentials(Credentials::Scheme("bearer"));
    match session.send(&request).await {
        Ok(response) if response.status == 200 => session.pass(&check::AUTH_SCHEME, AUTH),
        Ok(response) => {
            let fault = Fault::new(&check::AUTH_SCHEME, AUTH, "200", status(&response));
            session.fail(fault.request(&request));
        }
        Err(_) => session.skip(&check::AUTH_SCHEME, AUTH, "there was no response"),
    }
}
