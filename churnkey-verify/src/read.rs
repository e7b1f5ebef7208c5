//! The read side: each declared controller, in the order in which they need each other.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::check::{self, Module};
use crate::client::{Request, encoded};
use crate::found::Found;
use crate::manifest::Supported;
use crate::session::{Fault, Session, status};
use crate::settings::Settings;

mod cross;
mod find;
mod item;
mod list;

use cross::LookedUp;
use list::{List, Walked};

pub(crate) use item::UNKNOWN;

/// How many items of a list are looked at one by one.
const CLOSELY: usize = 100;
/// After how many customers without one a provider is taken to have no lists of subscriptions.
const ABSENT: usize = 3;
/// How many customers' lists of subscriptions are tried with other limits and cursors.
const TRIED: usize = 1;

/// The reading of a provider under way.
pub(crate) struct Reading<'s> {
    pub(crate) session: &'s Session,
    pub(crate) supported: &'s Supported,
    pub(crate) settings: &'s Settings,
    looked_up: LookedUp,
}

impl<'s> Reading<'s> {
    pub(crate) fn new(
        session: &'s Session,
        supported: &'s Supported,
        settings: &'s Settings,
    ) -> Self {
        Self {
            session,
            supported,
            settings,
            looked_up: LookedUp::default(),
        }
    }

    fn closely(&self) -> usize {
        let sample = self.settings.sample.unwrap_or(u64::MAX);
        CLOSELY.min(usize::try_from(sample).unwrap_or(usize::MAX))
    }

    /// Looks at a controller whose items are in one list, and returns some of them.
    pub(crate) async fn catalogue(&self, module: Module) -> Vec<Value> {
        let path = format!("/{module}");
        let optional = module == Module::Customers;
        let list = List {
            module,
            path: path.clone(),
            optional,
        };
        let (sample, ids) = match self.walk(&list, self.closely()).await {
            Walked::Broken => {
                self.session.skip_rest(module, "the list could not be read");
                return Vec::new();
            }
            Walked::Absent => {
                self.skip_lists(module, "the provider does not list customers, as it may");
                (self.known_customers().await, 0)
            }
            Walked::Read(contents) => {
                if contents.sound {
                    self.paging(&list, &contents).await;
                } else {
                    self.skip_lists(module, "the list cannot be walked");
                }
                let ids = contents.first_ids.len();
                (contents.sample, ids)
            }
        };
        if sample.is_empty() {
            let reason = match (module, ids) {
                (Module::Customers, 0) => "no customer is known: give one with `--customer`",
                (_, 0) => "the list is empty",
                _ => "no item in the list is without a fault",
            };
            self.session.skip(&check::RETRIEVE_LISTED, module, reason);
        }
        for item in &sample {
            self.retrieve_listed(module, &path, item).await;
            let request = Request::get(format_args!("{path}/{}", encoded(id(item))));
            self.typed(module, &request, item);
            self.references(module, &request, item).await;
            if self.gives_up(module) {
                break;
            }
        }
        self.retrieve_unknown(module, &path).await;
        if module == Module::Customers {
            self.finds(&sample).await;
        }
        self.skip_untold(module);
        sample
    }

    /// Whether more requests would only add to the waiting.
    fn gives_up(&self, module: Module) -> bool {
        self.session.stopped().is_some() || self.session.has_failed(&check::ANSWER, module)
    }

    /// The customers that were named by whoever runs this.
    async fn known_customers(&self) -> Vec<Value> {
        const CUSTOMERS: Module = Module::Customers;
        let mut customers = Vec::new();
        for id in self.settings.customers.iter().take(self.closely()) {
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

    /// Looks at the subscriptions of these customers, and returns some.
    pub(crate) async fn subscriptions(&self, customers: &[String]) -> Vec<(String, Value)> {
        const SUBSCRIPTIONS: Module = Module::Subscriptions;
        let mut found: Vec<(String, Value)> = Vec::new();
        let mut tried = 0;
        let mut read = 0;
        let mut absent = Vec::new();
        for customer in customers {
            let list = subscriptions_of(customer);
            match self.walk(&list, self.closely()).await {
                Walked::Broken => break,
                Walked::Absent => absent.push(list.page(None, None)),
                Walked::Read(contents) => {
                    read += 1;
                    // A list of one item tells little of paging.
                    let worth = contents.count >= 2 || Some(customer) == customers.last();
                    if !contents.sound {
                        self.skip_lists(SUBSCRIPTIONS, "the list cannot be walked");
                    } else if worth && tried < TRIED {
                        tried += 1;
                        self.paging(&list, &contents).await;
                    }
                    let of_customer = |item| (customer.clone(), item);
                    found.extend(contents.sample.into_iter().map(of_customer));
                }
            }
            if self.gives_up(SUBSCRIPTIONS) || read == 0 && absent.len() == ABSENT {
                break;
            }
        }
        match read {
            0 if absent.is_empty() => {}
            0 => self.skip_lists(
                SUBSCRIPTIONS,
                "the provider does not list subscriptions, as it may",
            ),
            // Whoever lists those of one customer lists those of all.
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
                    "no customer is known: give one with `--customer`, and `--subscription` if the provider does not list them"
                }
                false => "no subscription without a fault was found",
            };
            self.session.skip_rest(SUBSCRIPTIONS, reason);
            return found;
        }
        for (customer, item) in found.iter().take(self.closely()) {
            let list = subscriptions_of(customer);
            let request = Request::get(format_args!("{}/{}", list.path, encoded(id(item))));
            self.belongs(customer, &request, item);
            self.retrieve_listed(SUBSCRIPTIONS, &list.path, item).await;
            self.references(SUBSCRIPTIONS, &request, item).await;
            if self.gives_up(SUBSCRIPTIONS) {
                break;
            }
        }
        if let Some((customer, _)) = found.first() {
            self.retrieve_unknown(SUBSCRIPTIONS, &subscriptions_of(customer).path)
                .await;
        }
        self.under_another(customers, &found).await;
        self.of_nobody().await;
        self.skip_untold(SUBSCRIPTIONS);
        found.retain(|(customer, item)| {
            item.get("customerId").and_then(Value::as_str) == Some(customer)
        });
        found
    }

    fn belongs(&self, customer: &str, request: &Request, item: &Value) {
        const SUBSCRIPTIONS: Module = Module::Subscriptions;
        match item.get("customerId").and_then(Value::as_str) == Some(customer) {
            true => self.session.pass(&check::CUSTOMER_DIFFERS, SUBSCRIPTIONS),
            false => {
                let fault = Fault::new(
                    &check::CUSTOMER_DIFFERS,
                    SUBSCRIPTIONS,
                    "the customer of the path",
                    "another id",
                );
                self.session.fail(fault.path("customerId").request(request));
            }
        }
    }

    /// Asks for subscriptions under customers whose they are not.
    async fn under_another(&self, customers: &[String], found: &[(String, Value)]) {
        const TRIES: usize = 5;
        const SUBSCRIPTIONS: Module = Module::Subscriptions;
        if self
            .session
            .has_failed(&check::CUSTOMER_DIFFERS, SUBSCRIPTIONS)
            || self
                .session
                .has_failed(&check::RETRIEVE_UNKNOWN, SUBSCRIPTIONS)
        {
            let reason = "the subscriptions of a customer cannot be told from others";
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

    async fn of_nobody(&self) {
        const SUBSCRIPTIONS: Module = Module::Subscriptions;
        let request = subscriptions_of(UNKNOWN).page(None, None);
        let Some(answer) = self.session.answer(SUBSCRIPTIONS, &request).await else {
            return;
        };
        let is_empty = answer
            .json()
            .is_ok_and(|page| page["data"].as_array().is_some_and(Vec::is_empty));
        match answer.status == 404 || answer.status == 200 && is_empty {
            true => self.session.pass(&check::UNKNOWN_CUSTOMER, SUBSCRIPTIONS),
            false => {
                let found = match answer.status {
                    200 => "200 OK, and something else than an empty page".to_owned(),
                    _ => status(&answer),
                };
                let fault = Fault::new(
                    &check::UNKNOWN_CUSTOMER,
                    SUBSCRIPTIONS,
                    "404, or an empty page",
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

    /// Says why of the checks that found nothing to look at.
    fn skip_untold(&self, module: Module) {
        self.session
            .skip_rest(module, "nothing in the data asks for it");
    }
}

pub(crate) fn subscriptions_of(customer: &str) -> List {
    List {
        module: Module::Subscriptions,
        path: format!("/customers/{}/subscriptions", encoded(customer)),
        optional: true,
    }
}

pub(crate) fn id(item: &Value) -> &str {
    item.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// The first page of a list, for what it holds; what is wrong with it is told elsewhere.
pub(crate) async fn quietly(session: &Session, path: &str) -> Vec<Value> {
    let request = Request::get(format_args!("{path}?limit=100"));
    let Ok(answer) = session.send(&request).await else {
        return Vec::new();
    };
    match answer.json() {
        Ok(Value::Object(mut page)) if answer.status == 200 => match page.remove("data") {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Reads every declared controller, or the one that is asked for, and what the others have that it needs.
pub(crate) async fn check(session: &Session, supported: &Supported, settings: &Settings) -> Found {
    let reading = Reading::new(session, supported, settings);
    let is_wanted = |module: Module| settings.only.is_none_or(|only| only == module);
    let mut found = Found::default();
    for module in [
        Module::Prices,
        Module::Products,
        Module::Families,
        Module::Coupons,
        Module::Customers,
    ] {
        if !supported.has(module) {
            if is_wanted(module) {
                session.absent(module);
            }
            continue;
        }
        let items = match is_wanted(module) {
            true => {
                session.begin(module);
                session.features(module, supported.features(module));
                let items = reading.catalogue(module).await;
                session.end(module);
                items
            }
            false if settings.only.is_some() => quietly(session, &format!("/{module}")).await,
            false => Vec::new(),
        };
        match module {
            Module::Prices => found.prices = items,
            Module::Coupons => found.coupons = items,
            Module::Customers => {
                found.customers = items.iter().map(|item| id(item).to_owned()).collect()
            }
            _ => {}
        }
    }
    let named = settings
        .customers
        .iter()
        .chain(settings.subscriptions.iter().map(|(customer, _)| customer));
    let known: BTreeSet<_> = found.customers.iter().cloned().collect();
    let more: BTreeSet<_> = named
        .filter(|customer| !known.contains(*customer))
        .cloned()
        .collect();
    found.customers.extend(more);
    found.customers.retain(|customer| !customer.is_empty());
    found.customers.truncate(CLOSELY);

    if !supported.has(Module::Subscriptions) {
        session.absent(Module::Subscriptions);
    } else if is_wanted(Module::Subscriptions) {
        session.begin(Module::Subscriptions);
        found.subscriptions = reading.subscriptions(&found.customers).await;
        session.end(Module::Subscriptions);
    } else if settings.only.is_some_and(|only| only.is_action()) {
        for customer in &found.customers {
            let items = quietly(session, &subscriptions_of(customer).path).await;
            let of_customer = |item| (customer.clone(), item);
            found
                .subscriptions
                .extend(items.into_iter().map(of_customer));
        }
    }
    found
}
