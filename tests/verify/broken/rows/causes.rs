//! Faults of one cause that show in several places, and faults whose finding has its own fix.

use axum::http::header;
use serde_json::{Value, json};

use crate::broken::fault::Fault;
use crate::broken::provider::{Action, Books, Content, Kind, Reply, Route, TOKEN};
use crate::broken::row::{Row, row, verified};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = everywhere();
    rows.extend(lookups());
    rows.extend(actions());
    rows
}

/// Faults of code that every endpoint uses.
fn everywhere() -> Vec<Row> {
    vec![
        row(
            "every endpoint is a page",
            "customers.json",
            instead_of_data(page),
        ),
        row(
            "every endpoint redirects",
            "customers.status",
            instead_of_data(redirect),
        ),
        row(
            "every endpoint fails",
            "customers.status",
            instead_of_data(outage),
        ),
        row(
            "every endpoint sends 201",
            "customers.status",
            instead_of_data(created),
        ),
        row(
            "every action sends 204",
            "cancel.status",
            after_actions(|reply| reply.status = 204),
        ),
        row(
            "every action sends JSON",
            "cancel.body",
            after_actions(|reply| reply.raw("{}")),
        ),
        row(
            "no endpoint checks the token",
            "auth.missing-token",
            Fault::none().request(|request| {
                if request.authorization.is_none() {
                    request.authorization = Some(TOKEN.to_owned());
                }
            }),
        ),
        row(
            "a missing token leads to the page to sign in",
            "auth.refusal",
            Fault::none().reply(|_, reply| {
                if reply.status == 401 {
                    reply.status = 302;
                    reply.header(header::LOCATION, "/login");
                }
            }),
        ),
        row(
            "the names have underscores",
            "prices.model",
            Fault::none().reply(|request, reply| {
                if request.route != Route::Manifest
                    && let Content::Json(body) = &mut reply.body
                {
                    in_snake_case(body);
                }
            }),
        ),
        row(
            "each `next` is a URL",
            "customers.list.page",
            Fault::none().reply(|_, reply| {
                if let Content::Json(body) = &mut reply.body
                    && let Some(next) = body.get("next").and_then(Value::as_str)
                {
                    let url = format!("https://billing.example.com/churnkey/all?cursor={next}");
                    body["next"] = json!(url);
                }
            }),
        ),
        row(
            "each item is in another object",
            "customers.model",
            Fault::none().reply(|request, reply| {
                let is_item = Kind::ALL.iter().any(|kind| request.retrieves(*kind));
                if reply.status == 200 && is_item {
                    let item = reply.value().take();
                    *reply.value() = json!({ "data": item });
                }
            }),
        ),
    ]
}

/// Requests for one item that find another one.
fn lookups() -> Vec<Row> {
    vec![
        row(
            "an id is compared by its beginning",
            "prices.retrieve.unknown",
            Fault::none().request(|request| {
                if let Route::Retrieve(Kind::Prices, id) = &mut request.route
                    && let Some(at) = id.find("churnkey-verify").filter(|at| *at > 0)
                {
                    id.truncate(at);
                }
            }),
        ),
        row(
            "a search finds a part of an address",
            "customers.find.other",
            Fault::none().request(|request| {
                let emails = Books::new();
                if let Route::FindByEmail(email) = &mut request.route {
                    let customers = emails.all(Kind::Customers);
                    let known = customers.iter().filter_map(|one| one["email"].as_str());
                    let whole = known
                        .into_iter()
                        .find(|known| known.contains(email.as_str()));
                    *email = whole.unwrap_or(email).to_owned();
                }
            }),
        ),
    ]
}

/// Actions that ignore a part of the request.
fn actions() -> Vec<Row> {
    vec![
        row(
            "a pause has one month whatever the amount is",
            "pause.effect",
            Fault::none().effect(Action::Pause, |books, places, fields| {
                if fields["duration"]["amount"] != 1 {
                    for place in places {
                        let pause = &mut books.subscriptions[*place]["status"]["pause"];
                        pause["end"] = pause["start"].clone();
                    }
                }
            }),
        ),
        row(
            "pause all also pauses what was canceled",
            "pause-all.effect",
            Fault::none().effect(Action::PauseAll, |books, places, _| {
                let Some(place) = places.first() else {
                    return;
                };
                let paused = books.subscriptions[*place].clone();
                let customer = &paused["customerId"];
                let of_customer = |one: &&mut Value| one["customerId"] == *customer;
                let subscriptions = books.subscriptions.iter_mut().filter(of_customer);
                for one in subscriptions.filter(|one| one["status"]["name"] == "canceled") {
                    one["status"] = paused["status"].clone();
                }
            }),
        ),
    ]
}

/// Another response to requests with the token, except for the manifest.
fn instead_of_data(edit: fn(&mut Reply)) -> Fault {
    Fault::none().reply(move |request, reply| {
        let is_data = request.route != Route::Manifest && !matches!(request.route, Route::Act(_));
        if is_data && reply.status == 200 {
            edit(reply);
        }
    })
}

fn after_actions(edit: fn(&mut Reply)) -> Fault {
    Fault::none().reply(move |request, reply| {
        if matches!(request.route, Route::Act(_)) && reply.status == 200 {
            edit(reply);
        }
    })
}

fn page(reply: &mut Reply) {
    reply.raw("<!doctype html><title>Sign in</title>");
}

fn redirect(reply: &mut Reply) {
    reply.status = 302;
    reply.header(header::LOCATION, "https://sso.example.com/login");
}

fn outage(reply: &mut Reply) {
    *reply = Reply::error(500, "Internal Server Error");
}

fn created(reply: &mut Reply) {
    reply.status = 201;
}

fn in_snake_case(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, mut value) in std::mem::take(fields) {
                in_snake_case(&mut value);
                let mut snake = String::new();
                for letter in name.chars() {
                    if letter.is_ascii_uppercase() {
                        snake.push('_');
                    }
                    snake.push(letter.to_ascii_lowercase());
                }
                fields.insert(snake, value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(in_snake_case),
        _ => {}
    }
}

#[tokio::test]
async fn a_cause_in_several_modules_counts_its_places() {
    let report = verified(instead_of_data(page), |verifier| verifier).await;
    let [finding] = report.findings.as_slice() else {
        panic!("{:?}", report.findings);
    };
    assert!(finding.count >= 5, "{}", finding.count);
    assert!(finding.places().any(|(id, _)| id == "prices.json"));
    assert!(finding.fix.contains("HTML page"), "{}", finding.fix);
}

#[tokio::test]
async fn a_finding_has_the_first_item_with_the_fault() {
    let fault = Fault::none().books(|books| books.prices[1]["amount"]["currency"] = json!("usd"));
    let id = Books::new().prices[1]["id"].clone();
    let report = verified(fault, |verifier| verifier.actions(false)).await;
    let items: Vec<_> = report
        .findings
        .iter()
        .map(|finding| finding.item.clone())
        .collect();
    assert_eq!(items, [id.as_str().map(str::to_owned)]);
}

#[tokio::test]
async fn each_wrong_response_has_its_fix() {
    let with = |edit: fn(&mut Reply)| instead_of_data(edit);
    let cases: [(Fault, &str); 5] = [
        (with(created), "Send 200, not 201."),
        (with(redirect), "Respond without a redirect"),
        (
            with(|reply| {
                let text = format!("\u{feff}{}", reply.value());
                reply.raw(text);
            }),
            "Omit the byte order mark",
        ),
        (
            with(|reply| {
                let text = json!(reply.value().to_string()).to_string();
                reply.raw(text);
            }),
            "Serialise the response once.",
        ),
        (
            with(|reply| reply.raw("{'data': []}")),
            "double quotation marks",
        ),
    ];
    for (fault, fix) in cases {
        let report = verified(fault, |verifier| verifier.actions(false)).await;
        let [finding] = report.findings.as_slice() else {
            panic!("{fix}: {:?}", report.findings);
        };
        assert!(finding.fix.contains(fix), "{fix}: {}", finding.fix);
    }
}
