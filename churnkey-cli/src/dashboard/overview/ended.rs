//! The completion of a report when its run has ended: without the token, with the snippets of its
//! findings, and without the faults of a provider that was not there any more.

use std::collections::BTreeMap;
use std::time::Duration;

use churnkey_verify::internal::{Request, Response, flaws};
use churnkey_verify::{Finding, Module, Outcome, Report, State};
use serde_json::Value;

use crate::dashboard::app::App;
use crate::dashboard::exchange::status;
use crate::dashboard::marked::{Mark, Marked};
use crate::dashboard::verification::{Ended, Snippet};

/// The limit of findings with a snippet. Each needs a request.
const MAX_SNIPPETS: usize = 40;
/// The timeout of all requests for snippets.
const TIMEOUT: Duration = Duration::from_secs(15);

impl App {
    /// Completes the report of a run.
    pub(super) async fn complete(&self, report: Report) -> Ended {
        let mut report = self.without_token_in(report);
        let is_cut_off = report.findings.iter().any(is_lost) && self.look().await.is_some();
        if is_cut_off {
            remove_lost(&mut report);
        }
        let mut snippets = Vec::new();
        let read = self.read_snippets(&report.findings, &mut snippets);
        // Without the rest of the snippets, the report is still complete.
        let _ = tokio::time::timeout(TIMEOUT, read).await;
        snippets.resize_with(report.findings.len(), || None);
        Ended {
            report,
            snippets,
            is_cut_off,
        }
    }

    async fn read_snippets(&self, findings: &[Finding], snippets: &mut Vec<Option<Snippet>>) {
        let mut responses: BTreeMap<String, Option<Response>> = BTreeMap::new();
        for finding in findings.iter().take(MAX_SNIPPETS) {
            let path = finding.request.as_deref().and_then(|curl| self.path(curl));
            let Some(path) = path else {
                snippets.push(None);
                continue;
            };
            if !responses.contains_key(&path) {
                let exchange = self.exchange(&Request::get(&path)).await;
                responses.insert(path.clone(), exchange.response.ok());
            }
            let response = responses.get(&path).and_then(Option::as_ref);
            snippets.push(response.map(|response| self.snippet(finding, &path, response)));
        }
    }

    /// The path under `/churnkey` of a request that reads data as the dashboard does, by its curl
    /// command. The e-mail addresses of live data are not in the command, so that there is none.
    fn path(&self, curl: &str) -> Option<String> {
        let words = shlex::split(curl)?;
        let has = |word: &str| words.iter().any(|other| other == word);
        let is_read = !has("-d") && !has("-X") && !curl.contains("[redacted]");
        let is_usual = has("Authorization: Bearer $CK_INTEGRATION_TOKEN")
            && has(&format!("X-Churnkey-Mode: {}", self.mode().as_str()));
        let root = format!("{}/churnkey", self.client.target());
        let path = words.last()?.strip_prefix(&root)?;
        (is_read && is_usual && path.starts_with('/')).then(|| path.to_owned())
    }

    fn snippet(&self, finding: &Finding, path: &str, response: &Response) -> Snippet {
        let status = status(response);
        let Ok(mut value) = response.json() else {
            let text = String::from_utf8_lossy(&response.body);
            let lines: Vec<_> = text.lines().take(12).collect();
            return Snippet {
                place: None,
                item: None,
                status,
                body: Marked::text(&lines),
            };
        };
        self.scrub.value(&mut value);
        let note = format!("expected {}, found {}", finding.expected, finding.found);
        let place = place(finding, path, &value);
        let body = match (&place, &finding.path) {
            (Some(place), _) => Marked::new(
                &value,
                &[Mark {
                    place: place.clone(),
                    note,
                }],
            ),
            (None, Some(path)) => Marked::new(&value, &[]).mark_first(path, &note),
            (None, None) => Marked::new(&value, &[]),
        };
        Snippet {
            item: place.as_deref().and_then(|place| item(&value, place)),
            place,
            status,
            body: body.excerpt(),
        }
    }

    /// Removes the token from a report. A report quotes error messages of the provider, which may
    /// contain the token.
    fn without_token_in(&self, mut report: Report) -> Report {
        let clean = |text: &mut String| {
            if let Some(clean) = self.scrubbed(text) {
                *text = clean;
            }
        };
        for finding in &mut report.findings {
            clean(&mut finding.expected);
            clean(&mut finding.found);
            finding.path.iter_mut().for_each(clean);
            finding.request.iter_mut().for_each(clean);
        }
        for module in &mut report.modules {
            for check in &mut module.checks {
                check.reason.iter_mut().for_each(clean);
            }
        }
        for change in &mut report.changes {
            clean(&mut change.customer_id);
            change.subscription_id.iter_mut().for_each(clean);
            clean(&mut change.what);
        }
        report
    }
}

/// The place of a finding in a response, which is an item or a page of items.
fn place(finding: &Finding, path: &str, value: &Value) -> Option<String> {
    let module = module_of(path)?;
    let wanted = finding.path.as_deref().unwrap_or_default();
    let first = |item: &Value| {
        let mut flaws = flaws(module, item).into_iter();
        let is_it = |flaw: &churnkey_verify::internal::ModelFlaw| {
            flaw.module == finding.module
                && flaw.path == wanted
                && flaw.expected == finding.expected
        };
        flaws.find(is_it).map(|flaw| flaw.place)
    };
    match value.get("data").and_then(Value::as_array) {
        Some(items) => (0..).zip(items).find_map(|(index, item)| {
            let place = first(item)?;
            let dot = if place.is_empty() { "" } else { "." };
            Some(format!("data[{index}]{dot}{place}"))
        }),
        None => first(value),
    }
}

/// The id of the item at a place, which is the whole value or one of a page.
fn item(value: &Value, place: &str) -> Option<String> {
    let index = place
        .strip_prefix("data[")
        .and_then(|rest| rest.split_once(']'));
    let item = match index {
        Some((index, _)) => value.get("data")?.get(index.parse::<usize>().ok()?)?,
        None => value,
    };
    Some(item.get("id")?.as_str()?.to_owned())
}

/// The module whose model the response to a path has.
fn module_of(path: &str) -> Option<Module> {
    let path = path.split('?').next()?;
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let first = segments.next()?;
    match segments.nth(1) {
        Some("subscriptions") => Some(Module::Subscriptions),
        _ => Module::named(first).filter(|module| module.is_controller()),
    }
}

/// Returns true if a finding is that there was no response.
fn is_lost(finding: &Finding) -> bool {
    finding.id == format!("{}.answer", finding.module)
}

/// Removes the findings that there was no response, which are no faults of the provider's code.
fn remove_lost(report: &mut Report) {
    let lost: Vec<_> = report
        .findings
        .extract_if(.., |finding| is_lost(finding))
        .collect();
    report.complete = false;
    for module in &mut report.modules {
        let own = |finding: &&Finding| finding.module == module.module;
        if !lost.iter().any(|finding| own(&finding)) {
            continue;
        }
        for check in &mut module.checks {
            if lost.iter().any(|finding| finding.id == check.id) {
                check.outcome = Outcome::Skipped;
                check.reason = Some("the provider could not be reached any more".to_owned());
            }
        }
        if !report.findings.iter().any(|finding| own(&finding)) {
            module.state = State::Skipped;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn finding(module: &str, path: &str, expected: &str) -> Finding {
        serde_json::from_value(json!({
            "id": format!("{module}.model"), "module": module, "severity": "error", "known": "doc",
            "cause": "wrong-data-format", "rule": "r", "path": path, "expected": expected,
            "found": "a string", "fix": "f", "count": 1,
        }))
        .expect("a finding")
    }

    #[test]
    fn place_of_a_finding_has_indexes() {
        let price = |unit| {
            json!({
                "id": "p", "type": "standalone", "duration": { "amount": 1, "unit": "month" },
                "amount": { "model": "fixed", "currency": "USD", "unit": unit },
            })
        };
        let page = json!({ "data": [price(json!(1)), price(json!("9.00"))] });
        let finding = finding("prices", "amount.unit", "a whole number of minor units");
        let found = |path: &str, value: &Value| place(&finding, path, value);
        assert_eq!(
            found("/prices?limit=10", &page).as_deref(),
            Some("data[1].amount.unit")
        );
        assert_eq!(
            found("/prices/p", &price(json!("9.00"))).as_deref(),
            Some("amount.unit")
        );
        assert_eq!(item(&page, "data[1].amount.unit").as_deref(), Some("p"));
        assert_eq!(item(&page, "data[2].amount.unit"), None);
        assert_eq!(found("/prices/p", &price(json!(9))), None);
        assert_eq!(found("/features", &page), None);
    }

    #[test]
    fn module_follows_from_the_path() {
        for (path, module) in [
            ("/customers/a/subscriptions/b", Some(Module::Subscriptions)),
            ("/customers/a", Some(Module::Customers)),
            ("/customers?limit=2", Some(Module::Customers)),
            ("/families", Some(Module::Families)),
            ("/features", None),
            ("/cancel", None),
        ] {
            assert_eq!(module_of(path), module, "{path}");
        }
    }

    #[test]
    fn lost_responses_are_no_findings() {
        let faulty = include_str!("../../report/tests/faulty.json");
        let mut report: Report = serde_json::from_str(faulty).expect("a report");
        let mut lost = finding("prices", "", "a complete response");
        lost.id = "prices.answer".to_owned();
        report.findings.push(lost);
        remove_lost(&mut report);
        assert!(!report.complete);
        assert!(report.findings.iter().all(|finding| !is_lost(finding)));
    }
}
