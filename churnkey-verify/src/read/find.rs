//! The optional search for a customer by e-mail or phone.

use serde_json::Value;

use super::item::Retrieved;
use super::reading::Reading;
use crate::check;
use crate::client::{Request, encoded};
use crate::module::Module;
use crate::session::Fault;

const CUSTOMERS: Module = Module::Customers;
/// Number of customers for which each search is sent.
const TRIES: usize = 10;

/// A search. The segment of the path is percent-encoded.
fn search(field: &str, segment: &str) -> Request {
    Request {
        is_personal: true,
        ..Request::get(format_args!("/customers/{field}/{segment}"))
    }
}

impl Reading<'_> {
    pub(super) async fn finds(&self, customers: &[Value]) {
        let email = self
            .find(
                customers,
                "email",
                "churnkey-verify-unknown@example.invalid",
            )
            .await;
        let phone = self.find(customers, "phone", "+10000000000").await;
        if email || phone {
            return;
        }
        let reason = "the provider has no search by e-mail or phone, which is optional, or no known customer has either";
        for check in [
            &check::FIND_LISTED,
            &check::FIND_OTHER,
            &check::FIND_UNKNOWN,
        ] {
            self.session.skip(check, CUSTOMERS, reason);
        }
    }

    /// Searches for customers by a field. Returns true if the provider has this search.
    async fn find(&self, customers: &[Value], field: &'static str, unknown: &str) -> bool {
        let mut missed = None;
        let mut found = false;
        let values = customers
            .iter()
            .filter_map(|customer| customer.get(field)?.as_str());
        let values: Vec<_> = values.filter(|value| !value.is_empty()).collect();
        let all = values.clone();
        // In a path, a `+` is a plus sign, and a client need not encode it.
        let plus = values.iter().find(|value| value.contains('+'));
        let plus = plus.map(|value| (*value, encoded(value).replace("%2B", "+")));
        let values = values.iter().take(TRIES);
        let values = values.map(|value| (*value, encoded(value))).chain(plus);
        let values: Vec<_> = values.collect();
        let searches = values.iter().map(|(_, segment)| search(field, segment));
        self.session.ahead(searches).await;
        for (value, segment) in values {
            let request = search(field, &segment);
            let Some(response) = self.session.exchange(CUSTOMERS, &request).await else {
                return true;
            };
            match response.status {
                // The manifest does not list this route. Without any result it counts as absent.
                _ if self.is_absent(&response).await => missed = Some(request),
                _ => {
                    found = true;
                    self.found(field, value, &request).await;
                }
            }
        }
        if !found {
            return false;
        }
        match missed {
            None => self.session.pass(&check::FIND_LISTED, CUSTOMERS),
            Some(request) => {
                let fault = Fault::new(&check::FIND_LISTED, CUSTOMERS, "200", "404 Not Found");
                self.session.fail(fault.request(&request));
            }
        }
        if self.session.has_failed(&check::FIND_OTHER, CUSTOMERS) {
            let reason = "a search returns another customer";
            self.session.skip(&check::FIND_UNKNOWN, CUSTOMERS, reason);
            return true;
        }
        if self.session.has_failed(&check::STATUS, CUSTOMERS) {
            self.session.skip(
                &check::FIND_UNKNOWN,
                CUSTOMERS,
                "the search for a known customer failed",
            );
        } else {
            let path = format!("/customers/{field}/{}", encoded(unknown));
            let is_found = !self.not_found(&check::FIND_UNKNOWN, CUSTOMERS, path).await;
            if !is_found && let Some(value) = all.first() {
                self.parts(field, value, &all).await;
            }
        }
        true
    }

    /// Searches for a part of a value, which must find no customer.
    async fn parts(&self, field: &'static str, value: &str, all: &[&str]) {
        let mut shorter = value.chars();
        shorter.next_back();
        let end = value.chars().next().map_or(0, char::len_utf8);
        for part in [shorter.as_str(), &value[end..]] {
            if part.is_empty() || all.contains(&part) {
                continue;
            }
            let request = search(field, &encoded(part));
            let Ok(response) = self.session.send(&request).await else {
                return;
            };
            let customer = response.json().unwrap_or_default();
            // A provider may complete or format a phone number.
            let is_whole = customer.get(field).and_then(Value::as_str) == Some(value);
            if response.status == 200 && is_whole && field == "email" {
                let expected = "404 for a part of a value";
                let found = "the customer with the whole value";
                let fault = Fault::new(&check::FIND_OTHER, CUSTOMERS, expected, found);
                self.session.fail(fault.path(field).request(&request));
                return;
            }
        }
    }

    async fn found(&self, field: &'static str, value: &str, request: &Request) {
        let Retrieved::Item(customer) = self.retrieve(CUSTOMERS, request).await else {
            return;
        };
        if !self.item(CUSTOMERS, request, &customer) {
            return;
        }
        let value_found = customer.get(field).and_then(Value::as_str);
        match value_found.is_some_and(|found| found.eq_ignore_ascii_case(value)) {
            true => self.session.pass(&check::FIND_OTHER, CUSTOMERS),
            false => {
                let expected = format!("a customer with the requested {field}");
                let fault = Fault::new(
                    &check::FIND_OTHER,
                    CUSTOMERS,
                    expected,
                    "a customer with another value",
                );
                self.session.fail(fault.path(field).request(request));
            }
        }
    }
}
