//! Ids of the provider that stand for the pseudonyms of a recording.
//!
//! A recorder reduces an id to a pseudonym under a key that nothing stores. A list of the provider
//! has ids instead: those of items whose fields are those of the recorded responses.

use std::collections::{BTreeSet, HashMap};

use churnkey_protocol::Model;
use churnkey_runtime::record::shape;
use churnkey_verify::internal::encoded;
use serde_json::Value;

use super::usage::Usage;
use crate::comparison::values::id_of;
use crate::side::{Halt, Side};

/// Items beyond those that are needed, to choose from.
const CHOICE: usize = 100;
/// Items that are read of a list.
const MOST: usize = 1000;
/// Customers whose subscriptions are read for one customer of the recording.
const TRIES: usize = 25;

/// The id that no provider has.
pub(crate) const UNKNOWN: &str = "churnkey-replay-unknown";

/// The ids that were found.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    of: HashMap<String, Result<String, String>>,
    /// Items that were read, by their models.
    pub(crate) seen: Vec<(Model, Value)>,
    emails: Vec<String>,
    phones: Vec<String>,
}

impl Ids {
    /// The id for a pseudonym, or the reason why there is none.
    pub(crate) fn of(&self, pseudonym: &str) -> Result<&str, &str> {
        match self.of.get(pseudonym) {
            Some(found) => found.as_deref().map_err(String::as_str),
            None => Ok(UNKNOWN),
        }
    }

    /// The e-mail address of a listed customer.
    pub(crate) fn email(&self) -> Option<&str> {
        self.emails.first().map(String::as_str)
    }

    /// The phone number of a listed customer.
    pub(crate) fn phone(&self) -> Option<&str> {
        self.phones.first().map(String::as_str)
    }

    /// Reads the lists of a provider that are needed. `named` are customers that exist.
    pub(crate) async fn find(
        side: &Side<'_>,
        usages: &[Usage],
        named: &[String],
        needs_search: bool,
    ) -> Result<Self, Halt> {
        let mut ids = Self::default();
        for usage in usages.iter().filter(|usage| usage.is_unknown()) {
            let unknown = Ok(UNKNOWN.to_owned());
            ids.of.insert(usage.pseudonym.clone(), unknown);
        }
        let known: Vec<_> = usages.iter().filter(|usage| !usage.is_unknown()).collect();
        for (model, path) in [
            (Model::Price, "/prices"),
            (Model::Coupon, "/coupons"),
            (Model::Product, "/products"),
            (Model::Family, "/families"),
        ] {
            ids.choose(side, &known, model, path).await?;
        }
        let of = |model| {
            known
                .iter()
                .copied()
                .filter(move |usage| usage.model == model)
        };
        let customers: Vec<_> = of(Model::Customer).collect();
        if customers.is_empty() && !needs_search {
            return Ok(ids);
        }
        let mut listed = Vec::new();
        for id in named {
            let path = format!("/customers/{}", encoded(id));
            listed.extend(side.get(&path).await?.value);
        }
        let wanted = customers.len() + CHOICE;
        let more = list(side, "/customers", wanted).await?.unwrap_or_default();
        let is_named = |item: &Value| named.iter().any(|id| id_of(item) == Some(id));
        listed.extend(more.into_iter().filter(|item| !is_named(item)));
        for (field, found) in [("email", &mut ids.emails), ("phone", &mut ids.phones)] {
            let texts = listed.iter().filter_map(|item| item.get(field)?.as_str());
            found.extend(texts.take(1).map(str::to_owned));
        }
        ids.seen.extend(
            listed
                .iter()
                .take(CHOICE)
                .map(|one| (Model::Customer, one.clone())),
        );
        for customer in customers {
            let own: Vec<_> = of(Model::Subscription)
                .filter(|usage| usage.owner.as_ref() == Some(&customer.pseudonym))
                .collect();
            ids.customer(side, customer, &own, &mut listed).await?;
        }
        for orphan in of(Model::Subscription) {
            let reason = "its customer is not in the recording".to_owned();
            ids.of
                .entry(orphan.pseudonym.clone())
                .or_insert(Err(reason));
        }
        Ok(ids)
    }

    /// Chooses items of one list.
    async fn choose(
        &mut self,
        side: &Side<'_>,
        usages: &[&Usage],
        model: Model,
        path: &str,
    ) -> Result<(), Halt> {
        let needed: Vec<_> = usages.iter().filter(|usage| usage.model == model).collect();
        if needed.is_empty() {
            return Ok(());
        }
        let listed = list(side, path, needed.len() + CHOICE).await?;
        let mut listed = listed.unwrap_or_default();
        let seen = listed.iter().take(CHOICE);
        self.seen.extend(seen.map(|item| (model, item.clone())));
        for usage in needed {
            let id =
                take_nearest(&mut listed, usage).and_then(|item| Some(id_of(&item)?.to_owned()));
            let reason = || format!("the provider lists no further item under {path}");
            let id = id.ok_or_else(reason);
            self.of.insert(usage.pseudonym.clone(), id);
        }
        Ok(())
    }

    /// Chooses a customer with enough subscriptions.
    async fn customer(
        &mut self,
        side: &Side<'_>,
        customer: &Usage,
        subscriptions: &[&Usage],
        listed: &mut Vec<Value>,
    ) -> Result<(), Halt> {
        listed.sort_by_key(|item| distance(item, customer));
        let mut best: Option<(usize, usize, Vec<Value>)> = None;
        for (index, item) in listed.iter().take(TRIES).enumerate() {
            let Some(id) = id_of(item) else {
                continue;
            };
            if subscriptions.is_empty() {
                best = Some((0, index, Vec::new()));
                break;
            }
            let path = format!("/customers/{}/subscriptions", encoded(id));
            let own = list(side, &path, subscriptions.len() + CHOICE).await?;
            let own = own.unwrap_or_default();
            if own.len() < subscriptions.len() {
                continue;
            }
            let mut left = own.clone();
            let misfits = subscriptions.iter().filter(|usage| {
                take_nearest(&mut left, usage).is_none_or(|item| is_misfit(&item, usage))
            });
            let misfits = misfits.count();
            if best.as_ref().is_none_or(|(fewest, ..)| misfits < *fewest) {
                best = Some((misfits, index, own));
            }
            if misfits == 0 {
                break;
            }
        }
        // Without enough subscriptions, the calls that name none of them can still be sent.
        let nearest = listed.iter().position(|item| id_of(item).is_some());
        let best = best.or_else(|| nearest.map(|index| (0, index, Vec::new())));
        let Some((_, index, mut own)) = best else {
            let reason = "the provider lists no further customer: name one with `--customer`";
            let without = subscriptions.iter().copied().chain([customer]);
            self.of
                .extend(without.map(|usage| (usage.pseudonym.clone(), Err(reason.to_owned()))));
            return Ok(());
        };
        let chosen = listed.remove(index);
        self.seen
            .extend(own.iter().map(|item| (Model::Subscription, item.clone())));
        let id = id_of(&chosen).unwrap_or_default().to_owned();
        self.of.insert(customer.pseudonym.clone(), Ok(id));
        for usage in subscriptions {
            let item = take_nearest(&mut own, usage);
            let reason = "the provider lists no customer with enough subscriptions";
            let id = item.as_ref().and_then(id_of).ok_or(reason);
            let id = id.map(str::to_owned).map_err(str::to_owned);
            self.of.insert(usage.pseudonym.clone(), id);
        }
        Ok(())
    }
}

/// Takes the item whose status and fields are nearest to those of the recording.
fn take_nearest(items: &mut Vec<Value>, usage: &Usage) -> Option<Value> {
    let rank = |item: &Value| (is_misfit(item, usage), distance(item, usage));
    let index = (0..items.len()).min_by_key(|index| rank(&items[*index]))?;
    Some(items.remove(index))
}

fn is_misfit(item: &Value, usage: &Usage) -> bool {
    let status = item.get("status").and_then(|status| status.get("name"));
    usage
        .wants
        .is_some_and(|wants| status.and_then(Value::as_str) != Some(wants))
}

/// Number of fields that only one of an item and a recorded response has.
fn distance(item: &Value, usage: &Usage) -> usize {
    let Some(recorded) = &usage.shape else {
        return 0;
    };
    let own: BTreeSet<_> = shape(item).into_iter().collect();
    let recorded: BTreeSet<_> = recorded.iter().cloned().collect();
    own.symmetric_difference(&recorded).count()
}

/// Items of a list; `None` if it cannot be read.
async fn list(side: &Side<'_>, path: &str, wanted: usize) -> Result<Option<Vec<Value>>, Halt> {
    let wanted = wanted.min(MOST);
    let mut items = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = match &cursor {
            None => format!("{path}?limit=100"),
            Some(cursor) => format!("{path}?limit=100&cursor={}", encoded(cursor)),
        };
        let Some(mut page) = side.get(&page).await?.value else {
            return Ok((!items.is_empty()).then_some(items));
        };
        let Some(Value::Array(more)) = page.get_mut("data").map(Value::take) else {
            return Ok(None);
        };
        let is_over = more.is_empty();
        items.extend(more);
        cursor = match page.get("next") {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        if cursor.is_none() || is_over || items.len() >= wanted {
            return Ok(Some(items));
        }
    }
}
