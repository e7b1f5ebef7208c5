//! The id under which a request is logged.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, for logs: the caller's `X-Request-Id` if it is well-formed, else a
/// generated one.
///
/// It is sent back in the same header.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(HeaderValue);

impl RequestId {
    const MAX_LENGTH: usize = 128;

    /// An id for tests of a function that takes one. `None` unless it is 1 to 128 letters, digits
    /// and `-_.:/=+`.
    pub fn new(id: &str) -> Option<Self> {
        Self::well_formed(HeaderValue::from_str(id).ok()?)
    }

    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(REQUEST_ID).cloned();
        given
            .and_then(Self::well_formed)
            .unwrap_or_else(Self::unique)
    }

    fn well_formed(id: HeaderValue) -> Option<Self> {
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/=+".contains(byte);
        let fits = (1..=Self::MAX_LENGTH).contains(&id.len());
        (fits && id.as_bytes().iter().all(allowed)).then_some(Self(id))
    }

    /// Generates an id: a counter makes it unique in the process, a random prefix across restarts.
    pub(crate) fn unique() -> Self {
        static PREFIX: LazyLock<String> =
            LazyLock::new(|| format!("{:016x}-", RandomState::new().hash_one("churnkey")));
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        // Formatting all of it for each request would take longer than the rest of a refusal.
        let digits = (u64::BITS - count.leading_zeros()).div_ceil(4).max(1);
        let digits = (0..digits).rev().map(|digit| count >> (4 * digit) & 0xf);
        let mut id = Vec::with_capacity(32);
        id.extend_from_slice(PREFIX.as_bytes());
        id.extend(digits.map(|digit| b"0123456789abcdef"[digit as usize]));
        let id = HeaderValue::from_maybe_shared(Bytes::from(id));
        Self(id.unwrap_or(HeaderValue::from_static("unknown")))
    }

    /// The id as a string.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    pub(crate) fn into_header(self) -> HeaderValue {
        self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_ids_are_unique_and_well_formed() {
        let ids: Vec<_> = (0..100).map(|_| RequestId::unique()).collect();
        for (index, id) in ids.iter().enumerate() {
            assert_eq!(RequestId::new(id.as_str()).as_ref(), Some(id));
            assert!(!ids[..index].contains(id));
        }
    }
}
