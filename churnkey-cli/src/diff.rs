//! Reading two providers and comparing all that they send.

use std::cell::Cell;
use std::pin::pin;

use churnkey_verify::internal::{Client, DeclaredManifest, encoded};
use churnkey_verify::{Module, Severity};
use futures_util::StreamExt as _;
use futures_util::future::try_join;
use futures_util::stream;
use serde_json::Value;

use crate::comparison::values::{Models, id_of};
use crate::comparison::{Comparison, Difference, Groups};
use crate::features::{changes, features};
use crate::side::{Budget, Halt, Side};
use joined::{Joined, Pair};

mod joined;

/// Items of each controller that are also retrieved by their id.
const RETRIEVED: u64 = 100;
/// Customers that are also searched.
const SEARCHED: u64 = 10;
const UNKNOWN: &str = "churnkey-diff-unknown";

/// The settings of a run.
pub(crate) struct Settings {
    /// Items that are read of each list.
    pub(crate) sample: u64,
    /// Customers that exist, for providers that do not list them.
    pub(crate) customers: Vec<String>,
    /// Customers whose subscriptions are read at once.
    pub(crate) jobs: usize,
}

/// Compares two providers in one mode. An error means that nothing could be compared.
pub(crate) async fn run(
    settings: &Settings,
    clients: (Client, Client),
    budget: &Budget,
    prefix: &str,
    comparison: &mut Comparison,
) -> Result<(), String> {
    let is_live = clients.0.mode() == churnkey_runtime::Mode::Live;
    let [old, new] = [clients.0, clients.1].map(|client| Side { client, budget });
    let run = Run {
        old: &old,
        new: &new,
        settings,
        is_live,
        prefix,
        retrieved: Cell::new(0),
    };
    let manifests = match run.manifests(comparison).await {
        Ok(manifests) => manifests?,
        Err(halt) => {
            comparison.incomplete = Some(halt);
            return Ok(());
        }
    };
    if let Err(halt) = run.controllers(&manifests, comparison).await {
        comparison.incomplete = Some(halt);
    }
    Ok(())
}

struct Run<'s> {
    old: &'s Side<'s>,
    new: &'s Side<'s>,
    settings: &'s Settings,
    is_live: bool,
    /// The mode, if there are two.
    prefix: &'s str,
    /// Subscriptions that were retrieved by their id.
    retrieved: Cell<u64>,
}

impl Run<'_> {
    fn add(&self, groups: Groups, comparison: &mut Comparison) {
        comparison.add(match self.prefix {
            "" => groups,
            prefix => groups.prefixed(prefix),
        });
    }

    /// Compares the manifests. The inner error means that one of them cannot be read.
    async fn manifests(
        &self,
        comparison: &mut Comparison,
    ) -> Result<Result<[DeclaredManifest; 2], String>, Halt> {
        let path = "/features";
        let (old, new) = try_join(self.old.get(path), self.new.get(path)).await?;
        let mut declared = Vec::new();
        for (side, got) in [(self.old, old), (self.new, new)] {
            let target = side.client.target();
            let Some(value) = got.value else {
                let why = match got.is_unreachable {
                    true => format!("no server can be reached at {target}: {}", got.status),
                    false => format!("the manifest of {target} cannot be read: {}", got.status),
                };
                return Ok(Err(why));
            };
            match features(&value) {
                Ok(features) => declared.push((DeclaredManifest::read(&value).0, features)),
                Err(why) => return Ok(Err(format!("{target}: {why}"))),
            }
        }
        let mut groups = Groups::default();
        groups.compared("manifest");
        for (change, effect) in changes(&declared[0].1, &declared[1].1) {
            let (change, path) = change.split_once(' ').unwrap_or_default();
            let [old, new] = match change {
                "added" => ["absent".to_owned(), format!("declared: {effect}")],
                _ => ["declared".to_owned(), format!("absent: {effect}")],
            };
            groups.differs("manifest", difference(path, &old, &new, "/features"));
        }
        self.add(groups, comparison);
        let [old, new] = [0, 1].map(|index| declared[index].0.clone());
        Ok(Ok([old, new]))
    }

    async fn controllers(
        &self,
        manifests: &[DeclaredManifest; 2],
        comparison: &mut Comparison,
    ) -> Result<(), Halt> {
        for module in [
            Module::Prices,
            Module::Products,
            Module::Families,
            Module::Coupons,
            Module::Customers,
        ] {
            match [0, 1].map(|index| manifests[index].has(module)) {
                [true, true] => self.list(module, comparison).await?,
                [false, false] => {}
                _ => {
                    let mut groups = Groups::default();
                    let reason = "only one of the providers declares the controller";
                    groups.skipped(module.as_str(), reason);
                    self.add(groups, comparison);
                }
            }
        }
        Ok(())
    }

    /// Compares a controller whose items are in one list; with customers, their subscriptions too.
    async fn list(&self, module: Module, comparison: &mut Comparison) -> Result<(), Halt> {
        let path = format!("/{module}");
        let mut joined = Joined::new(self.old, self.new, path.clone(), self.settings.sample);
        let mut retrieved = 0;
        while let Some(pairs) = joined.next().await? {
            let mut customers = Vec::new();
            for pair in pairs {
                let mut groups = Groups::default();
                self.pair(module, &pair, &mut groups);
                if let Pair::Both(old, new) = &pair {
                    if retrieved < RETRIEVED && !groups.has_differences() {
                        retrieved += 1;
                        groups.add(self.retrieve(module, &path, old).await?);
                    }
                    if module == Module::Customers && retrieved <= SEARCHED {
                        groups.add(self.search(old, new).await?);
                    }
                    customers.extend(id_of(old).map(str::to_owned));
                }
                self.add(groups, comparison);
            }
            if module == Module::Customers {
                self.subscriptions(customers, comparison).await?;
            }
        }
        if module == Module::Customers {
            for id in &self.settings.customers {
                let groups = self
                    .retrieve(module, &path, &serde_json::json!({ "id": id }))
                    .await?;
                self.add(groups, comparison);
            }
            let named = self.settings.customers.clone();
            self.subscriptions(named, comparison).await?;
        }
        let unknown = format!("{path}/{UNKNOWN}");
        let (old, new) = try_join(self.old.get(&unknown), self.new.get(&unknown)).await?;
        if old.status != new.status {
            let path = "retrieve of an unknown id";
            let mut groups = Groups::default();
            let difference = difference(path, &old.status, &new.status, UNKNOWN);
            groups.differs(module.as_str(), difference);
            self.add(groups, comparison);
        }
        Ok(())
    }

    /// Compares the subscriptions of customers, some at once, with the results in order.
    async fn subscriptions(
        &self,
        customers: Vec<String>,
        comparison: &mut Comparison,
    ) -> Result<(), Halt> {
        let each = customers.into_iter().map(|id| self.subscriptions_of(id));
        let mut results = pin!(stream::iter(each).buffered(self.settings.jobs));
        while let Some(groups) = results.next().await {
            self.add(groups?, comparison);
        }
        Ok(())
    }

    async fn subscriptions_of(&self, customer: String) -> Result<Groups, Halt> {
        const MODULE: Module = Module::Subscriptions;
        let path = format!("/customers/{}/subscriptions", encoded(&customer));
        let sample = self.settings.sample;
        let mut joined = Joined::new(self.old, self.new, path.clone(), sample);
        let mut all = Groups::default();
        while let Some(pairs) = joined.next().await? {
            for pair in pairs {
                let mut groups = Groups::default();
                self.pair(MODULE, &pair, &mut groups);
                if let Pair::Both(old, _) = &pair
                    && self.retrieved.get() < RETRIEVED
                    && !groups.has_differences()
                {
                    self.retrieved.set(self.retrieved.get() + 1);
                    groups.add(self.retrieve(MODULE, &path, old).await?);
                }
                all.add(groups);
            }
        }
        Ok(all)
    }

    fn pair(&self, module: Module, pair: &Pair, groups: &mut Groups) {
        let name = module.as_str();
        match pair {
            Pair::Both(old, new) => {
                groups.compared(name);
                self.compare(module, old, new, groups);
            }
            Pair::OnlyOld(id) => {
                groups.differs(name, difference("(only old)", "listed", "absent", id));
            }
            Pair::OnlyNew(id) => {
                groups.differs(name, difference("(only new)", "absent", "listed", id));
            }
            Pair::Unread { old, new } if old == new => {
                groups.skipped(name, &format!("both lists answer {old}"));
            }
            Pair::Unread { old, new } => groups.differs(name, difference("(list)", old, new, "")),
            Pair::Nameless => groups.skipped(name, "the item has no id"),
        }
    }

    fn compare(&self, module: Module, old: &Value, new: &Value, groups: &mut Groups) {
        let mut models = Models {
            groups,
            is_live: self.is_live,
        };
        let id = id_of(old).or_else(|| id_of(new)).unwrap_or_default();
        models.compare(module, id, old, new);
    }

    /// Compares the responses for one id.
    async fn retrieve(&self, module: Module, path: &str, item: &Value) -> Result<Groups, Halt> {
        let id = id_of(item).unwrap_or_default();
        self.answers(module, &format!("{path}/{}", encoded(id)), "(retrieve)", id)
            .await
    }

    /// Compares the searches for a customer, if one of the providers has them.
    async fn search(&self, old: &Value, new: &Value) -> Result<Groups, Halt> {
        let mut groups = Groups::default();
        let id = id_of(old).unwrap_or_default();
        for field in ["email", "phone"] {
            let text = |item: &Value| item.get(field).and_then(Value::as_str).map(str::to_owned);
            let Some(text) = text(old).filter(|one| text(new).as_ref() == Some(one)) else {
                continue;
            };
            let path = format!("/customers/{field}/{}", encoded(&text));
            let label = format!("(search by {field})");
            groups.add(self.answers(Module::Customers, &path, &label, id).await?);
        }
        Ok(groups)
    }

    async fn answers(
        &self,
        module: Module,
        path: &str,
        label: &str,
        id: &str,
    ) -> Result<Groups, Halt> {
        let (old, new) = try_join(self.old.get(path), self.new.get(path)).await?;
        let mut groups = Groups::default();
        match (old.value, new.value) {
            (Some(old), Some(new)) => self.compare(module, &old, &new, &mut groups),
            _ if old.status == new.status => {}
            _ => groups.differs(
                module.as_str(),
                difference(label, &old.status, &new.status, id),
            ),
        }
        Ok(groups)
    }
}

fn difference(path: &str, old: &str, new: &str, first: &str) -> Difference {
    Difference {
        severity: Severity::Error,
        path: path.to_owned(),
        old: old.to_owned(),
        new: new.to_owned(),
        first: first.to_owned(),
        count: 1,
    }
}
