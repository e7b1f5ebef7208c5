//! The data of test and live mode, which must be apart.

use churnkey_runtime::{Mode, Modes};
use serde_json::Value;

use crate::actions::changes;
use crate::check::MODE_APART;
use crate::client::{Request, encoded};
use crate::module::Module;
use crate::read::{id, subscriptions_of};
use crate::samples::Samples;
use crate::session::{Fault, Session};
use crate::settings::Settings;

const MODE: Module = Module::Mode;
/// Number of subscriptions and of customers that are requested in the other mode.
const TRIES: usize = 3;

/// Requests known subscriptions in the other mode. Returns true if actions may be sent.
///
/// Customers may be the same: a company can have one table of users, and keep apart what they pay.
/// They are compared only if no subscription is known.
pub(crate) async fn apart(
    session: &Session,
    samples: &Samples,
    settings: &Settings,
    declared: Option<Modes>,
) -> bool {
    if settings.same_data || declared == Some(Modes::Shared) {
        let reason = match settings.same_data {
            true => "both modes share the same data: `--same-data`",
            false => "the integration declares that both modes share the same data",
        };
        session.skip(&MODE_APART, MODE, reason);
        return true;
    }
    let mut requests: Vec<(Request, Option<&Value>)> = Vec::new();
    for (customer, item) in samples.subscriptions.iter().take(TRIES) {
        let list = subscriptions_of(customer).path;
        let request = Request::get(format_args!("{list}/{}", encoded(id(item))));
        requests.push((request, Some(item)));
    }
    if requests.is_empty() {
        for customer in samples.customers.iter().take(TRIES) {
            let request = Request::get(format_args!("/customers/{}", encoded(customer)));
            requests.push((request, None));
        }
    }
    if requests.is_empty() {
        let reason = "no customer and no subscription is known";
        session.skip(&MODE_APART, MODE, reason);
        return true;
    }
    let other = match session.client.mode() {
        Mode::Test => "live",
        Mode::Live => "test",
    };
    for (request, known) in requests {
        let known = match known {
            Some(item) => Some(item.clone()),
            None => read(session, &request).await,
        };
        let request = request.mode(other);
        let (Some(one), Some(other_one)) = (known, read(session, &request).await) else {
            continue;
        };
        let is_same = match one.get("customerId").is_some() {
            true => changes(&one, &other_one).is_none(),
            false => one == other_one,
        };
        if is_same {
            let found = format!("the same data in {other} mode");
            let fault = Fault::new(&MODE_APART, MODE, "404, or other data", found);
            session.fail(fault.request(&request));
            return false;
        }
    }
    session.pass(&MODE_APART, MODE);
    true
}

/// An item. Records no finding.
async fn read(session: &Session, request: &Request) -> Option<Value> {
    let response = session.send(request).await.ok()?;
    let item = response.json().ok()?;
    (response.status == 200).then_some(item)
}
