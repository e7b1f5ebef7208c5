//! Reads a list from page to page to its end.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use serde_json::Value;

use super::page::{self, Page};
use super::reading::Reading;
use crate::check;
use crate::client::{Request, encoded};
use crate::module::Module;
use crate::session::Fault;

/// Limit of the verifier's requests, which is also the largest that a provider must support.
pub(super) const LIMIT: u64 = 100;
/// Number of pages after which a list counts as endless: two million items on full pages.
const MAX_PAGES: u64 = 20_000;
/// Number of consecutive empty pages after which a list counts as endless.
const MAX_EMPTY_PAGES: u32 = 20;
/// Number of stored ids, so that memory stays flat. Beyond it, repetitions are found within a page.
const MAX_IDS: usize = 200_000;

/// One list of a provider.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) module: Module,
    /// Percent-encoded path under `/churnkey`.
    pub(crate) path: String,
    /// A provider may lack the list. Protocol: **doc**.
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

/// The result of reading a list.
#[derive(Debug)]
pub(crate) enum Walked {
    /// The provider lacks this optional list.
    Absent,
    /// A finding was recorded, or a limit of the run was reached.
    Broken,
    /// The list was read to its end or to the limit of the sample.
    Read(Contents),
}

/// The contents of a list.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// The first items with an id and without a fault.
    pub(crate) sample: Vec<Value>,
    /// The ids of the first items, even of faulty ones.
    pub(crate) first_ids: Vec<String>,
    pub(crate) count: u64,
    /// All pages could be read without a fault of paging.
    pub(crate) sound: bool,
    /// The list was read to its end, not only to the limit of the sample.
    pub(super) complete: bool,
}

impl Reading<'_> {
    /// Reads a list to its end and checks each item. Keeps at most `keep` samples.
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
                (0, false) => self.page(list.module, &request).await,
                _ => {
                    self.next_page(list.module, &request, cursor.as_deref())
                        .await
                }
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
            session.add_items(list.module, page.items.len() as u64);
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
            if ids.len() < MAX_IDS {
                ids.extend(in_page);
            }
            if repeated {
                let mut fault = Fault::new(
                    &check::LIST_REPEATS,
                    list.module,
                    "each item once",
                    "an item of an earlier page",
                );
                fault.fix = cursor.as_deref().and_then(page::url_fix);
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
                contents.complete = true;
                return Walked::Read(contents);
            };
            let fault = |check, expected: &str, found: String| {
                Fault::new(check, list.module, expected, found).request(&request)
            };
            if !cursors.insert(hashes.hash_one(&next)) {
                let mut fault = fault(
                    &check::LIST_CURSOR_LOOPS,
                    "a new cursor",
                    format!("the cursor on page {} repeats an earlier one", number + 1),
                );
                fault.fix = page::url_fix(&next);
                session.fail(fault);
                contents.sound = false;
                return Walked::Read(contents);
            }
            if empty_pages >= MAX_EMPTY_PAGES || number + 1 >= MAX_PAGES {
                let found = match empty_pages {
                    MAX_EMPTY_PAGES.. => {
                        format!("{empty_pages} consecutive empty pages, each with `next`")
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
            _ if self.is_absent(&response).await => Err(Walked::Absent),
            200 => {
                self.session.pass(&check::STATUS, list.module);
                let value = self.session.read(list.module, request, &response);
                Ok(value.and_then(|value| self.read_page(list.module, request, value)))
            }
            _ => {
                let fault = Fault::status(&check::STATUS, list.module, "200", request, &response);
                self.session.fail(fault);
                Err(Walked::Broken)
            }
        }
    }

    fn bounded(&self, list: &List, request: &Request, page: &Page) {
        let count = page.items.len() as u64;
        self.within(list, request, count, LIMIT);
    }

    pub(super) fn within(&self, list: &List, request: &Request, count: u64, limit: u64) -> bool {
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
}
