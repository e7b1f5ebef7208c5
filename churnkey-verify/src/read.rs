//! The read side: checks each declared controller, in the order of their dependencies.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::check;
use crate::client::{Request, encoded};
use crate::manifest::DeclaredManifest;
use crate::module::Module;
use crate::samples::Samples;
use crate::session::{Fault, Session, status};
use crate::settings::Settings;

mod cross;
mod find;
mod item;
mod list;
mod lookups;
mod page;
mod paging;
mod reading;

use list::{List, Walked};
use reading::MAX_SAMPLES;

pub(crate) use item::UNKNOWN;
pub(crate) use reading::{Reading, id};

/// Number of customers without a list of subscriptions after which the list counts as absent.
const MAX_ABSENT: usize = 3;
/// Number of lists of subscriptions that are read with other limits and cursors.
const PAGED: usize = 1;

impl Reading<'_> {
    /// Checks a controller whose items are in one list, and returns sample items.
    pub(crate) async fn catalogue(&self, module: Module) -> Vec<Value> {
        let path = format!("/{module}");
        let optional = module == Module::Customers;
        let list = List {
            module,
            path: path.clone(),
            optional,
        };
        let (mut sample, ids) = match self.walk(&list, self.max_samples()).await {
            Walked::Broken => {
                self.session.skip_rest(module, "the list could not be read");
                return Vec::new();
            }
            Walked::Absent => {
                self.skip_lists(
                    module,
                    "the provider does not list customers, which is optional",
                );
                (self.named_customers().await, 0)
            }
            Walked::Read(contents) => {
                if contents.sound {
                    self.paging(&list, &contents).await;
                } else {
                    self.skip_lists(module, "the list cannot be read to its end");
                }
                let ids = contents.first_ids.len();
                (contents.sample, ids)
            }
        };
        if sample.is_empty() {
            let reason = match (module, ids) {
                (Module::Customers, 0) => "no customer is known: pass one with `--customer`",
                (_, 0) => "the list is empty",
                _ => "every item in the list has a fault",
            };
            self.session.skip(&check::RETRIEVE_LISTED, module, reason);
        }
        let mut missing = Vec::new();
        for (index, item) in sample.iter().enumerate() {
            if index.is_multiple_of(self.session.part()) {
                let next = sample[index..].iter();
                let retrieve = |item| Request::get(format_args!("{path}/{}", encoded(id(item))));
                self.session.ahead(next.map(retrieve)).await;
            }
            if !self.retrieve_listed(module, &path, item).await {
                missing.push(id(item).to_owned());
            }
            let request = Request::get(format_args!("{path}/{}", encoded(id(item))));
            self.typed(module, &request, item);
            self.references(module, &request, item).await;
            if self.gives_up(module) {
                break;
            }
        }
        // An item that does not exist would be a fault of each later check.
        sample.retain(|item| !missing.iter().any(|missing| missing == id(item)));
        self.retrieve_unknown(module, &path, sample.first().map(id))
            .await;
        if module == Module::Customers {
            self.finds(&sample).await;
        }
        self.skip_remaining(module);
        sample
    }

    /// Returns true if further requests to a module are useless.
    fn gives_up(&self, module: Module) -> bool {
        self.session.stopped().is_some() || self.session.has_failed(&check::ANSWER, module)
    }

    /// Retrieves the customers that the caller named.
    async fn named_customers(&self) -> Vec<Value> {
        const CUSTOMERS: Module = Module::Customers;
        let mut customers = Vec::new();
        for id in self.settings.customers.iter().take(self.max_samples()) {
            let request = Request::get(format_args!("/customers/{}", encoded(id)));
            match self.retrieve(CUSTOMERS, &request).await {
                item::Retrieved::Item(item) if self.item(CUSTOMERS, &request, &item) => {
                    customers.push(item)
                }
                item::Retrieved::NotFound => {
                    let fault =
                        Fault::new(&check::RETRIEVE_LISTED, CUSTOMERS, "200", "404 Not Found");
                    self.session.fail(fault.request(&request));
                }
                _ => {}
            }
        }
        customers
    }

    /// Checks the subscriptions of these customers, and returns sample items.
    pub(crate) async fn subscriptions(&self, customers: &[String]) -> Vec<(String, Value)> {
        const SUBSCRIPTIONS: Module = Module::Subscriptions;
        let mut found: Vec<(String, Value)> = Vec::new();
        let mut paged = 0;
        let mut read = 0;
        let mut absent = Vec::new();
        for (index, customer) in customers.iter().enumerate() {
            if index.is_multiple_of(self.session.part()) {
                let next = customers[index..].iter();
                let first_page =
                    |customer: &String| subscriptions_of(customer).page(Some(list::LIMIT), None);
                self.session.ahead(next.map(first_page)).await;
            }
            let list = subscriptions_of(customer);
            match self.walk(&list, self.max_samples()).await {
                Walked::Broken => break,
                Walked::Absent => absent.push(list.page(None, None)),
                Walked::Read(contents) => {
                    read += 1;
                    // A list of one item does not show errors of paging.
                    let worth = contents.count >= 2 || Some(customer) == customers.last();
                    if !contents.sound {
                        self.skip_lists(SUBSCRIPTIONS, "the list cannot be read to its end");
                    } else if worth && paged < PAGED {
                        paged += 1;
                        self.paging(&list, &contents).await;
                    }
                    let of_customer = |item| (customer.clone(), item);
                    found.extend(contents.sample.into_iter().map(of_customer));
                }
            }
            if self.gives_up(SUBSCRIPTIONS) || read == 0 && absent.len() == MAX_ABSENT {
                break;
            }
        }
        match read {
            0 if absent.is_empty() => {}
            0 => self.skip_lists(
                SUBSCRIPTIONS,
                "the provider does not list subscriptions, which is optional",
            ),
            // A provider that lists the subscriptions of one customer must list those of all.
            _ => {
                for request in &absent {
                    let fault = Fault::new(&check::STATUS, SUBSCRIPTIONS, "200", "404 Not Found");
                    self.session.fail(fault.request(request));
                }
            }
        }
        for (customer, id) in &self.settings.subscriptions {
            let request = Request::get(format_args!(
                "{}/{}",
                subscriptions_of(customer).path,
                encoded(id)
            ));
            if let Some(item) = self.session.fetch(SUBSCRIPTIONS, &request).await
                && self.item(SUBSCRIPTIONS, &request, &item)
            {
                found.push((customer.clone(), item));
            }
        }
        if found.is_empty() {
            let reason = match customers.is_empty() {
                true => {
                    "no customer is known: pass one with `--customer`, and a subscription with `--subscription` if the provider does not list subscriptions"
                }
                false => "no subscription without a fault is known",
            };
            self.session.skip_rest(SUBSCRIPTIONS, reason);
            return found;
        }
        for (index, (customer, item)) in found.iter().take(self.max_samples()).enumerate() {
            if index.is_multiple_of(self.session.part()) {
                let next = found[index..].iter().map(|(customer, item)| {
                    let list = subscriptions_of(customer).path;
                    Request::get(format_args!("{list}/{}", encoded(id(item))))
                });
                self.session.ahead(next).await;
            }
            let list = subscriptions_of(customer);
            let request = Request::get(format_args!("{}/{}", list.path, encoded(id(item))));
            if !self.belongs(customer, &request, item) {
                continue;
            }
            self.retrieve_listed(SUBSCRIPTIONS, &list.path, item).await;
            self.references(SUBSCRIPTIONS, &request, item).await;
            if self.gives_up(SUBSCRIPTIONS) {
                break;
            }
        }
        if let Some((customer, item)) = found.first() {
            let path = subscriptions_of(customer).path;
            self.retrieve_unknown(SUBSCRIPTIONS, &path, Some(id(item)))
                .await;
        }
        self.under_other_customers(customers, &found).await;
        self.of_unknown_customer().await;
        self.skip_remaining(SUBSCRIPTIONS);
        found.retain(|(customer, item)| {
            item.get("customerId").and_then(Value::as_str) == Some(customer)
        });
        found
    }

    fn belongs(&self, customer: &str, request: &Request, item: &Value) -> bool {
        const SUBSCRIPTIONS: Module = Module::Subscriptions;
        let holds = item.get("customerId").and_then(Value::as_str) == Some(customer);
        match holds {
            true => self.session.pass(&check::CUSTOMER_DIFFERS, SUBSCRIPTIONS),
            false => {
                let fault = Fault::new(
                    &check::CUSTOMER_DIFFERS,
                    SUBSCRIPTIONS,
                    "the customer of the path",
                    "another id",
                );
                let fault = fault.item(id(item)).path("customerId");
                self.session.fail(fault.request(request));
            }
        }
        holds
    }

    /// Requests subscriptions under other customers.
    async fn under_other_customers(&self, customers: &[String], found: &[(String, Value)]) {
        const TRIES: usize = 5;
        const SUBSCRIPTIONS: Module = Module::Subscriptions;
        if self
            .session
            .has_failed(&check::CUSTOMER_DIFFERS, SUBSCRIPTIONS)
            || self
                .session
                .has_failed(&check::RETRIEVE_UNKNOWN, SUBSCRIPTIONS)
        {
            let reason = "the provider does not separate the subscriptions of customers";
            return self
                .session
                .skip(&check::OTHER_CUSTOMER, SUBSCRIPTIONS, reason);
        }
        let mut tries = 0;
        for (owner, item) in found {
            let Some(other) = customers.iter().find(|customer| *customer != owner) else {
                let reason = "only one customer is known";
                return self
                    .session
                    .skip(&check::OTHER_CUSTOMER, SUBSCRIPTIONS, reason);
            };
            let path = format!("{}/{}", subscriptions_of(other).path, encoded(id(item)));
            self.not_found(&check::OTHER_CUSTOMER, SUBSCRIPTIONS, path)
                .await;
            tries += 1;
            if tries == TRIES {
                break;
            }
        }
    }

    async fn of_unknown_customer(&self) {
        const SUBSCRIPTIONS: Module = Module::Subscriptions;
        let session = self.session;
        if session.has_failed(&check::CUSTOMER_DIFFERS, SUBSCRIPTIONS) {
            let reason = "the provider does not separate the subscriptions of customers";
            return session.skip(&check::UNKNOWN_CUSTOMER, SUBSCRIPTIONS, reason);
        }
        let request = subscriptions_of(UNKNOWN).page(None, None);
        let Some(response) = self.session.exchange(SUBSCRIPTIONS, &request).await else {
            return;
        };
        let is_empty = response
            .json()
            .is_ok_and(|page| page["data"].as_array().is_some_and(Vec::is_empty));
        match response.status == 404 || response.status == 200 && is_empty {
            true => self.session.pass(&check::UNKNOWN_CUSTOMER, SUBSCRIPTIONS),
            false => {
                let found = match response.status {
                    200 => "200 OK without an empty page".to_owned(),
                    _ => status(&response),
                };
                let fault = Fault::new(
                    &check::UNKNOWN_CUSTOMER,
                    SUBSCRIPTIONS,
                    "404 or an empty page",
                    found,
                );
                self.session.fail(fault.request(&request));
            }
        }
    }

    fn skip_lists(&self, module: Module, reason: &str) {
        for check in check::CHECKS {
            if check.name.starts_with("list.") && check.modules.contains(&module) {
                self.session.skip(check, module, reason);
            }
        }
    }

    /// Skips the checks for which the data have no case.
    fn skip_remaining(&self, module: Module) {
        self.session
            .skip_rest(module, "the data have no case for this check");
    }
}

pub(crate) fn subscriptions_of(customer: &str) -> List {
    List {
        module: Module::Subscriptions,
        path: format!("/customers/{}/subscriptions", encoded(customer)),
        optional: true,
    }
}

/// The items on the first page of a list. Records no finding.
pub(crate) async fn first_page(session: &Session, path: &str) -> Vec<Value> {
    let request = Request::get(format_args!("{path}?limit=100"));
    let Ok(response) = session.send(&request).await else {
        return Vec::new();
    };
    match response.json() {
        Ok(Value::Object(mut page)) if response.status == 200 => match page.remove("data") {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Checks every declared controller or the selected one, and collects samples.
pub(crate) async fn run(
    session: &Session,
    manifest: &DeclaredManifest,
    settings: &Settings,
) -> Samples {
    let reading = Reading::new(session, manifest, settings);
    let is_wanted = |module: Module| settings.only.is_none_or(|only| only == module);
    let mut samples = Samples::default();
    for module in [
        Module::Prices,
        Module::Products,
        Module::Families,
        Module::Coupons,
        Module::Customers,
    ] {
        if !manifest.has(module) {
            if is_wanted(module) {
                session.absent(module);
            }
            continue;
        }
        let items = match is_wanted(module) {
            true => {
                session.begin(module);
                session.features(module, manifest.features(module));
                let items = reading.catalogue(module).await;
                session.end(module);
                items
            }
            false if settings.only.is_some() => first_page(session, &format!("/{module}")).await,
            false => Vec::new(),
        };
        match module {
            Module::Prices => samples.prices = items,
            Module::Coupons => samples.coupons = items,
            Module::Customers => {
                samples.customers = items.iter().map(|item| id(item).to_owned()).collect()
            }
            _ => {}
        }
    }
    let named = settings
        .customers
        .iter()
        .chain(settings.subscriptions.iter().map(|(customer, _)| customer));
    let known: BTreeSet<_> = samples.customers.iter().cloned().collect();
    let more: BTreeSet<_> = named
        .filter(|customer| !known.contains(*customer))
        .cloned()
        .collect();
    samples.customers.extend(more);
    samples.customers.retain(|customer| !customer.is_empty());
    samples.customers.truncate(MAX_SAMPLES);

    if !manifest.has(Module::Subscriptions) {
        session.absent(Module::Subscriptions);
    } else if is_wanted(Module::Subscriptions) {
        session.begin(Module::Subscriptions);
        samples.subscriptions = reading.subscriptions(&samples.customers).await;
        session.end(Module::Subscriptions);
    } else if settings.only.is_some_and(|only| only.is_action()) {
        for customer in &samples.customers {
            let items = first_page(session, &subscriptions_of(customer).path).await;
            let of_customer = |item| (customer.clone(), item);
            samples
                .subscriptions
                .extend(items.into_iter().map(of_customer));
        }
    }
    samples
}
