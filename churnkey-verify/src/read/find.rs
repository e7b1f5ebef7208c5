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
        // In a path, a `+` is a plus sign, and a client need not encode it.
        let plus = values.iter().find(|value| value.contains('+'));
        let plus = plus.map(|value| (*value, encoded(value).replace("%2B", "+")));
        let values = values.iter().take(TRIES);
        let values = values.map(|value| (*value, encoded(value))).chain(plus);
        for (value, segment) in values {
            let mut request = Request::get(format_args!("/customers/{field}/{segment}"));
            request.is_personal = true;
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
        if self.session.has_failed(&check::STATUS, CUSTOMERS) {
            self.session.skip(
                &check::FIND_UNKNOWN,
                CUSTOMERS,
                "the search for a known customer failed",
            );
        } else {
            let path = format!("/customers/{field}/{}", encoded(unknown));
            self.not_found(&check::FIND_UNKNOWN, CUSTOMERS, path).await;
        }
        true
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
