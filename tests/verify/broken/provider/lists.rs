//! Pages of a list.

use std::borrow::Borrow;

use serde_json::{Value, json};

use super::{ProviderRequest, Reply};

const DEFAULT: usize = 10;

/// The requested page. A cursor is valid only for the list with the same name.
pub(crate) fn page<V: Borrow<Value>>(request: &ProviderRequest, list: &str, items: &[V]) -> Reply {
    let Some(limit) = limit(request) else {
        return Reply::error(400, "`limit` must be a whole number above 0");
    };
    let start = match request.parameter("cursor") {
        None => Some(0),
        Some(cursor) => decode_cursor(cursor, list)
            .filter(|start| *start < items.len())
            .and_then(|start| start.checked_add_signed(request.shift)),
    };
    let Some(start) = start else {
        return Reply::error(400, "`cursor` is not one of this list");
    };
    let end = items.len().min(start + limit);
    let data: Vec<_> = items[start..end].iter().map(Borrow::borrow).collect();
    let mut page = json!({ "data": data });
    if end < items.len() {
        page["next"] = json!(encode_cursor(end, list));
    }
    Reply::json(page)
}

fn limit(request: &ProviderRequest) -> Option<usize> {
    let Some(text) = request.parameter("limit") else {
        return Some(DEFAULT.min(request.cap));
    };
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // A number that overflows is above the cap as well.
    let limit = text.parse().unwrap_or(request.cap).min(request.cap);
    (limit > 0).then_some(limit)
}

fn encode_cursor(place: usize, list: &str) -> String {
    let text = format!("{place} {list}");
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn decode_cursor(cursor: &str, list: &str) -> Option<usize> {
    let bytes = cursor.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    let text = String::from_utf8(bytes.collect::<Option<_>>()?).ok()?;
    let (place, of) = text.split_once(' ')?;
    // Only cursors of `encode_cursor` are valid.
    let place = place.parse().ok()?;
    (of == list && encode_cursor(place, list) == cursor).then_some(place)
}
