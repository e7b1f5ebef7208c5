//! The integration token.

use std::fmt;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use axum::http::{HeaderMap, StatusCode, header};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use crate::error::{Error, Result};
use crate::model::timestamp::Timestamp;

/// The secret that Churnkey sends with every request, and optionally the previous one.
///
/// Only digests are kept, so it cannot be printed. A comparison takes the same time wherever two
/// tokens differ. A token that is empty or blank matches nothing: a provider that has no other
/// rejects every request.
///
/// To rotate the token without a gap, configure the new one, and the old one with the moment at
/// which it expires, start or [reload](TokenHandle), and only then change it in Churnkey's
/// dashboard:
///
/// ```
/// # use churnkey_runtime as churnkey;
/// # fn tokens(new: &str, old: &str) -> churnkey::Result<()> {
/// let until = "2026-12-01T00:00:00Z".parse()?;
/// let token = churnkey::IntegrationToken::new(new).with_previous(old, until);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct IntegrationToken {
    current: Option<Digest>,
    previous: Option<(Digest, Timestamp)>,
}

type Digest = [u8; 32];

impl IntegrationToken {
    /// A token from a string. White space around it is dropped, because files and dashboards add
    /// it.
    pub fn new(token: impl AsRef<str>) -> Self {
        Self {
            current: digest(token.as_ref()),
            previous: None,
        }
    }

    /// Accepts the token before this one as well until a moment, exclusive. An empty one matches
    /// nothing.
    #[must_use]
    pub fn with_previous(mut self, token: impl AsRef<str>, until: Timestamp) -> Self {
        self.previous = digest(token.as_ref()).map(|digest| (digest, until));
        self
    }

    /// The tokens in a file: the current one on the first line, and optionally the previous one and
    /// the moment at which it expires on the second:
    ///
    /// ```text
    /// 3f1cb4e8a0..
    /// 9d07aa51c2.. until 2026-12-01T00:00:00Z
    /// ```
    ///
    /// A token has at least 8 characters of visible ASCII. Replace the file by a rename: while it
    /// is written, it may be half there.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is no regular file, as a pipe is none, has no token, or has other
    /// content. The message names the line and never its content.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let refusal = |rule: &str| {
            let message = format!("the token file {} {rule}", path.display());
            Error::new(StatusCode::INTERNAL_SERVER_ERROR, message)
        };
        let bytes = read(path).map_err(|cause| refusal("cannot be read").with_cause(cause))?;
        let bytes = bytes.ok_or_else(|| refusal("is not a regular file"))?;
        let text = String::from_utf8(bytes).map_err(|_| refusal("must be UTF-8"))?;
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let current = lines.next().ok_or_else(|| refusal("is empty"))?;
        if current.contains(char::is_whitespace) {
            return Err(refusal("must have the token alone on its first line"));
        }
        let check = |token: &str, line: &str| match unsendable(token) {
            Some(part) => Err(refusal(&format!("must not have {part} on its {line} line"))),
            None if token.len() < MIN_BYTES => Err(refusal(&format!(
                "must have a token of at least {MIN_BYTES} characters on its {line} line: it was \
                 cut off, or can be guessed"
            ))),
            None => Ok(()),
        };
        check(current, "first")?;
        let token = Self::new(current);
        let token = match lines.next() {
            None => token,
            Some(line) => {
                match line.split_whitespace().collect::<Vec<_>>()[..] {
                    [previous, "until", until] => {
                        check(previous, "second")?;
                        let until = until.parse().map_err(|_| {
                        refusal("must end its second line with a moment such as 2026-12-01T00:00:00Z")
                    })?;
                        token.with_previous(previous, until)
                    }
                    _ => {
                        return Err(refusal(
                            "must have `<previous token> until <moment>` on its second line",
                        ));
                    }
                }
            }
        };
        match lines.next() {
            None => Ok(token),
            Some(_) => Err(refusal("must have at most two lines")),
        }
    }

    /// `true` if the token was empty, so that it matches nothing.
    pub fn is_empty(&self) -> bool {
        self.current.is_none()
    }

    /// `true` if a request carries `Authorization: Bearer <token>`, in any case of the scheme
    /// (protocol: **doc**).
    ///
    /// The guide's own sample compares the whole header with the token, so the bare form
    /// `Authorization: <token>` is accepted too (**assumed**).
    fn admits(&self, headers: &HeaderMap, now: impl FnOnce() -> Timestamp) -> bool {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let presented = match (values.next(), values.next()) {
            (Some(value), None) => value.as_bytes(),
            // Hashed and compared as well, so that the reply does not take less time.
            _ => b"",
        };
        let presented = hash(credential(presented));
        let current = matches(&presented, self.current.as_ref());
        let previous = matches(&presented, self.previous.as_ref().map(|(digest, _)| digest));
        // Computed even if the previous token does not match: otherwise timing would distinguish an
        // expired token from one that never existed.
        let in_time = self.previous.is_some_and(|(_, until)| now() < until);
        bool::from(current | previous & Choice::from(u8::from(in_time)))
    }
}

/// A shorter token in a file is one that was half written, or that is soon guessed.
const MIN_BYTES: usize = 8;

/// Reads a regular file, and no other: a pipe or a device may have no end.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    const MAX_BYTES: u64 = 64 * 1024;
    if !std::fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// The part of a token that no caller can send in a header.
pub(crate) fn unsendable(token: &str) -> Option<&'static str> {
    let is_visible = |char: char| char.is_ascii_graphic() || char == ' ';
    match token.chars().find(|char| !is_visible(*char))? {
        '\u{feff}' => Some("a byte order mark"),
        '\0' => Some("a NUL"),
        _ => Some("a character that is not visible ASCII"),
    }
}

fn digest(token: &str) -> Option<Digest> {
    let token = token.trim();
    (!token.is_empty()).then(|| hash(token.as_bytes()))
}

fn hash(token: &[u8]) -> Digest {
    Sha256::digest(token).into()
}

/// Compares in constant time. An absent token is compared as well.
fn matches(presented: &Digest, expected: Option<&Digest>) -> Choice {
    let present = Choice::from(u8::from(expected.is_some()));
    present & presented.ct_eq(expected.unwrap_or(&[0; 32]))
}

fn credential(header: &[u8]) -> &[u8] {
    const SCHEME: &[u8] = b"bearer ";
    match header.split_at_checked(SCHEME.len()) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(SCHEME) => token.trim_ascii(),
        _ => header.trim_ascii(),
    }
}

impl fmt::Debug for IntegrationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IntegrationToken(..)")
    }
}

impl From<&str> for IntegrationToken {
    fn from(token: &str) -> Self {
        Self::new(token)
    }
}

impl From<String> for IntegrationToken {
    fn from(token: String) -> Self {
        Self::new(token)
    }
}

impl From<&String> for IntegrationToken {
    fn from(token: &String) -> Self {
        Self::new(token)
    }
}

/// The token of a running provider, which can be replaced while it serves: see
/// [`Provider::token_handle`](crate::Provider::token_handle).
#[derive(Clone)]
pub struct TokenHandle(Arc<RwLock<IntegrationToken>>);

impl TokenHandle {
    pub(crate) fn new(token: IntegrationToken) -> Self {
        Self(Arc::new(RwLock::new(token)))
    }

    /// Requires another token from the next request on. Requests under way are not affected.
    pub fn replace(&self, token: impl Into<IntegrationToken>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = token.into();
    }

    pub(crate) fn admits(&self, headers: &HeaderMap) -> bool {
        let token = self.0.read().unwrap_or_else(PoisonError::into_inner);
        token.admits(headers, Timestamp::now)
    }
}

impl fmt::Debug for TokenHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHandle(..)")
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn admits(token: &IntegrationToken, header: &'static str, now: &str) -> bool {
        let header = HeaderValue::from_static(header);
        let headers = HeaderMap::from_iter([(header::AUTHORIZATION, header)]);
        token.admits(&headers, || at(now))
    }

    #[test]
    fn previous_token_is_accepted_before_its_expiry() {
        let token = IntegrationToken::new("new").with_previous("old", at("2026-12-01T00:00:00Z"));
        for (header, now, passes) in [
            ("Bearer new", "2026-11-30T00:00:00Z", true),
            ("Bearer new", "2027-01-01T00:00:00Z", true),
            ("Bearer old", "2026-11-30T23:59:59.999Z", true),
            ("old", "2026-11-30T23:59:59.999Z", true),
            ("Bearer old", "2026-12-01T00:00:00Z", false),
            ("Bearer older", "2026-11-30T00:00:00Z", false),
        ] {
            assert_eq!(admits(&token, header, now), passes, "{header} at {now}");
        }
    }

    #[test]
    fn empty_token_matches_nothing() {
        let until = at("9999-01-01T00:00:00Z");
        let token = IntegrationToken::new(" ").with_previous("", until);
        for header in ["", " ", "Bearer", "Bearer ", "Bearer  "] {
            assert!(
                !admits(&token, header, "2026-01-01T00:00:00Z"),
                "{header:?}"
            );
        }
        let previous_only = IntegrationToken::new("").with_previous("old", until);
        assert!(admits(&previous_only, "Bearer old", "2026-01-01T00:00:00Z"));
    }
}
