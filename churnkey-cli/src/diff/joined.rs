//! The list of one provider beside that of another, in bounded memory and in any order.
//!
//! Items that have not met their counterpart wait in a window. An item that leaves a full window
//! is retrieved by its id at the other side, so the memory does not grow with the length of the
//! list. Each pair is returned once: if an item of the new side leaves its window, that of the old
//! side cannot meet it there, and is returned when it leaves its own.

use std::collections::HashMap;

use churnkey_verify::internal::encoded;
use futures_util::future::try_join;
use serde_json::Value;

use crate::comparison::values::id_of;
use crate::side::{Halt, Side};

/// Items of a page.
const LIMIT: u64 = 100;
/// Items of one side that wait.
const WINDOW: usize = 1000;

/// An item at both sides, or at one.
pub(crate) enum Pair {
    Both(Value, Value),
    OnlyOld(String),
    OnlyNew(String),
    /// A page, or an item that left the window, could not be read: the status at each side.
    Unread {
        old: String,
        new: String,
    },
    /// An item has no id.
    Nameless,
}

/// Two lists that are read together.
pub(crate) struct Joined<'s> {
    path: String,
    old: Pages<'s>,
    new: Pages<'s>,
    is_over: bool,
}

struct Pages<'s> {
    side: &'s Side<'s>,
    cursor: Option<String>,
    state: State,
    /// Items that may still be read.
    left: u64,
    window: Window,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    /// The last page was read.
    Complete,
    /// It ended at the size of the sample, or for a fault.
    Cut,
}

#[derive(Default)]
struct Window {
    items: HashMap<String, (u64, Value)>,
    next: u64,
    /// An item has left it.
    is_leaky: bool,
}

impl Window {
    fn add(&mut self, id: String, item: Value) {
        self.items.insert(id, (self.next, item));
        self.next += 1;
    }

    fn oldest(&mut self) -> Option<(String, Value)> {
        let by_age = self.items.iter().min_by_key(|(_, (number, _))| *number);
        let id = by_age?.0.clone();
        let (_, item) = self.items.remove(&id)?;
        Some((id, item))
    }
}

impl<'s> Joined<'s> {
    pub(crate) fn new(old: &'s Side<'s>, new: &'s Side<'s>, path: String, sample: u64) -> Self {
        let pages = |side| Pages {
            side,
            cursor: None,
            state: State::Reading,
            left: sample,
            window: Window::default(),
        };
        Self {
            path,
            old: pages(old),
            new: pages(new),
            is_over: false,
        }
    }

    /// The next pairs; `None` after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Pair>>, Halt> {
        if self.is_over {
            return Ok(None);
        }
        if self.old.state != State::Reading && self.new.state != State::Reading {
            self.is_over = true;
            return self.rest().await.map(Some);
        }
        let pages = try_join(self.old.page(&self.path), self.new.page(&self.path)).await?;
        let (old, new) = match pages {
            (Ok(old), Ok(new)) => (old, new),
            (old, new) => {
                self.is_over = true;
                let status = |page: Result<_, String>| page.err().unwrap_or("200".to_owned());
                let (old, new) = (status(old), status(new));
                return Ok(Some(vec![Pair::Unread { old, new }]));
            }
        };
        let mut pairs = Vec::new();
        for item in old {
            match id_of(&item).map(str::to_owned) {
                None => pairs.push(Pair::Nameless),
                Some(id) => self.old.window.add(id, item),
            }
        }
        for item in new {
            let Some(id) = id_of(&item).map(str::to_owned) else {
                pairs.push(Pair::Nameless);
                continue;
            };
            match self.old.window.items.remove(&id) {
                Some((_, old)) => pairs.push(Pair::Both(old, item)),
                None => self.new.window.add(id, item),
            }
        }
        self.meet(&mut pairs);
        while self.old.window.items.len() > WINDOW {
            self.old.window.is_leaky = true;
            self.leave_old(&mut pairs).await?;
        }
        while self.new.window.items.len() > WINDOW {
            self.new.window.is_leaky = true;
            self.leave_new(&mut pairs).await?;
        }
        Ok(Some(pairs))
    }

    /// Pairs items of the old side with those of the new side that came before.
    fn meet(&mut self, pairs: &mut Vec<Pair>) {
        let old = &mut self.old.window.items;
        let waiting = &mut self.new.window.items;
        let met: Vec<_> = waiting.extract_if(|id, _| old.contains_key(id)).collect();
        let met = met.into_iter();
        let mut both: Vec<_> = met
            .filter_map(|(id, (_, new))| Some((old.remove(&id)?, new)))
            .collect();
        both.sort_by_key(|((number, _), _)| *number);
        pairs.extend(both.into_iter().map(|((_, old), new)| Pair::Both(old, new)));
    }

    /// The items that are left at the end.
    async fn rest(&mut self) -> Result<Vec<Pair>, Halt> {
        let mut pairs = Vec::new();
        while !self.old.window.items.is_empty() {
            if self.new.state == State::Complete && !self.new.window.is_leaky {
                let oldest = self.old.window.oldest();
                pairs.extend(oldest.map(|(id, _)| Pair::OnlyOld(id)));
            } else {
                self.leave_old(&mut pairs).await?;
            }
        }
        while !self.new.window.items.is_empty() {
            if self.old.state == State::Complete && !self.old.window.is_leaky {
                let oldest = self.new.window.oldest();
                pairs.extend(oldest.map(|(id, _)| Pair::OnlyNew(id)));
            } else {
                self.leave_new(&mut pairs).await?;
            }
        }
        Ok(pairs)
    }

    async fn leave_old(&mut self, pairs: &mut Vec<Pair>) -> Result<(), Halt> {
        let Some((id, old)) = self.old.window.oldest() else {
            return Ok(());
        };
        let got = self.new.side.get(&self.item(&id)).await?;
        pairs.push(match (got.value, got.status.as_str()) {
            (Some(new), _) => Pair::Both(old, new),
            (None, "404") => Pair::OnlyOld(id),
            (None, status) => Pair::Unread {
                old: "200".to_owned(),
                new: status.to_owned(),
            },
        });
        Ok(())
    }

    async fn leave_new(&mut self, pairs: &mut Vec<Pair>) -> Result<(), Halt> {
        let Some((id, _)) = self.new.window.oldest() else {
            return Ok(());
        };
        let got = self.old.side.get(&self.item(&id)).await?;
        match (got.value, got.status.as_str()) {
            // It is compared when the item of the old side comes.
            (Some(_), _) => {}
            (None, "404") => pairs.push(Pair::OnlyNew(id)),
            (None, status) => pairs.push(Pair::Unread {
                old: status.to_owned(),
                new: "200".to_owned(),
            }),
        }
        Ok(())
    }

    fn item(&self, id: &str) -> String {
        format!("{}/{}", self.path, encoded(id))
    }
}

impl Pages<'_> {
    /// The items of the next page, or the status of one that could not be read.
    async fn page(&mut self, path: &str) -> Result<Result<Vec<Value>, String>, Halt> {
        if self.state != State::Reading {
            return Ok(Ok(Vec::new()));
        }
        let limit = LIMIT.min(self.left);
        let path = match &self.cursor {
            None => format!("{path}?limit={limit}"),
            Some(cursor) => format!("{path}?limit={limit}&cursor={}", encoded(cursor)),
        };
        let got = self.side.get(&path).await?;
        let Some(mut page) = got.value else {
            return Ok(Err(got.status));
        };
        let Some(Value::Array(mut items)) = page.get_mut("data").map(Value::take) else {
            return Ok(Err("200 without a page".to_owned()));
        };
        let cursor = match page.get("next") {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        if cursor.is_some() && cursor == self.cursor {
            return Ok(Err("200 with the cursor of the page before".to_owned()));
        }
        items.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= items.len() as u64;
        self.state = match (&cursor, self.left) {
            (None, _) => State::Complete,
            (Some(_), 0) => State::Cut,
            (Some(_), _) => State::Reading,
        };
        self.cursor = cursor;
        Ok(Ok(items))
    }
}
