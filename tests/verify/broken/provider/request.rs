//! Decoded requests and responses of the provider.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{Action, Kind};

/// A decoded request.
pub(crate) struct ProviderRequest {
    pub(crate) route: Route,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) authorization: Option<String>,
    pub(crate) mode: Option<String>,
    pub(crate) body: Bytes,
    /// Limit of the items of a page.
    pub(crate) cap: usize,
    /// Distance of the first item of a page from the position of the cursor. A good provider has 0.
    pub(crate) shift: isize,
}

/// The endpoint of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Manifest,
    List(Kind),
    Retrieve(Kind, String),
    /// The subscriptions of a customer.
    ListOf(String),
    /// A subscription of a customer.
    RetrieveOf(String, String),
    FindByEmail(String),
    FindByPhone(String),
    Act(Action),
    Unknown,
}

impl ProviderRequest {
    pub(crate) async fn read(request: Request) -> Self {
        let (parts, body) = request.into_parts();
        let text = |name: &HeaderName| {
            let value = parts.headers.get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Self {
            route: Route::read(&parts.method, parts.uri.path()),
            query: query(parts.uri.query().unwrap_or_default()),
            authorization: text(&header::AUTHORIZATION),
            mode: text(&HeaderName::from_static("x-churnkey-mode")),
            body: to_bytes(body, 1 << 20).await.unwrap_or_default(),
            cap: 100,
            shift: 0,
        }
    }

    /// Value of a parameter in the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let (_, value) = self.query.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    /// Sets a parameter in the query.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.query.retain(|(known, _)| known != name);
        self.query.push((name.to_owned(), value.into()));
    }

    /// Returns true if the request reads a list of a kind.
    pub(crate) fn lists(&self, kind: Kind) -> bool {
        match &self.route {
            Route::List(listed) => *listed == kind,
            Route::ListOf(_) => kind == Kind::Subscriptions,
            _ => false,
        }
    }

    /// Returns true if the request retrieves an item of a kind.
    pub(crate) fn retrieves(&self, kind: Kind) -> bool {
        match &self.route {
            Route::Retrieve(retrieved, _) => *retrieved == kind,
            Route::RetrieveOf(..) => kind == Kind::Subscriptions,
            _ => false,
        }
    }

    pub(crate) fn finds(&self) -> bool {
        matches!(self.route, Route::FindByEmail(_) | Route::FindByPhone(_))
    }
}

impl Route {
    fn read(method: &Method, path: &str) -> Self {
        let segments: Option<Vec<_>> = path
            .split('/')
            .skip(1)
            .map(|segment| Some(percent_decode_str(segment).decode_utf8().ok()?.into_owned()))
            .collect();
        let segments = segments.unwrap_or_default();
        let segments: Vec<_> = segments.iter().map(String::as_str).collect();
        if segments.iter().any(|segment| segment.is_empty()) {
            return Self::Unknown;
        }
        let read = match segments.as_slice() {
            ["churnkey", "actions", whose, what] if method == Method::POST => {
                Action::at(whose, what).map(Self::Act)
            }
            _ if method != Method::GET => None,
            ["churnkey", "features"] => Some(Self::Manifest),
            ["churnkey", "customers", "email", email] => Some(Self::FindByEmail((*email).into())),
            ["churnkey", "customers", "phone", phone] => Some(Self::FindByPhone((*phone).into())),
            ["churnkey", "customers", customer, "subscriptions"] => {
                Some(Self::ListOf((*customer).into()))
            }
            ["churnkey", "customers", customer, "subscriptions", id] => {
                Some(Self::RetrieveOf((*customer).into(), (*id).into()))
            }
            ["churnkey", module] => Kind::with_path(module).map(Self::List),
            ["churnkey", module, id] => {
                Kind::with_path(module).map(|kind| Self::Retrieve(kind, (*id).into()))
            }
            _ => None,
        };
        read.unwrap_or(Self::Unknown)
    }
}

fn query(text: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// A response.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Content,
}

pub(crate) enum Content {
    Empty,
    Json(Value),
    /// Bytes without encoding.
    Raw(Vec<u8>),
}

impl Reply {
    pub(crate) fn json(value: Value) -> Self {
        let mut reply = Self::empty();
        reply.body = Content::Json(value);
        reply.header(header::CONTENT_TYPE, "application/json");
        reply
    }

    pub(crate) fn empty() -> Self {
        Self {
            status: 200,
            headers: HeaderMap::new(),
            body: Content::Empty,
        }
    }

    pub(crate) fn error(status: u16, message: &str) -> Self {
        let mut reply = Self::json(json!({ "code": status, "message": message }));
        reply.status = status;
        reply
    }

    pub(crate) fn header(&mut self, name: HeaderName, value: &'static str) {
        self.headers.insert(name, HeaderValue::from_static(value));
    }

    /// The JSON document.
    pub(crate) fn value(&mut self) -> &mut Value {
        match &mut self.body {
            Content::Json(value) => value,
            Content::Empty | Content::Raw(_) => panic!("the response has no document"),
        }
    }

    /// Replaces the body and keeps the headers.
    pub(crate) fn raw(&mut self, body: impl Into<Vec<u8>>) {
        self.body = Content::Raw(body.into());
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let body = match self.body {
            Content::Empty => Body::empty(),
            Content::Json(value) => Body::from(value.to_string()),
            Content::Raw(bytes) => Body::from(bytes),
        };
        let status = StatusCode::from_u16(self.status).unwrap();
        (status, self.headers, body).into_response()
    }
}
