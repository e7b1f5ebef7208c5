//! Requests for a list with other limits and cursors.

use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::list::{Contents, LIMIT, List};
use super::reading::Reading;
use crate::check;
use crate::client::Request;
use crate::session::{Fault, status};

/// Number of pages that are read with a limit of 1.
const FEW_PAGES: usize = 4;
/// Number of pages that are read with other limits.
const MOST_PAGES: usize = 12;

impl Reading<'_> {
    /// Reads a list with other limits and cursors. The list must be readable to its end.
    pub(crate) async fn paging(&self, list: &List, contents: &Contents) {
        let bad = BAD_LIMITS.map(|limit| bad_limit(list, limit));
        let first = [Some(1), None].map(|limit| list.page(limit, None));
        let others = [bad_cursor(list)].into_iter().chain(bad);
        self.session.ahead(first.into_iter().chain(others)).await;
        self.limits(list, contents).await;
        self.unbounded(list, contents).await;
        self.bad_limits(list).await;
        self.bad_cursor(list).await;
    }

    async fn limits(&self, list: &List, contents: &Contents) {
        let module = list.module;
        if contents.count < 2 {
            return self.session.skip(
                &check::LIST_PAGING,
                module,
                "the list has fewer than two items",
            );
        }
        let limits = [
            Some((1, FEW_PAGES)),
            uneven(contents.count),
            even(contents.count),
        ];
        let limits = limits.into_iter().flatten();
        let limits = limits.map(|(limit, pages)| (Some(limit), pages));
        let limits: Vec<_> = limits.chain([(None, MOST_PAGES)]).collect();
        let mut walks = Vec::new();
        for (limit, pages) in &limits {
            walks.push(self.short_walk(list, *limit, *pages));
        }
        let walks = stream::iter(walks).buffered(self.session.jobs);
        let walks: Vec<_> = walks.collect().await;
        for ((limit, pages), walk) in limits.into_iter().zip(walks) {
            let words = match limit {
                Some(limit) => format!("with limit {limit}"),
                None => "without a limit".to_owned(),
            };
            let mut reference = contents.first_ids.clone();
            let mut first = Some(walk);
            // In a live system a list may change between two requests.
            for is_last_try in [false, true] {
                let walk = match first.take() {
                    Some(walk) => walk,
                    None => self.short_walk(list, limit, pages).await,
                };
                let Some(walk) = walk else {
                    return;
                };
                // Only the first ids are stored.
                let mut pairs = walk.ids.iter().zip(&reference);
                let is_longer = contents.complete && walk.count > contents.count;
                let agrees = !is_longer && pairs.all(|(one, other)| one == other);
                let ended_early = walk.ended && walk.count < contents.count;
                if agrees && !ended_early {
                    self.session.pass(&check::LIST_PAGING, module);
                    break;
                }
                if is_last_try {
                    let found = match ended_early && agrees {
                        true => format!("the list {words} ends after {} items", walk.ids.len()),
                        false => format!("other items or another order {words}"),
                    };
                    let mut fault = Fault::new(
                        &check::LIST_PAGING,
                        module,
                        "the same items in the same order",
                        found,
                    );
                    if ended_early && agrees {
                        fault = fault.fix(match &walk.other_next {
                            Some(name) => format!("Rename `{name}` to `next`."),
                            None => "Send `next` on every page but the last one, also with this \
                                     `limit`."
                                .to_owned(),
                        });
                    }
                    return self.session.fail(fault.request(&walk.request));
                }
                let Some(again) = self.short_walk(list, Some(LIMIT), 1).await else {
                    return;
                };
                reference = again.ids;
            }
        }
    }

    /// Reads at most some pages. Returns `None` if a page has a fault.
    async fn short_walk(&self, list: &List, limit: Option<u64>, pages: usize) -> Option<ShortWalk> {
        let mut ids = Vec::new();
        let mut read = 0;
        let mut cursor: Option<String> = None;
        let mut request = list.page(limit, None);
        for _ in 0..pages {
            request = list.page(limit, cursor.as_deref());
            let page = match &cursor {
                None => self.page(list.module, &request).await?,
                Some(cursor) => self.next_page(list.module, &request, Some(cursor)).await?,
            };
            let count = page.items.len() as u64;
            if let Some(limit) = limit
                && !self.within(list, &request, count, limit)
            {
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
                        other_next: page.other_next,
                        request,
                    });
                }
            }
        }
        Some(ShortWalk {
            ids,
            count: read,
            ended: false,
            other_next: None,
            request,
        })
    }

    async fn unbounded(&self, list: &List, contents: &Contents) {
        let module = list.module;
        if contents.count <= LIMIT {
            return self.session.skip(
                &check::LIST_UNBOUNDED,
                module,
                "the list has at most 100 items",
            );
        }
        let request = list.page(None, None);
        let Some(page) = self.page(list.module, &request).await else {
            return;
        };
        let count = page.items.len() as u64;
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
        for limit in BAD_LIMITS {
            let request = bad_limit(list, limit);
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
        let request = bad_cursor(list);
        let Some(response) = self.session.exchange(list.module, &request).await else {
            return;
        };
        // For a provider whose cursors are plain ids, every string is a position in the list.
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

const BAD_LIMITS: [&str; 3] = ["0", "-1", "ten"];

fn bad_limit(list: &List, limit: &str) -> Request {
    Request::get(format_args!("{}?limit={limit}", list.path))
}

fn bad_cursor(list: &List) -> Request {
    list.page(Some(LIMIT), Some("invalid cursor: \u{fffd}/?&%00"))
}

/// A limit at which the last page is not full, and enough pages to read the list to its end.
fn uneven(count: u64) -> Option<(u64, usize)> {
    let limits = 2..LIMIT.min(count);
    let mut limits = limits.filter(|limit| !count.is_multiple_of(*limit));
    limits.find_map(|limit| Some((limit, pages(count, limit)?)))
}

/// A limit at which the last page is full, and enough pages to read the list to its end.
fn even(count: u64) -> Option<(u64, usize)> {
    let limits = 2..=LIMIT.min(count);
    let mut limits = limits.filter(|limit| count.is_multiple_of(*limit));
    limits.find_map(|limit| Some((limit, pages(count, limit)?)))
}

/// Number of pages of a list, if they are not too many, with one more after the end.
fn pages(count: u64, limit: u64) -> Option<usize> {
    let pages = usize::try_from(count.div_ceil(limit)).ok()?;
    (pages <= MOST_PAGES).then_some(pages + 1)
}

struct ShortWalk {
    ids: Vec<String>,
    /// Number of items, with and without an id.
    count: u64,
    ended: bool,
    /// The name of a field with the position of the next page, on the last page.
    other_next: Option<String>,
    request: Request,
}
