//! Checks of single items, which come from a list, a retrieve or a search.

use serde_json::Value;

use super::reading::{Reading, id};
use crate::check;
use crate::client::{Request, Response, encoded};
use crate::model::{self, ModelFlaw};
use crate::module::Module;
use crate::session::{Fault, status};

/// An unknown id. Its text explains it in the log of a provider.
pub(crate) const UNKNOWN: &str = "churnkey-verify-unknown";
/// An unknown id with characters that are percent-encoded in a path.
const ODD: &str = "churnkey verify/unknown+id@100%?#\u{fc}";

/// The result of a retrieve.
pub(crate) enum Retrieved {
    Item(Value),
    NotFound,
    /// A finding was recorded, or a limit of the run was reached.
    Broken,
}

impl Reading<'_> {
    /// Checks a model. Returns true if it has no fault.
    pub(crate) fn item(&self, module: Module, request: &Request, item: &Value) -> bool {
        let flaws = model::flaws(module, item);
        let good = flaws.iter().all(|flaw| flaw.is_unknown_field);
        let is_misspelt = flaws.iter().any(|flaw| flaw.is_misspelt);
        // Without an id, it is another document, whose fields need no findings.
        let has_id = item.get("id").is_some();
        self.session.pass(&check::MODEL, module);
        self.session.pass(&check::UNKNOWN_FIELD, module);
        self.session.pass(&check::EXTRA_FIELD, module);
        for flaw in flaws
            .into_iter()
            .filter(|flaw| has_id || !flaw.is_unknown_field)
        {
            self.flaw(request, item, flaw);
        }
        // A misspelt field is not missing.
        if good && !is_misspelt {
            self.recommended(module, request, item);
        }
        good
    }

    fn flaw(&self, request: &Request, item: &Value, flaw: ModelFlaw) {
        let check = match (flaw.is_unknown_field, flaw.is_misspelt) {
            (true, true) => &check::UNKNOWN_FIELD,
            (true, false) => &check::EXTRA_FIELD,
            (false, _) => &check::MODEL,
        };
        let mut fault = Fault::new(check, flaw.module, flaw.expected, flaw.found).request(request);
        fault.fix = flaw.fix;
        if let Some(id) = item.get("id").and_then(Value::as_str) {
            fault = fault.item(id);
        }
        self.session.fail(match flaw.path.is_empty() {
            true => fault,
            false => fault.path(flaw.path),
        });
    }

    /// Finds e-mail addresses and phone numbers that stand in the field of the other.
    fn address(&self, request: &Request, item: &Value) {
        let is_address = |field| {
            item.get(field)
                .and_then(Value::as_str)
                .map(|it| it.contains('@'))
        };
        for (path, expected, found) in [
            (
                "email",
                "an e-mail address",
                is_address("email") == Some(false),
            ),
            ("phone", "a phone number", is_address("phone") == Some(true)),
        ] {
            if found {
                let found = match path {
                    "email" => "a text without `@`",
                    _ => "an e-mail address",
                };
                let fault = Fault::new(&check::RECOMMENDED, Module::Customers, expected, found);
                self.session.fail(fault.path(path).request(request));
            }
        }
    }

    fn recommended(&self, module: Module, request: &Request, item: &Value) {
        let has = |field: &str| item.get(field).is_some_and(|value| !value.is_null());
        if module == Module::Customers {
            self.address(request, item);
        }
        let (holds, path) = match module {
            Module::Customers => (has("email") || has("phone"), "email"),
            Module::Prices => (has("name"), "name"),
            Module::Coupons => (has("code"), "code"),
            _ => return self.current_period(module, request, item),
        };
        match holds {
            true => self.session.pass(&check::RECOMMENDED, module),
            false => {
                let expected = match module {
                    Module::Customers => "`email` or `phone`".to_owned(),
                    _ => format!("`{path}`"),
                };
                let fault = Fault::new(&check::RECOMMENDED, module, expected, "nothing").path(path);
                self.session.fail(fault.item(id(item)).request(request));
            }
        }
    }

    fn current_period(&self, module: Module, request: &Request, item: &Value) {
        let is_active = item["status"]["name"] == "active";
        if module != Module::Subscriptions || !is_active {
            return;
        }
        match !item["status"]["currentPeriod"].is_null() {
            true => self.session.pass(&check::CURRENT_PERIOD, module),
            false => {
                let fault = Fault::new(&check::CURRENT_PERIOD, module, "a period", "nothing");
                let fault = fault.item(id(item)).path("status.currentPeriod");
                self.session.fail(fault.request(request));
            }
        }
    }

    /// Retrieves an item of a list and compares the two.
    ///
    /// Returns false if the item is not found.
    pub(crate) async fn retrieve_listed(&self, module: Module, path: &str, listed: &Value) -> bool {
        let id = id(listed);
        let request = Request::get(format_args!("{path}/{}", encoded(id)));
        let item = match self.retrieve(module, &request).await {
            Retrieved::Item(item) => item,
            Retrieved::Broken => return true,
            Retrieved::NotFound => {
                let fault = Fault::new(&check::RETRIEVE_LISTED, module, "200", "404 Not Found");
                self.session.fail(fault.item(id).request(&request));
                return false;
            }
        };
        self.session.pass(&check::RETRIEVE_LISTED, module);
        self.lookups.keep(module, id, &item);
        if !self.has_requested_id(module, &request, &item, id)
            || !self.item(module, &request, &item)
        {
            return true;
        }
        match model::same(module, listed, &item) || self.is_changing(module, &request, &item).await
        {
            true => self.session.pass(&check::RETRIEVE_DIFFERS, module),
            false => {
                let found = match differing(listed, &item) {
                    fields if fields.is_empty() => "another item".to_owned(),
                    fields => format!("other values in {}", fields.join(", ")),
                };
                let fault = Fault::new(
                    &check::RETRIEVE_DIFFERS,
                    module,
                    "the item in the list",
                    found,
                );
                self.session.fail(fault.item(id).request(&request));
            }
        }
        true
    }

    /// Returns true if an item has other values at each request, such as the time of it.
    async fn is_changing(&self, module: Module, request: &Request, item: &Value) -> bool {
        let response = self.session.send(request).await.ok();
        let again = response.filter(|response| response.status == 200);
        let again = again.and_then(|response| response.json().ok());
        again.is_some_and(|again| !model::same(module, item, &again))
    }

    fn has_requested_id(&self, module: Module, request: &Request, item: &Value, id: &str) -> bool {
        let found = item.get("id").and_then(Value::as_str);
        let holds = found.is_none_or(|found| found == id);
        match holds {
            true => self.session.pass(&check::RETRIEVE_OTHER, module),
            false => {
                let fault = Fault::new(
                    &check::RETRIEVE_OTHER,
                    module,
                    "the requested id",
                    "another id",
                );
                self.session.fail(fault.item(id).request(request));
            }
        }
        holds
    }

    pub(crate) async fn retrieve(&self, module: Module, request: &Request) -> Retrieved {
        let Some(response) = self.session.exchange(module, request).await else {
            return Retrieved::Broken;
        };
        match response.status {
            200 => {
                self.session.pass(&check::STATUS, module);
                match self.session.read(module, request, &response) {
                    Some(item) => Retrieved::Item(item),
                    None => Retrieved::Broken,
                }
            }
            404 => Retrieved::NotFound,
            _ => {
                let fault = Fault::status(&check::STATUS, module, "200", request, &response);
                self.session.fail(fault);
                Retrieved::Broken
            }
        }
    }

    /// Requests items that do not exist.
    ///
    /// `known` is the id of an item that exists.
    pub(crate) async fn retrieve_unknown(&self, module: Module, path: &str, known: Option<&str>) {
        let session = self.session;
        if session.has_failed(&check::STATUS, module) || session.has_failed(&check::ANSWER, module)
        {
            let reason = "known items could not be retrieved";
            session.skip(&check::RETRIEVE_UNKNOWN, module, reason);
            return session.skip(&check::RETRIEVE_ENCODED, module, reason);
        }
        if session.has_failed(&check::RETRIEVE_OTHER, module) {
            let reason = "the provider does not look up the requested id";
            session.skip(&check::RETRIEVE_UNKNOWN, module, reason);
            return session.skip(&check::RETRIEVE_ENCODED, module, reason);
        }
        let ids = [UNKNOWN.to_owned(), encoded(ODD)];
        let longer = known.map(|known| format!("{}{UNKNOWN}", encoded(known)));
        let ids = ids.into_iter().chain(longer);
        session
            .ahead(ids.map(|id| Request::get(format_args!("{path}/{id}"))))
            .await;
        if !self
            .not_found(
                &check::RETRIEVE_UNKNOWN,
                module,
                format!("{path}/{UNKNOWN}"),
            )
            .await
        {
            let reason = "an unknown id of plain characters does not get 404 either";
            return session.skip(&check::RETRIEVE_ENCODED, module, reason);
        }
        self.not_found(
            &check::RETRIEVE_ENCODED,
            module,
            format!("{path}/{}", encoded(ODD)),
        )
        .await;
        // A comparison of the beginning, or as numbers, finds a known item.
        if let Some(known) = known {
            let longer = format!("{path}/{}{UNKNOWN}", encoded(known));
            self.not_found(&check::RETRIEVE_UNKNOWN, module, longer)
                .await;
        }
    }

    /// Requests a path that must get 404. Returns true if it does.
    pub(crate) async fn not_found(
        &self,
        check: &'static check::Check,
        module: Module,
        path: String,
    ) -> bool {
        let request = Request::get(path);
        let Some(response) = self.session.exchange(module, &request).await else {
            return false;
        };
        if response.status == 404 {
            self.session.pass(check, module);
            // Without a known item, the endpoint may not exist at all.
            if self.session.has_passed(&check::MODEL, module)
                || self.session.has_failed(&check::MODEL, module)
            {
                self.error_shape(module, &request, &response);
            }
            return true;
        }
        let mut fault = Fault::new(check, module, "404", status(&response));
        if response.status < 300 {
            fault = fault.fix(format!(
                "Send 404 if nothing is found, not {} with another item or without one.",
                response.status
            ));
        }
        self.session.fail(fault.request(&request));
        false
    }

    /// Checks the body of an error.
    pub(crate) fn error_shape(&self, module: Module, request: &Request, response: &Response) {
        let body = response.json();
        let is_string = |body: &Value| body.get("code").is_some_and(Value::is_string);
        let fix = body
            .as_ref()
            .is_ok_and(is_string)
            .then(|| "Send `code` as a number, without quotation marks.".to_owned());
        let found = match &body {
            Err(no_json) => no_json.to_string(),
            Ok(body) => {
                let code = body.get("code").and_then(Value::as_u64);
                let message = body.get("message").and_then(Value::as_str);
                match (code, message) {
                    (Some(code), Some(_)) if code == u64::from(response.status) => {
                        return self.session.pass(&check::ERROR_SHAPE, module);
                    }
                    (Some(code), Some(_)) => {
                        format!("the code {code} with the status {}", response.status)
                    }
                    (None, _) => "no numeric `code`".to_owned(),
                    (_, None) => "no string `message`".to_owned(),
                }
            }
        };
        let expected = format!("{{\"code\":{},\"message\":\"..\"}}", response.status);
        let mut fault = Fault::new(&check::ERROR_SHAPE, module, expected, found);
        fault.fix = fix;
        self.session.fail(fault.request(request));
    }
}

/// The names of the fields in which two objects differ.
fn differing(one: &Value, other: &Value) -> Vec<String> {
    let (Some(one), Some(other)) = (one.as_object(), other.as_object()) else {
        return Vec::new();
    };
    let names = one
        .keys()
        .chain(other.keys().filter(|name| !one.contains_key(*name)));
    let differ = names.filter(|name| one.get(*name) != other.get(*name));
    differ
        .map(|name| format!("`{}`", crate::printable::tame(name)))
        .collect()
}
