//! What a browser sends: the fields of a form or of a query.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;

/// Fields in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn new(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// A field, or an empty text.
    pub(super) fn get(&self, name: &str) -> &str {
        let field = self.0.iter().find(|(other, _)| other == name);
        field.map_or("", |(_, value)| value)
    }

    /// A field that says something, without the space around it that is pasted so easily.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|value| !value.is_empty())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(other, _)| other == name)
    }
}

/// Those of the query.
impl<S: Send + Sync> FromRequestParts<S> for Fields {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let query = Query::try_from_uri(&parts.uri);
        Ok(query.map_or_else(|_| Self::default(), |Query(fields)| Self(fields)))
    }
}
