//! Who may call: the integration token.

use std::fmt;

use axum::http::{HeaderMap, header};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{Error, Result};

/// The secret that Churnkey sends with every request.
///
/// Only a digest is kept, so it cannot be printed; comparing takes the same time wherever two tokens differ. A token that is empty or
/// blank matches nothing: a router made with it refuses everybody.
#[derive(Clone)]
pub struct IntegrationToken(Option<[u8; 32]>);

impl IntegrationToken {
    /// A token from text. White space around it is dropped, because files and dashboards add it.
    pub fn new(token: impl AsRef<str>) -> Self {
        let token = token.as_ref().trim();
        Self((!token.is_empty()).then(|| Sha256::digest(token).into()))
    }

    /// Whether the token was empty, so that every request is refused.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Lets a request pass that carries `Authorization: Bearer <token>`, in any case of the scheme (protocol: **doc**).
    ///
    /// The guide's own sample compares the whole header with the token, so the bare form `Authorization: <token>` passes too (**assumed**).
    pub(crate) fn admit(&self, headers: &HeaderMap) -> Result<()> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(expected), Some(value), None) = (&self.0, values.next(), values.next()) else {
            return Err(unauthorized());
        };
        let presented: [u8; 32] = Sha256::digest(credential(value.as_bytes())).into();
        if bool::from(presented.ct_eq(expected)) {
            Ok(())
        } else {
            Err(unauthorized())
        }
    }
}

fn credential(header: &[u8]) -> &[u8] {
    const SCHEME: &[u8] = b"bearer ";
    match header.split_at_checked(SCHEME.len()) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(SCHEME) => token.trim_ascii(),
        _ => header.trim_ascii(),
    }
}

fn unauthorized() -> Error {
    Error::new(axum::http::StatusCode::UNAUTHORIZED, "Unauthorized")
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
