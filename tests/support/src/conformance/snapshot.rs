//! All data that a provider returns, in both modes.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use serde_json::Value;

use crate::conformance::Instance;
use crate::conformance::client::{Client, Mode, id_of, subscriptions_of};
use crate::conformance::manifest::LISTS;

/// Mode, list and id of a row.
pub(crate) type Key = (Mode, String, String);

#[derive(PartialEq)]
pub(crate) struct Snapshot {
    pub(crate) rows: BTreeMap<Key, Value>,
}

impl Snapshot {
    pub(crate) fn take(process: &Instance) -> Self {
        let rows = thread::scope(|scope| {
            let modes = Mode::BOTH.map(|mode| scope.spawn(move || of_mode(process, mode)));
            modes.map(|rows| rows.join().expect("the walk through one mode"))
        });
        Self {
            rows: rows.into_iter().flatten().collect(),
        }
    }

    /// Returns the rows that differ, each as `before → after`.
    pub(crate) fn changes(&self, after: &Self) -> BTreeMap<Key, String> {
        let keys: BTreeSet<_> = self.rows.keys().chain(after.rows.keys()).collect();
        let shown = |row: Option<&Value>| row.map_or("nothing".to_owned(), Value::to_string);
        keys.into_iter()
            .map(|key| (key, self.rows.get(key), after.rows.get(key)))
            .filter(|(_, before, after)| before != after)
            .map(|(key, before, after)| {
                (key.clone(), format!("{} → {}", shown(before), shown(after)))
            })
            .collect()
    }

    pub(crate) fn list(&self, mode: Mode, list: &str) -> impl Iterator<Item = &Value> {
        let first = (mode, list.to_owned(), String::new());
        self.rows
            .range(first..)
            .take_while(move |((of, name, _), _)| *of == mode && name == list)
            .map(|(_, row)| row)
    }

    pub(crate) fn subscriptions(&self, mode: Mode) -> impl Iterator<Item = &Value> {
        self.rows
            .iter()
            .filter(move |((of, name, _), _)| *of == mode && name.ends_with("/subscriptions"))
            .map(|(_, row)| row)
    }
}

fn of_mode(process: &Instance, mode: Mode) -> BTreeMap<Key, Value> {
    let mut client = Client::new(process, mode);
    let mut rows = BTreeMap::new();
    let mut lists: Vec<String> = LISTS.map(ToOwned::to_owned).into();
    while let Some(list) = lists.pop() {
        for row in client.walk(&list, Some(100)) {
            if list == "/customers" {
                lists.push(subscriptions_of(&id_of(&row)));
            }
            rows.insert((mode, list.clone(), id_of(&row)), row);
        }
    }
    rows
}
