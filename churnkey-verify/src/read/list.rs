//! Walks a list to its end.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use serde_json::Value;

use super::reading::Reading;
use crate::check::{self, Module};
use crate::client::{Request, encoded};
use crate::kind::kind;
use crate::session::{Fault, status};

/// How many items the verifier asks for at a time, which is also the most that a provider need give.
const LIMIT: u64 = 100;
/// Pages after which a list is taken for one without an end: two million items, if the pages are full.
const MOST_PAGES: u64 = 20_000;
/// Empty pages in a row after which a list is taken for one without an end.
const MOST_EMPTY_PAGES: u32 = 20;
const LONGEST_CURSOR: usize = 1024;
/// How many ids are remembered; beyond, repetitions are looked for within a page only, so that memory stays flat.
const MOST_IDS: usize = 200_000;

/// One list of a provider.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) module: Module,
    /// Under `/churnkey`, encoded.
    pub(crate) path: String,
    /// Whether a provider may do without it. Protocol: **doc**.
    pub(crate) optional: bool,
}

impl List {
    pub(crate) fn page(&self, limit: Option<u64>, cursor: Option<&str>) -> Request {
        let limit = limit.map(|limit| format!("limit={limit}"));
        let cursor = cursor.map(|cursor| format!("cursor={}", encoded(cursor)));
        let query: Vec<_> = limit.into_iter().chain(cursor).collect();
        match query.is_empty() {
            true => Request::get(&self.path),
            false => Request::get(format_args!("{}?{}", self.path, query.join("&"))),
        }
    }
}

/// What became of a list.
#[derive(Debug)]
pub(crate) enum Walked {
    /// The provider does not have it, as it may.
    Absent,
    /// It could not be read; there is a finding, or a limit of the run was reached.
    Broken,
    /// It was read, as far as asked for.
    Read(Contents),
}

/// What was in a list.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// The first items that have an id and no fault.
    pub(crate) sample: Vec<Value>,
    /// The ids of the first items, whatever else is wrong with them.
    pub(crate) first_ids: Vec<String>,
    pub(crate) count: u64,
    /// Whether the cursors could be followed without a fault.
    pub(crate) sound: bool,
}

/// A page of a list.
struct Page {
    items: Vec<Value>,
    next: Option<String>,
}

impl Reading<'_> {
    /// Reads a list from one end to the other and looks at each item; `keep` is how many are kept.
    pub(crate) async fn walk(&self, list: &List, keep: usize) -> Walked {
        let session = self.session;
        let hashes = RandomState::new();
        let mut cursors = HashSet::new();
        let mut ids = HashSet::new();
        let mut contents = Contents {
            sound: true,
            ..Contents::default()
        };
        let mut cursor: Option<String> = None;
        let mut empty_pages = 0;
        for number in 0.. {
            let request = list.page(Some(LIMIT), cursor.as_deref());
            let page = match (number, list.optional) {
                (0, true) => match self.optional_page(list, &request).await {
                    Ok(page) => page,
                    Err(walked) => return walked,
                },
                _ => self.page(list, &request).await,
            };
            let Some(page) = page else {
                if let Some(limit) = session.stopped()
                    && number >= 100
                {
                    let found = format!(
                        "no end after {number} pages, {} items: {limit}",
                        contents.count
                    );
                    session.fail(
                        Fault::new(&check::LIST_ENDLESS, list.module, "a last page", found)
                            .request(&request),
                    );
                }
                return Walked::Broken;
            };
            self.bounded(list, &request, &page);
            session.saw(list.module, page.items.len() as u64);
            let mut in_page = HashSet::new();
            let mut repeated = false;
            for item in &page.items {
                contents.count += 1;
                let is_model = self.item(list.module, &request, item);
                let Some(id) = item.get("id").and_then(Value::as_str) else {
                    continue;
                };
                let hash = hashes.hash_one(id);
                repeated |= ids.contains(&hash) || !in_page.insert(hash);
                if contents.first_ids.len() < keep {
                    contents.first_ids.push(id.to_owned());
                }
                if is_model && contents.sample.len() < keep && !id.is_empty() {
                    contents.sample.push(item.clone());
                }
            }
            if ids.len() < MOST_IDS {
                ids.extend(in_page);
            }
            if repeated {
                let fault = Fault::new(
                    &check::LIST_REPEATS,
                    list.module,
                    "each item once",
                    "an item that was there before",
                );
                session.fail(fault.request(&request));
                contents.sound = false;
                return Walked::Read(contents);
            }
            empty_pages = match page.items.is_empty() {
                true => empty_pages + 1,
                false => 0,
            };

            let Some(next) = page.next else {
                session.pass(&check::LIST_CURSOR_LOOPS, list.module);
                session.pass(&check::LIST_REPEATS, list.module);
                session.pass(&check::LIST_ENDLESS, list.module);
                return Walked::Read(contents);
            };
            let fault = |check, expected: &str, found: String| {
                Fault::new(check, list.module, expected, found).request(&request)
            };
            if !cursors.insert(hashes.hash_one(&next)) {
                session.fail(fault(
                    &check::LIST_CURSOR_LOOPS,
                    "a cursor that was not there before",
                    format!("page {} leads back to an earlier one", number + 1),
                ));
                contents.sound = false;
                return Walked::Read(contents);
            }
            if empty_pages >= MOST_EMPTY_PAGES || number + 1 >= MOST_PAGES {
                let found = match empty_pages {
                    MOST_EMPTY_PAGES.. => {
                        format!("{empty_pages} empty pages in a row, each with a `next`")
                    }
                    _ => format!(
                        "no end after {} pages, {} items",
                        number + 1,
                        contents.count
                    ),
                };
                session.fail(fault(&check::LIST_ENDLESS, "a last page", found));
                contents.sound = false;
                return Walked::Read(contents);
            }
            if self
                .settings
                .sample
                .is_some_and(|sample| contents.count >= sample)
            {
                session.pass(&check::LIST_CURSOR_LOOPS, list.module);
                session.pass(&check::LIST_REPEATS, list.module);
                session.skip(&check::LIST_ENDLESS, list.module, "only a sample was read");
                return Walked::Read(contents);
            }
            cursor = Some(next);
        }
        Walked::Broken
    }

    /// The first page of a list that may be absent.
    async fn optional_page(&self, list: &List, request: &Request) -> Result<Option<Page>, Walked> {
        let Some(response) = self.session.exchange(list.module, request).await else {
            return Err(Walked::Broken);
        };
        match response.status {
            404 | 405 | 501 => Err(Walked::Absent),
            200 => {
                self.session.pass(&check::STATUS, list.module);
                let value = self.session.read(list.module, request, &response);
                Ok(value.and_then(|value| self.read_page(list.module, request, value)))
            }
            _ => {
                let fault = Fault::new(&check::STATUS, list.module, "200", status(&response));
                self.session.fail(fault.request(request));
                Err(Walked::Broken)
            }
        }
    }

    async fn page(&self, list: &List, request: &Request) -> Option<Page> {
        let value = self.session.fetch(list.module, request).await?;
        self.read_page(list.module, request, value)
    }

    fn read_page(&self, module: Module, request: &Request, mut value: Value) -> Option<Page> {
        let fault = |path: &str, expected: &str, found: &str| {
            let fault = Fault::new(&check::LIST_PAGE, module, expected, found).request(request);
            self.session.fail(match path {
                "" => fault,
                path => fault.path(path),
            });
            None
        };
        if !value.is_object() {
            return fault("", "an object with `data`", kind(&value));
        }
        let items = match value.get_mut("data").map(Value::take) {
            Some(Value::Array(items)) => items,
            other => return fault("data", "a list", kind(&other.unwrap_or_default())),
        };
        let next = match value.get("next") {
            None | Some(Value::Null) => None,
            Some(Value::String(next)) if !next.is_empty() => Some(next.clone()),
            Some(Value::Number(next)) => Some(next.to_string()),
            Some(other) => {
                return fault(
                    "next",
                    "a text or a number, and nothing on the last page",
                    kind(other),
                );
            }
        };
        self.session.pass(&check::LIST_PAGE, module);
        if let Some(next) = &next {
            let bytes = next.len();
            match bytes > LONGEST_CURSOR {
                true => {
                    let expected = format!("at most {LONGEST_CURSOR} bytes");
                    let found = format!("{bytes} bytes");
                    let fault = Fault::new(&check::LIST_LONG_CURSOR, module, expected, found);
                    self.session.fail(fault.path("next").request(request));
                }
                false => self.session.pass(&check::LIST_LONG_CURSOR, module),
            }
        }
        Some(Page { items, next })
    }

    fn bounded(&self, list: &List, request: &Request, page: &Page) {
        let count = page.items.len() as u64;
        self.within(list, request, count, LIMIT);
    }

    fn within(&self, list: &List, request: &Request, count: u64, limit: u64) -> bool {
        let holds = count <= limit;
        match holds {
            true => self.session.pass(&check::LIST_LIMIT, list.module),
            false => {
                let expected = format!("at most {limit} items");
                let fault = Fault::new(
                    &check::LIST_LIMIT,
                    list.module,
                    expected,
                    format!("{count} items"),
                );
                self.session.fail(fault.request(request));
            }
        }
        holds
    }

    /// How a list answers to limits and cursors of other kinds, once it is known that it can be walked.
    pub(crate) async fn paging(&self, list: &List, contents: &Contents) {
        self.limits(list, contents).await;
        self.unbounded(list, contents).await;
        self.bad_limits(list).await;
        self.bad_cursor(list).await;
    }

    async fn limits(&self, list: &List, contents: &Contents) {
        const PAGES: usize = 5;
        let module = list.module;
        if contents.count < 2 {
            return self.session.skip(
                &check::LIST_PAGING,
                module,
                "the list has fewer than two items",
            );
        }
        for limit in [1, 3] {
            let mut reference = contents.first_ids.clone();
            // In a company that does business, a list may change between two walks.
            for is_last_try in [false, true] {
                let Some(walk) = self.short_walk(list, limit, PAGES).await else {
                    return;
                };
                let agrees = walk.ids.len() <= reference.len() && reference.starts_with(&walk.ids);
                let ended_early = walk.ended && walk.count < contents.count;
                if agrees && !ended_early {
                    self.session.pass(&check::LIST_PAGING, module);
                    break;
                }
                if is_last_try {
                    let found = match ended_early && agrees {
                        true => format!(
                            "with a limit of {limit} the list ends after {} items",
                            walk.ids.len()
                        ),
                        false => {
                            format!("with a limit of {limit} other items, or in another order")
                        }
                    };
                    let fault = Fault::new(
                        &check::LIST_PAGING,
                        module,
                        "the same items in the same order",
                        found,
                    );
                    return self.session.fail(fault.request(&walk.request));
                }
                let Some(again) = self.short_walk(list, LIMIT, 1).await else {
                    return;
                };
                reference = again.ids;
            }
        }
    }

    async fn short_walk(&self, list: &List, limit: u64, pages: usize) -> Option<ShortWalk> {
        let mut ids = Vec::new();
        let mut read = 0;
        let mut cursor: Option<String> = None;
        let mut request = list.page(Some(limit), None);
        for _ in 0..pages {
            request = list.page(Some(limit), cursor.as_deref());
            let page = self.page(list, &request).await?;
            let count = page.items.len() as u64;
            if !self.within(list, &request, count, limit) {
                return None;
            }
            read += count;
            let id = |item: &Value| Some(item.get("id")?.as_str()?.to_owned());
            ids.extend(page.items.iter().filter_map(id));
            match page.next {
                Some(next) => cursor = Some(next),
                None => {
                    return Some(ShortWalk {
                        ids,
                        count: read,
                        ended: true,
                        request,
                    });
                }
            }
        }
        Some(ShortWalk {
            ids,
            count: read,
            ended: false,
            request,
        })
    }

    async fn unbounded(&self, list: &List, contents: &Contents) {
        let module = list.module;
        let request = list.page(None, None);
        let Some(page) = self.page(list, &request).await else {
            return;
        };
        let count = page.items.len() as u64;
        if contents.count <= LIMIT {
            return self.session.skip(
                &check::LIST_UNBOUNDED,
                module,
                "the list has no more than 100 items",
            );
        }
        match count <= LIMIT {
            true => self.session.pass(&check::LIST_UNBOUNDED, module),
            false => {
                let fault = Fault::new(
                    &check::LIST_UNBOUNDED,
                    module,
                    "at most 100 items",
                    format!("{count} items"),
                );
                self.session.fail(fault.request(&request));
            }
        }
    }

    async fn bad_limits(&self, list: &List) {
        for limit in ["0", "-1", "ten"] {
            let request = Request::get(format_args!("{}?limit={limit}", list.path));
            let Some(response) = self.session.exchange(list.module, &request).await else {
                return;
            };
            if response.status == 400 {
                self.session.pass(&check::LIST_BAD_LIMIT, list.module);
                self.error_shape(list.module, &request, &response);
            } else {
                let fault = Fault::new(
                    &check::LIST_BAD_LIMIT,
                    list.module,
                    "400",
                    status(&response),
                );
                self.session.fail(fault.request(&request));
            }
        }
    }

    async fn bad_cursor(&self, list: &List) {
        let request = list.page(Some(LIMIT), Some("no cursor of yours: \u{fffd}/?&%00"));
        let Some(response) = self.session.exchange(list.module, &request).await else {
            return;
        };
        // To a provider whose cursors are plain ids, any text is a place in the list.
        if matches!(response.status, 200 | 400) {
            self.session.pass(&check::LIST_BAD_CURSOR, list.module);
        } else {
            let fault = Fault::new(
                &check::LIST_BAD_CURSOR,
                list.module,
                "400",
                status(&response),
            );
            self.session.fail(fault.request(&request));
        }
    }
}

struct ShortWalk {
    ids: Vec<String>,
    /// How many items there were, those without an id too.
    count: u64,
    ended: bool,
    request: Request,
}
