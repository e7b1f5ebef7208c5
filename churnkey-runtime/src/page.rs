//! Pages of a list, and the cursors between them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result, ResultExt as _};
use crate::redact::Redacted;

/// The longest cursor in bytes, in requests and in answers (**assumed**).
pub(crate) const MAX_CURSOR_BYTES: usize = 1024;

/// A request for a page of a list: the maximum number of items, and the cursor at which it begins.
///
/// Use keyset paging: its cost does not grow with the page, and it neither skips nor repeats a row
/// while others are inserted. Order by a unique key, select the rows after the key of the cursor,
/// and fetch one more than the limit:
///
/// ```
/// # use churnkey_runtime as churnkey;
/// use churnkey::{Page, PageRequest};
///
/// # struct Row { created: i64, id: String }
/// # fn select(after: Option<(i64, String)>, limit: i64) -> Vec<Row> { Vec::new() }
/// fn list(page: PageRequest) -> churnkey::Result<Page<Row>> {
///     let after: Option<(i64, String)> = page.after()?;
///     // WHERE (created, id) > (?, ?) ORDER BY created, id LIMIT ?
///     let rows = select(after, page.limit_plus_one());
///     page.keyset(rows, |row| (row.created, row.id.clone()))
/// }
/// ```
///
/// The key has the columns by which the rows are ordered. It must be unique, so end it with the id.
/// The key is in the cursor, and the cursor is in URLs and so in the logs of proxies: do not order
/// by personal data.
#[derive(Clone)]
pub struct PageRequest {
    limit: u32,
    cursor: Option<String>,
    scope: String,
}

impl PageRequest {
    /// A request for the first page, for tests of your own function.
    pub fn first(limit: u32) -> Self {
        Self {
            limit,
            cursor: None,
            scope: String::new(),
        }
    }

    /// Moves the request to the page at a cursor.
    #[must_use]
    pub fn at(mut self, cursor: &Cursor) -> Self {
        self.cursor = Some(cursor.to_string());
        self
    }

    pub(crate) fn scoped(limit: u32, cursor: Option<String>, scope: String) -> Self {
        Self {
            limit,
            cursor,
            scope,
        }
    }

    /// The maximum number of items on the page, at least 1. A longer page is rejected before it is
    /// sent.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// One more than the limit: the number of rows to fetch. The last row shows
    /// [`keyset`](Self::keyset) that another page follows.
    pub fn limit_plus_one(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The cursor that Churnkey sent back, for billing systems with cursors of their own; `None` on
    /// the first page.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// The key of the last row of the page before, or `None` on the first page.
    ///
    /// A cursor that was not made by [`keyset`](Self::keyset) for the same list, mode and customer,
    /// with a key of the same type, is a 400.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        self.cursor
            .as_deref()
            .map(|cursor| decode(cursor, &self.scope))
            .transpose()
    }

    /// A page of the first [`limit`](Self::limit) rows. If there are more, the cursor to the next
    /// page is made from the last one's key.
    pub fn keyset<T, K: Serialize>(
        &self,
        mut rows: Vec<T>,
        key: impl Fn(&T) -> K,
    ) -> Result<Page<T>> {
        let limit = self.limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = match rows.last() {
            Some(last) if more => Some(Cursor::Text(encode(&key(last), &self.scope)?)),
            _ => None,
        };
        Ok(Page { data: rows, next })
    }
}

/// Omits the cursor, because the key in it may be personal data, such as an e-mail address.
impl fmt::Debug for PageRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageRequest")
            .field("limit", &self.limit)
            .field("cursor", &Redacted::option(&self.cursor))
            .finish_non_exhaustive()
    }
}

/// Makes a cursor: the key in JSON behind a checksum of key and scope. Without any state, the
/// checksum detects a truncated or changed cursor and one of another list. It is not a secret and
/// does not grant access.
fn encode<K: Serialize>(key: &K, scope: &str) -> Result<String> {
    let key = serde_json::to_vec(key).or_internal()?;
    let mut bytes = digest(&key, scope).to_vec();
    bytes.extend_from_slice(&key);
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn decode<K: DeserializeOwned>(cursor: &str, scope: &str) -> Result<K> {
    let unreadable = || Error::bad_request("`cursor` is not one that this list has given");
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| unreadable())?;
    let (checksum, key) = bytes
        .split_at_checked(CHECKSUM_BYTES)
        .ok_or_else(unreadable)?;
    if checksum != digest(key, scope) {
        return Err(unreadable());
    }
    serde_json::from_slice(key).map_err(|_| unreadable())
}

const CHECKSUM_BYTES: usize = 8;

fn digest(key: &[u8], scope: &str) -> [u8; CHECKSUM_BYTES] {
    let mut hash = Sha256::new();
    hash.update((scope.len() as u64).to_be_bytes());
    hash.update(scope);
    hash.update(key);
    let mut checksum = [0; CHECKSUM_BYTES];
    checksum.copy_from_slice(&hash.finalize()[..CHECKSUM_BYTES]);
    checksum
}

/// A part of a list, and the cursor to the next part, if there is one.
///
/// On the wire `{"data": [...], "next": <string or number>}`, without `next` on the last page
/// (protocol: **doc**).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "openapi",
    schemars(
        rename = "{T}Page",
        description = "A part of a list, and the cursor to the next part, if there is one. \
                       Protocol: **doc**."
    )
)]
pub struct Page<T> {
    pub(crate) data: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The last page of a list, or the only one.
    pub fn last(data: Vec<T>) -> Self {
        Self { data, next: None }
    }

    /// A page with a successor, for billing systems with cursors of their own. A cursor may have up
    /// to 1 KiB.
    pub fn with_next(data: Vec<T>, next: impl Into<Cursor>) -> Self {
        Self {
            data,
            next: Some(next.into()),
        }
    }

    /// The items.
    pub fn data(&self) -> &[T] {
        &self.data
    }

    /// The items, without the cursor.
    pub fn into_data(self) -> Vec<T> {
        self.data
    }

    /// The cursor to the next page; `None` on the last.
    pub fn next(&self) -> Option<&Cursor> {
        self.next.as_ref()
    }

    /// Converts each item, such as a row into a model.
    pub fn map<U>(self, model: impl FnMut(T) -> U) -> Page<U> {
        Page {
            data: self.data.into_iter().map(model).collect(),
            next: self.next,
        }
    }

    /// Converts each item, and stops at the first error.
    pub fn try_map<U, E>(self, model: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        Ok(Page {
            data: self.data.into_iter().map(model).collect::<Result<_, E>>()?,
            next: self.next,
        })
    }
}

/// The start of the next page. It is opaque to Churnkey, which sends it back as a string.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(untagged)]
#[non_exhaustive]
pub enum Cursor {
    /// A string, as [`PageRequest::keyset`] makes it.
    #[cfg_attr(
        feature = "openapi",
        schemars(
            description = "A string.",
            extend("minLength" = 1, "maxLength" = MAX_CURSOR_BYTES)
        )
    )]
    Text(String),
    /// A number, such as the last row's id.
    Number(i64),
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match self {
            Self::Text(_) => "Text",
            Self::Number(_) => "Number",
        };
        f.debug_tuple(form).field(&Redacted).finish()
    }
}

impl From<String> for Cursor {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cursor {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Cursor {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}
