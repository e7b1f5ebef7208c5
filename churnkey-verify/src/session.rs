//! State of a run: sends requests and records results.

use std::collections::btree_map::Entry;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::check::{self, CHECKS, Check};
use crate::client::{Client, Request, Response, TransportError};
use crate::event::Event;
use crate::module::Module;
use crate::printable::tame;
use crate::report::{Change, Finding, Outcome, Report, coverage, group};

mod ahead;
pub(crate) mod fix;
mod record;

use record::Record;

/// Callback for events.
pub(crate) type Observer = Box<dyn Fn(Event) + Send + Sync>;

/// State of a run.
pub(crate) struct Session {
    pub(crate) client: Client,
    observer: Option<Observer>,
    record: Mutex<Record>,
    /// Number of requests that are sent at the same time.
    pub(crate) jobs: usize,
}

/// A broken rule, from which `Session::fail` creates a finding.
#[derive(Debug)]
pub(crate) struct Fault<'a> {
    pub(crate) check: &'static Check,
    pub(crate) module: Module,
    pub(crate) path: Option<String>,
    pub(crate) expected: String,
    pub(crate) found: String,
    pub(crate) request: Option<&'a Request>,
    /// Id of the item with the fault.
    pub(crate) item: Option<String>,
    /// A fix for this value, in place of the one of the check.
    pub(crate) fix: Option<String>,
}

impl<'a> Fault<'a> {
    pub(crate) fn new(
        check: &'static Check,
        module: Module,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            check,
            module,
            path: None,
            expected: expected.into(),
            found: found.into(),
            request: None,
            item: None,
            fix: None,
        }
    }

    /// A wrong status of a response.
    pub(crate) fn status(
        check: &'static Check,
        module: Module,
        expected: &str,
        request: &'a Request,
        response: &Response,
    ) -> Self {
        let fault = Self::new(check, module, expected, status(response)).request(request);
        Self {
            fix: fix::of_status(request, response),
            ..fault
        }
    }

    pub(crate) fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    pub(crate) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    pub(crate) fn item(mut self, id: &str) -> Self {
        self.item = Some(tame(id));
        self
    }

    pub(crate) fn request(mut self, request: &'a Request) -> Self {
        self.request = Some(request);
        self
    }
}

impl Session {
    pub(crate) fn new(client: Client, observer: Option<Observer>, jobs: usize) -> Self {
        Self {
            jobs: jobs.max(1),
            client,
            observer,
            record: Mutex::default(),
        }
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn emit(&self, event: Event) {
        if let Some(observer) = &self.observer {
            observer(event);
        }
    }

    /// Records the begin of a module.
    pub(crate) fn begin(&self, module: Module) {
        let mut record = self.record();
        record.current = Some(module);
        record.begun += 1;
        record.modules.entry(module).or_default();
        drop(record);
        self.emit(Event::Began(module));
    }

    /// Records the end of a module.
    pub(crate) fn end(&self, module: Module) {
        let report = self.record().report(module);
        self.emit(Event::Ended(report));
    }

    /// Records the features of a module, in words.
    pub(crate) fn features(&self, module: Module, features: Vec<String>) {
        self.record().modules.entry(module).or_default().features = features;
    }

    /// Records that the manifest does not declare a module.
    pub(crate) fn absent(&self, module: Module) {
        self.record().modules.entry(module).or_default().absent = true;
    }

    /// Adds to the number of items that were read from the lists of a module.
    pub(crate) fn add_items(&self, module: Module, items: u64) {
        self.record().modules.entry(module).or_default().items += items;
    }

    /// Records that a rule holds in one place.
    pub(crate) fn pass(&self, check: &'static Check, module: Module) {
        let mut record = self.record();
        let checks = &mut record.modules.entry(module).or_default().checks;
        match checks.entry(check.name) {
            Entry::Vacant(entry) => drop(entry.insert((Outcome::Passed, None))),
            Entry::Occupied(mut entry) if entry.get().0 == Outcome::Skipped => {
                entry.insert((Outcome::Passed, None));
            }
            Entry::Occupied(_) => {}
        }
    }

    /// Records that a check could not run. It counts as skipped only if it ran nowhere.
    pub(crate) fn skip(&self, check: &'static Check, module: Module, reason: impl Into<String>) {
        let mut record = self.record();
        // If the run was stopped, the remaining checks are skipped for that reason.
        let reason = record.stopped.clone().unwrap_or_else(|| reason.into());
        let checks = &mut record.modules.entry(module).or_default().checks;
        checks
            .entry(check.name)
            .or_insert((Outcome::Skipped, Some(reason)));
    }

    /// Skips all checks of a module that did not run.
    pub(crate) fn skip_rest(&self, module: Module, reason: &str) {
        for check in CHECKS {
            if check.modules.contains(&module) {
                self.skip(check, module, reason);
            }
        }
    }

    /// Records that a rule is broken in one place.
    pub(crate) fn fail(&self, fault: Fault<'_>) {
        let id = fault.check.id(fault.module);
        let mut record = self.record();
        let checks = &mut record.modules.entry(fault.module).or_default().checks;
        checks.insert(fault.check.name, (Outcome::Failed, None));
        let path = record.path_of(&id, fault.path);
        let entry = match record.findings.entry((id.clone(), path.clone())) {
            Entry::Occupied(mut known) => {
                known.get_mut().count += 1;
                return;
            }
            Entry::Vacant(entry) => entry,
        };
        let finding = Finding {
            id,
            module: fault.module,
            severity: fault.check.severity,
            known: fault.check.known,
            cause: fault.check.cause,
            rule: fault.check.rule.to_owned(),
            path,
            expected: fault.expected,
            found: fault.found,
            request: fault.request.map(|request| self.client.curl(request)),
            fix: fault.fix.unwrap_or_else(|| fault.check.fix.to_owned()),
            count: 1,
            item: fault.item,
            also: Vec::new(),
        };
        entry.insert(finding.clone());
        drop(record);
        self.emit(Event::Found(finding));
    }

    /// Returns true if a check has a finding.
    pub(crate) fn has_failed(&self, check: &'static Check, module: Module) -> bool {
        let record = self.record();
        let module_record = record.modules.get(&module);
        module_record.is_some_and(|module_record| {
            matches!(
                module_record.checks.get(check.name),
                Some((Outcome::Failed, _))
            )
        })
    }

    /// Returns true if a check has passed everywhere so far.
    pub(crate) fn has_passed(&self, check: &'static Check, module: Module) -> bool {
        let record = self.record();
        let outcome = record
            .modules
            .get(&module)
            .and_then(|module_record| module_record.checks.get(check.name));
        matches!(outcome, Some((Outcome::Passed, _)))
    }

    /// Records a change of the provider's data.
    pub(crate) fn changed(&self, change: Change) {
        self.record().changes.push(change);
    }

    /// The reason why the run was stopped, if a limit was reached.
    pub(crate) fn stopped(&self) -> Option<String> {
        self.record().stopped.clone()
    }

    /// Sets the modules that the run must exercise.
    pub(crate) fn expect(&self, modules: Vec<Module>) {
        self.record().expected = modules;
    }

    /// Sets the number of modules of the run.
    pub(crate) fn plan(&self, modules: usize) {
        self.record().total = modules;
    }

    /// Records that a part of the run is missing.
    pub(crate) fn incomplete(&self) {
        self.record().incomplete = true;
    }

    /// Sends a request, and stops the run if a limit is reached. Records no finding.
    ///
    /// A request that was sent ahead has its response already.
    pub(crate) async fn send(&self, request: &Request) -> Result<Response, TransportError> {
        match self.take_ahead(request) {
            Some(response) => Ok(response),
            None => self.send_now(request).await,
        }
    }

    async fn send_now(&self, request: &Request) -> Result<Response, TransportError> {
        let response = self.client.send(request).await;
        let mut record = self.record();
        if let Err(error) = &response
            && error.is_limit()
        {
            record.stopped = Some(error.to_string());
            record.incomplete = true;
        }
        let module = record.current;
        let items = module.and_then(|module| Some(record.modules.get(&module)?.items));
        let (position, modules) = (record.begun, record.total);
        drop(record);
        if let Some(module) = module {
            self.emit(Event::Progress {
                module,
                items: items.unwrap_or_default(),
                requests: self.client.sent(),
                position,
                modules,
            });
        }
        response
    }

    /// Sends a request, and records a finding if there is no complete response.
    pub(crate) async fn exchange(&self, module: Module, request: &Request) -> Option<Response> {
        match self.send(request).await {
            Ok(response) => {
                self.pass(&check::ANSWER, module);
                Some(response)
            }
            Err(error) => {
                self.transport_failed(module, request, &error);
                None
            }
        }
    }

    /// Records a finding for a missing response.
    pub(crate) fn transport_failed(
        &self,
        module: Module,
        request: &Request,
        error: &TransportError,
    ) {
        if !error.is_limit() {
            let fault = Fault::new(
                &check::ANSWER,
                module,
                "a complete response",
                error.to_string(),
            );
            self.fail(fault.request(request));
        }
    }

    /// Sends a request, and records a finding if the response is not 200 with JSON.
    pub(crate) async fn fetch(&self, module: Module, request: &Request) -> Option<Value> {
        let response = self.exchange(module, request).await?;
        self.document(module, request, &response)
    }

    /// Reads a response, and records a finding if it is not 200 with JSON.
    pub(crate) fn document(
        &self,
        module: Module,
        request: &Request,
        response: &Response,
    ) -> Option<Value> {
        if response.status != 200 {
            self.fail(Fault::status(
                &check::STATUS,
                module,
                "200",
                request,
                response,
            ));
            return None;
        }
        self.pass(&check::STATUS, module);
        self.read(module, request, response)
    }

    /// Reads the JSON of a response, and records a finding if it has none.
    pub(crate) fn read(
        &self,
        module: Module,
        request: &Request,
        response: &Response,
    ) -> Option<Value> {
        let value = match response.json() {
            Ok(value) => value,
            Err(no_json) => {
                let fault = Fault::new(&check::JSON, module, "JSON", no_json.to_string());
                let fault = fault.fix(fix::of_json(&no_json));
                self.fail(fault.request(request));
                return None;
            }
        };
        if is_json_in_string(&value) {
            let found = "a JSON string that contains JSON";
            let fault = Fault::new(&check::JSON, module, "JSON", found);
            self.fail(fault.fix(fix::JSON_IN_STRING).request(request));
            return None;
        }
        self.pass(&check::JSON, module);
        let media_type = response.media_type();
        match media_type.as_deref() {
            Some("application/json") => self.pass(&check::CONTENT_TYPE, module),
            other => {
                let found = other.map_or("no such header".to_owned(), tame);
                let fault = Fault::new(&check::CONTENT_TYPE, module, "application/json", found);
                self.fail(fault.request(request));
            }
        }
        Some(value)
    }

    /// The report of the run so far.
    pub(crate) fn report(&self) -> Report {
        let record = self.record();
        let mut findings: Vec<_> = record.findings.values().cloned().collect();
        findings.sort_by(|one, other| {
            let worst_first = other.severity.cmp(&one.severity);
            worst_first.then(one.module.cmp(&other.module))
        });
        let modules: Vec<_> = record
            .modules
            .keys()
            .map(|module| record.report(*module))
            .collect();
        Report {
            version: 1,
            target: self.client.target(),
            mode: self.client.mode().as_str().to_owned(),
            complete: !record.incomplete,
            requests: self.client.sent(),
            milliseconds: u64::try_from(self.client.elapsed().as_millis()).unwrap_or(u64::MAX),
            actions_sent: self.client.posted(),
            coverage: coverage::of(&modules, &record.expected),
            modules,
            findings: group::joined(findings),
            changes: record.changes.clone(),
        }
    }
}

/// Returns true for a document that was serialised twice.
fn is_json_in_string(value: &Value) -> bool {
    let inner = value.as_str().map(serde_json::from_str::<Value>);
    matches!(inner, Some(Ok(Value::Object(_) | Value::Array(_))))
}

/// The status of a response in words. In test mode, the message of an error follows.
pub(crate) fn status(response: &Response) -> String {
    let reason = axum::http::StatusCode::from_u16(response.status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default();
    let status = format!("{} {reason}", response.status);
    let status = status.trim_end();
    if (300..400).contains(&response.status) {
        return format!("{status}, a redirect");
    }
    match response.json() {
        Ok(Value::Object(fields)) if response.status >= 400 && !response.is_live => {
            match fields.get("message") {
                // Many messages only repeat the status.
                Some(Value::String(message)) if !message.eq_ignore_ascii_case(reason) => {
                    format!("{status}: {}", tame(message))
                }
                _ => status.to_owned(),
            }
        }
        _ => status.to_owned(),
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}
