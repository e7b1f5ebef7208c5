//! One run under way: what it asks, what it was answered, and what it made of that.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::check::{self, CHECKS, Check, Module, Severity};
use crate::client::{Client, Request, Response, TransportError};
use crate::event::Event;
use crate::printable::tame;
use crate::report::{Change, CheckReport, Finding, ModuleReport, Outcome, Report, State};

/// Who is told what happens.
pub(crate) type Observer = Box<dyn Fn(Event) + Send + Sync>;

/// One run under way.
pub(crate) struct Session {
    pub(crate) client: Client,
    observer: Option<Observer>,
    record: Mutex<Record>,
}

#[derive(Default)]
struct Record {
    current: Option<Module>,
    modules: BTreeMap<Module, Noted>,
    findings: BTreeMap<(String, Option<String>), Finding>,
    changes: Vec<Change>,
    stopped: Option<String>,
    incomplete: bool,
}

#[derive(Default)]
struct Noted {
    features: Vec<String>,
    absent: bool,
    items: u64,
    checks: BTreeMap<&'static str, (Outcome, Option<String>)>,
}

/// A broken rule, on its way to becoming a finding.
#[derive(Debug)]
pub(crate) struct Fault<'a> {
    pub(crate) check: &'static Check,
    pub(crate) module: Module,
    pub(crate) path: Option<String>,
    pub(crate) expected: String,
    pub(crate) found: String,
    pub(crate) request: Option<&'a Request>,
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
        }
    }

    pub(crate) fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    pub(crate) fn request(mut self, request: &'a Request) -> Self {
        self.request = Some(request);
        self
    }
}

impl Session {
    pub(crate) fn new(client: Client, observer: Option<Observer>) -> Self {
        Self {
            client,
            observer,
            record: Mutex::default(),
        }
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, event: Event) {
        if let Some(observer) = &self.observer {
            observer(event);
        }
    }

    /// A module is being looked at from here on.
    pub(crate) fn begin(&self, module: Module) {
        let mut record = self.record();
        record.current = Some(module);
        record.modules.entry(module).or_default();
        drop(record);
        self.tell(Event::Began(module));
    }

    /// All of a module has been looked at.
    pub(crate) fn end(&self, module: Module) {
        let report = self.record().report(module);
        self.tell(Event::Ended(report));
    }

    /// What a module supports, in words.
    pub(crate) fn features(&self, module: Module, features: Vec<String>) {
        self.record().modules.entry(module).or_default().features = features;
    }

    /// The manifest does not declare a module.
    pub(crate) fn absent(&self, module: Module) {
        self.record().modules.entry(module).or_default().absent = true;
    }

    /// Items of a module's lists were read.
    pub(crate) fn saw(&self, module: Module, items: u64) {
        self.record().modules.entry(module).or_default().items += items;
    }

    /// A rule held in one place.
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

    /// A rule could not be looked at; it counts if it could not be looked at anywhere.
    pub(crate) fn skip(&self, check: &'static Check, module: Module, reason: impl Into<String>) {
        let mut record = self.record();
        // What a run that is over did not come to, it did not come to for that reason and no other.
        let reason = record.stopped.clone().unwrap_or_else(|| reason.into());
        let checks = &mut record.modules.entry(module).or_default().checks;
        checks
            .entry(check.name)
            .or_insert((Outcome::Skipped, Some(reason)));
    }

    /// Skips all checks of a module that have not been looked at.
    pub(crate) fn skip_rest(&self, module: Module, reason: &str) {
        for check in CHECKS {
            if check.modules.contains(&module) {
                self.skip(check, module, reason);
            }
        }
    }

    /// A rule is broken in one place.
    pub(crate) fn fail(&self, fault: Fault<'_>) {
        let id = fault.check.id(fault.module);
        let mut record = self.record();
        let checks = &mut record.modules.entry(fault.module).or_default().checks;
        checks.insert(fault.check.name, (Outcome::Failed, None));
        let path = record.place(&id, fault.path);
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
            fix: fault.check.fix.to_owned(),
            count: 1,
        };
        entry.insert(finding.clone());
        drop(record);
        self.tell(Event::Found(finding));
    }

    /// Whether a check has a finding already.
    pub(crate) fn has_failed(&self, check: &'static Check, module: Module) -> bool {
        let record = self.record();
        let noted = record.modules.get(&module);
        noted
            .is_some_and(|noted| matches!(noted.checks.get(check.name), Some((Outcome::Failed, _))))
    }

    /// An action changed the provider's data.
    pub(crate) fn changed(&self, change: Change) {
        self.record().changes.push(change);
    }

    /// Why no more requests are sent, if a limit of the run was reached.
    pub(crate) fn stopped(&self) -> Option<String> {
        self.record().stopped.clone()
    }

    /// Something that was to be checked was not.
    pub(crate) fn incomplete(&self) {
        self.record().incomplete = true;
    }

    /// Sends a request. What becomes of a limit of the run is seen to; all else is the caller's to judge.
    pub(crate) async fn send(&self, request: &Request) -> Result<Response, TransportError> {
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
        drop(record);
        if let Some(module) = module {
            self.tell(Event::Progress {
                module,
                items: items.unwrap_or_default(),
                requests: self.client.sent(),
            });
        }
        response
    }

    /// Sends a request and reads the answer; without one, the finding is recorded.
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

    /// Records that there was no answer.
    pub(crate) fn transport_failed(
        &self,
        module: Module,
        request: &Request,
        error: &TransportError,
    ) {
        if !error.is_limit() {
            let fault = Fault::new(&check::ANSWER, module, "a whole answer", error.to_string());
            self.fail(fault.request(request));
        }
    }

    /// Sends a request that must be answered with 200 and JSON; otherwise the finding is recorded.
    pub(crate) async fn fetch(&self, module: Module, request: &Request) -> Option<Value> {
        let response = self.exchange(module, request).await?;
        if response.status != 200 {
            let fault = Fault::new(&check::STATUS, module, "200", status(&response));
            self.fail(fault.request(request));
            return None;
        }
        self.pass(&check::STATUS, module);
        self.read(module, request, &response)
    }

    /// Reads the JSON of an answer; otherwise the finding is recorded.
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
                self.fail(fault.request(request));
                return None;
            }
        };
        self.pass(&check::JSON, module);
        match response.media_type() {
            Some("application/json") => self.pass(&check::CONTENT_TYPE, module),
            other => {
                let found = other.map_or("no such header".to_owned(), tame);
                let fault = Fault::new(&check::CONTENT_TYPE, module, "application/json", found);
                self.fail(fault.request(request));
            }
        }
        Some(value)
    }

    /// Everything that was found.
    pub(crate) fn report(&self) -> Report {
        let record = self.record();
        let mut findings: Vec<_> = record.findings.values().cloned().collect();
        findings.sort_by(|one, other| {
            let worst_first = other.severity.cmp(&one.severity);
            worst_first.then(one.module.cmp(&other.module))
        });
        Report {
            version: 1,
            target: self.client.target(),
            mode: self.client.mode().as_str().to_owned(),
            complete: !record.incomplete,
            requests: self.client.sent(),
            milliseconds: u64::try_from(self.client.elapsed().as_millis()).unwrap_or(u64::MAX),
            modules: record
                .modules
                .keys()
                .map(|module| record.report(*module))
                .collect(),
            findings,
            changes: record.changes.clone(),
        }
    }
}

impl Record {
    /// The place that a finding is told of. Where a provider makes up names of fields, there is no end of places.
    fn place(&self, id: &str, path: Option<String>) -> Option<String> {
        const MOST: usize = 25;
        let key = (id.to_owned(), path);
        if self.findings.contains_key(&key) {
            return key.1;
        }
        let of_check = self.findings.range((key.0.clone(), None)..);
        let places = of_check.take_while(|((other, _), _)| *other == key.0);
        match places.count() {
            0..MOST => key.1,
            _ => Some("other places".to_owned()),
        }
    }

    fn report(&self, module: Module) -> ModuleReport {
        let nothing = Noted::default();
        let noted = self.modules.get(&module).unwrap_or(&nothing);
        let mut checks = Vec::new();
        for check in CHECKS {
            if let Some((outcome, reason)) = noted.checks.get(check.name)
                && check.modules.contains(&module)
            {
                checks.push(CheckReport {
                    id: check.id(module),
                    outcome: *outcome,
                    reason: reason.clone(),
                });
            }
        }
        let faulty = self
            .findings
            .values()
            .any(|finding| finding.module == module && finding.severity == Severity::Error);
        let looked = checks.iter().any(|check| check.outcome != Outcome::Skipped);
        ModuleReport {
            module,
            state: match (faulty, looked) {
                (true, _) => State::Faulty,
                (false, true) => State::Good,
                (false, false) if noted.absent => State::Absent,
                (false, false) => State::Skipped,
            },
            features: noted.features.clone(),
            items: noted.items,
            checks,
        }
    }
}

/// A status in words. In test mode, what an error says is told too, tamed and shortened.
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
                // Many say no more than the status does.
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
