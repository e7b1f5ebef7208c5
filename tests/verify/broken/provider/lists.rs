//! Pages of a list.

use std::borrow::Borrow;

use serde_json::{Value, json};

use super::{Asked, Reply};

const DEFAULT: usize = 10;

/// The page that was asked for. Cursors are good for the list with the same name alone.
pub(crate) fn page<V: Borrow<Value>>(asked: &Asked, list: &str, items: &[V]) -> Reply {
    let Some(limit) = limit(asked) else {
        return Reply::error(400, "`limit` must be a whole number above 0");
    };
    let start = match asked.parameter("cursor") {
        None => Some(0),
        Some(cursor) => opened(cursor, list)
            .filter(|start| *start < items.len())
            .and_then(|start| start.checked_add_signed(asked.shift)),
    };
    let Some(start) = start else {
        return Reply::error(400, "`cursor` is not one of this list");
    };
    let end = items.len().min(start + limit);
    let data: Vec<_> = items[start..end].iter().map(Borrow::borrow).collect();
    let mut page = json!({ "data": data });
    if end < items.len() {
        page["next"] = json!(sealed(end, list));
    }
    Reply::json(page)
}

fn limit(asked: &Asked) -> Option<usize> {
    let Some(text) = asked.parameter("limit") else {
        return Some(DEFAULT.min(asked.cap));
    };
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // A number too long to be read is above the cap as well.
    let limit = text.parse().unwrap_or(asked.cap).min(asked.cap);
    (limit > 0).then_some(limit)
}

fn sealed(place: usize, list: &str) -> String {
    let text = format!("{place} {list}");
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn opened(cursor: &str, list: &str) -> Option<usize> {
    let bytes = cursor.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    let text = String::from_utf8(bytes.collect::<Option<_>>()?).ok()?;
    let (place, of) = text.split_once(' ')?;
    // Only what was given is taken back.
    let place = place.parse().ok()?;
    (of == list && sealed(place, list) == cursor).then_some(place)
}
