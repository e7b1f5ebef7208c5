//! One page of a list.

use serde_json::{Map, Value};

use super::reading::Reading;
use crate::check;
use crate::client::Request;
use crate::kind::kind;
use crate::model::is_alike;
use crate::module::Module;
use crate::printable::tame;
use crate::session::{Fault, status};

const MAX_CURSOR_BYTES: usize = 1024;

/// A page of a list.
pub(super) struct Page {
    pub(super) items: Vec<Value>,
    pub(super) next: Option<String>,
    /// A field that has the position of the next page under another name.
    pub(super) other_next: Option<String>,
}

impl Reading<'_> {
    pub(super) async fn page(&self, module: Module, request: &Request) -> Option<Page> {
        let value = self.session.fetch(module, request).await?;
        self.read_page(module, request, value)
    }

    /// A page after the first one. The provider must accept its own cursor.
    pub(super) async fn next_page(
        &self,
        module: Module,
        request: &Request,
        cursor: Option<&str>,
    ) -> Option<Page> {
        let response = self.session.exchange(module, request).await?;
        if (400..500).contains(&response.status) {
            let found = format!("{} for it", status(&response));
            let expected = "a cursor that the provider accepts";
            let fault = Fault::new(&check::LIST_PAGE, module, expected, found);
            let fix = cursor.and_then(url_fix);
            let fix = fix.unwrap_or_else(|| {
                "Accept every value of `next` as `cursor`, unchanged and percent-decoded."
                    .to_owned()
            });
            self.session
                .fail(fault.path("next").fix(fix).request(request));
            return None;
        }
        let value = self.session.document(module, request, &response)?;
        self.read_page(module, request, value)
    }

    pub(super) fn read_page(
        &self,
        module: Module,
        request: &Request,
        mut value: Value,
    ) -> Option<Page> {
        let fault = |path: &str, expected: &str, found: &str, fix: &str| {
            let fault = Fault::new(&check::LIST_PAGE, module, expected, found).request(request);
            let fault = match fix {
                "" => fault,
                fix => fault.fix(fix),
            };
            self.session.fail(match path {
                "" => fault,
                path => fault.path(path),
            });
            None
        };
        let Some(fields) = value.as_object_mut() else {
            let fix = match value.is_array() {
                true => "Send an object with the list in `data`: `{\"data\": [..]}`.",
                false => "",
            };
            return fault("", "an object with `data`", kind(&value), fix);
        };
        let items = match fields.get_mut("data").map(Value::take) {
            Some(Value::Array(items)) => items,
            other => {
                let other = other.unwrap_or_default();
                let fix = data_fix(fields, &other).unwrap_or_default();
                return fault("data", "a list", kind(&other), &fix);
            }
        };
        let next = match fields.get("next") {
            None | Some(Value::Null) => None,
            Some(Value::String(next)) if !next.is_empty() => Some(next.clone()),
            Some(Value::Number(next)) => Some(next.to_string()),
            Some(other) => {
                let fix = match other {
                    Value::String(_) | Value::Bool(false) => "Omit `next` on the last page.",
                    _ => "Send the cursor of the next page itself, as a string or a number.",
                };
                let expected = "a string or a number, and no `next` on the last page";
                return fault("next", expected, kind(other), fix);
            }
        };
        self.session.pass(&check::LIST_PAGE, module);
        if let Some(next) = &next {
            let bytes = next.len();
            match bytes > MAX_CURSOR_BYTES {
                true => {
                    let expected = format!("at most {MAX_CURSOR_BYTES} bytes");
                    let found = format!("{bytes} bytes");
                    let fault = Fault::new(&check::LIST_LONG_CURSOR, module, expected, found);
                    self.session.fail(fault.path("next").request(request));
                }
                false => self.session.pass(&check::LIST_LONG_CURSOR, module),
            }
        }
        let other_next = other_next(fields);
        Some(Page {
            items,
            next,
            other_next,
        })
    }
}

/// The fix for `data` that is not a list.
fn data_fix(fields: &Map<String, Value>, data: &Value) -> Option<String> {
    if data.is_null() {
        let mut others = fields.iter();
        return match others.find(|(_, value)| value.is_array()) {
            Some((name, _)) => Some(format!("Rename `{}` to `data`.", tame(name))),
            None => Some("Send the list in `data`, and `[]` if there is no item.".to_owned()),
        };
    }
    let mut inner = data.as_object()?.iter();
    Some(match inner.find(|(_, value)| value.is_array()) {
        Some((name, _)) => format!("Send the list of `data.{}` in `data` itself.", tame(name)),
        None => "Send a list of the items in `data`, not an object.".to_owned(),
    })
}

/// The name of a field with the position of the next page.
fn other_next(fields: &Map<String, Value>) -> Option<String> {
    const NAMES: [&str; 7] = [
        "nextCursor",
        "nextPage",
        "nextToken",
        "nextPageToken",
        "cursor",
        "endCursor",
        "startingAfter",
    ];
    let is_value = |value: &Value| value.is_string() || value.is_number();
    let mut names = fields.iter().filter(|(_, value)| is_value(value));
    names
        .find(|(name, _)| NAMES.iter().any(|other| is_alike(other, name)))
        .map(|(name, _)| tame(name))
}

/// The fix for a cursor that is a URL.
pub(super) fn url_fix(cursor: &str) -> Option<String> {
    let is_url = cursor.contains("://") || cursor.starts_with(['/', '?']);
    let has_query = cursor.contains("cursor=") || cursor.contains('?');
    (is_url && (has_query || cursor.contains("://"))).then(|| {
        "Send only the cursor in `next`, not a URL or a path. Churnkey sends it back as `cursor`."
            .to_owned()
    })
}
