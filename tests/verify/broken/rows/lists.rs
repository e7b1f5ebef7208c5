//! Faults of lists and of their paging.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::broken::fault::Fault;
use crate::broken::provider::{Content, Kind, ProviderRequest, Reply};
use crate::broken::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        let name = kind.name();
        let mut add = |what: &str, check: &str, fault| {
            let (what, id) = (format!("{name}: {what}"), format!("{name}.list.{check}"));
            rows.push(row(what, id, fault));
        };
        add(
            "the list is an array",
            "page",
            page(kind, |page| *page = page["data"].take()),
        );
        add(
            "the items have another name",
            "page",
            page(kind, |page| {
                page["items"] = page.as_object_mut().unwrap().remove("data").unwrap();
            }),
        );
        add(
            "`next` is an object",
            "page",
            page(kind, |page| page["next"] = json!({ "after": 1 })),
        );
        add(
            "`next` is a flag",
            "page",
            page(kind, |page| page["next"] = json!(true)),
        );
        add(
            "the limit is ignored",
            "limit",
            request(kind, |request| {
                if is_small(request.parameter("limit")) {
                    request.set("limit", "100");
                }
            }),
        );
        add(
            "a page has one item more",
            "limit",
            request(kind, |request| {
                if is_small(request.parameter("limit")) {
                    let limit: u8 = request.parameter("limit").unwrap().parse().unwrap();
                    request.set("limit", (limit + 1).to_string());
                }
            }),
        );
        add(
            "without a limit a page has everything",
            "unbounded",
            request(kind, |request| {
                if request.parameter("limit").is_none() {
                    request.cap = 1000;
                    request.set("limit", "1000");
                }
            })
            .books(move |books| books.multiply(kind)),
        );
        add(
            "a limit of zero is accepted",
            "bad-limit",
            request(kind, |request| {
                if request.parameter("limit") == Some("0") {
                    request.set("limit", "10");
                }
            }),
        );
        add(
            "a negative limit gets 500",
            "bad-limit",
            reply(kind, |request, reply| {
                if request.parameter("limit") == Some("-1") {
                    *reply = Reply::error(500, "Internal Server Error");
                }
            }),
        );
        add(
            "a limit that is not a number is accepted",
            "bad-limit",
            request(kind, |request| {
                if request
                    .parameter("limit")
                    .is_some_and(|limit| limit.starts_with(char::is_alphabetic))
                {
                    request.set("limit", "10");
                }
            }),
        );
        add(
            "an invalid cursor gets 500",
            "bad-cursor",
            reply(kind, |request, reply| {
                if request.parameter("cursor").is_some() && reply.status == 400 {
                    *reply = Reply::error(500, "Internal Server Error");
                }
            }),
        );
        add(
            "the cursor contains the whole item",
            "long-cursor",
            long_cursors(kind),
        );
        add("the cursor repeats", "cursor-loops", loops(kind));
        add(
            "a page begins with the last item of the one before",
            "repeats",
            request(kind, |request| {
                request.cap = 2;
                request.shift = -1;
            }),
        );
        add(
            "the list continues with empty pages",
            "endless",
            endless(kind),
        );
        add(
            "a page skips an item",
            "paging",
            request(kind, |request| request.shift = 1),
        );
        add(
            "the order depends on the limit",
            "paging",
            reply(kind, |request, reply| {
                let is_not_one = request.parameter("limit") != Some("1");
                if is_small(request.parameter("limit")) && is_not_one && reply.status == 200 {
                    reply.value()["data"].as_array_mut().unwrap().reverse();
                }
            }),
        );
        add(
            "the list ends early with a small limit",
            "paging",
            reply(kind, |request, reply| {
                if is_small(request.parameter("limit")) && reply.status == 200 {
                    reply.value().as_object_mut().unwrap().remove("next");
                }
            }),
        );
        add(
            "the list ends early without a limit",
            "paging",
            reply(kind, |request, reply| {
                if request.parameter("limit").is_none() && reply.status == 200 {
                    reply.value()["data"].as_array_mut().unwrap().truncate(1);
                    reply.value().as_object_mut().unwrap().remove("next");
                }
            }),
        );
    }
    rows
}

fn is_small(limit: Option<&str>) -> bool {
    matches!(limit, Some("1" | "2" | "3" | "4" | "5"))
}

/// Changes a page.
fn page(kind: Kind, edit: fn(&mut Value)) -> Fault {
    reply(kind, move |_, reply| {
        if reply.status == 200 {
            edit(reply.value());
        }
    })
}

fn reply(kind: Kind, edit: impl Fn(&ProviderRequest, &mut Reply) + Send + Sync + 'static) -> Fault {
    Fault::none().reply(move |request, reply| {
        if request.lists(kind) {
            edit(request, reply);
        }
    })
}

fn request(kind: Kind, edit: fn(&mut ProviderRequest)) -> Fault {
    Fault::none().request(move |request| {
        if request.lists(kind) {
            edit(request);
        }
    })
}

fn long_cursors(kind: Kind) -> Fault {
    const REST: &str = "-and-all-of-the-item";
    request(kind, |request| {
        if let Some(cursor) = request.parameter("cursor") {
            let place = cursor.split_once(REST).map_or(cursor, |(place, _)| place);
            request.set("cursor", place.to_owned());
        }
    })
    .reply(move |request, reply| {
        if let (true, Content::Json(page)) = (request.lists(kind), &mut reply.body)
            && let Some(Value::String(next)) = page.get_mut("next")
        {
            next.push_str(&REST.repeat(60));
        }
    })
}

/// The second page names itself as the next one.
fn loops(kind: Kind) -> Fault {
    Fault::none()
        .request(move |request| {
            // A list of two pages needs a small cap.
            request.cap = if request.lists(kind) { 1 } else { request.cap };
        })
        .reply(move |request, reply| {
            if let (true, Some(cursor)) = (request.lists(kind), request.parameter("cursor"))
                && reply.status == 200
            {
                reply.value()["data"] = json!([]);
                reply.value()["next"] = json!(cursor);
            }
        })
}

fn endless(kind: Kind) -> Fault {
    let pages = AtomicUsize::new(0);
    let beyond = |cursor: &str| cursor.starts_with("beyond");
    reply(kind, move |request, reply| {
        if request.parameter("cursor").is_some_and(beyond) {
            *reply = Reply::json(json!({ "data": [] }));
        }
        if let (200, Content::Json(page)) = (reply.status, &mut reply.body)
            && page.get("next").is_none()
        {
            let page_number = pages.fetch_add(1, Ordering::Relaxed);
            page["next"] = json!(format!("beyond {page_number}"));
        }
    })
}
