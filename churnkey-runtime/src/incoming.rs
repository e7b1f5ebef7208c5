//! From a request to what a function is given.

use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;

use axum::body::{Body as HttpBody, to_bytes};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use tokio::time::timeout;

use crate::action::{
    ApplyCoupon, Body, Cancel, CancelAll, ChangePrice, ExtendTrial, Fields, FromBody, Pause,
    PauseAll,
};
use crate::in_flight::Intent;
use crate::manifest::Manifest;
use crate::model::{
    CouponId, CustomerId, Email, FamilyId, Phone, PriceId, ProductId, SubscriptionId,
};
use crate::page::MAX_CURSOR_BYTES;
use crate::provider::{Integration, Limits};
use crate::routes::Params;
use crate::{Error, Mode, Operation, PageRequest, RequestContext, Result};

/// A request on its way to a function: admitted, its mode known, its body read.
pub struct Incoming {
    operation: Operation,
    mode: Mode,
    manifest: &'static Manifest,
    max_page_items: u32,
    params: Params,
    query: Option<String>,
    fields: Option<Arc<Fields>>,
    asked: Asked,
}

/// What a request has asked for, against which the answer is checked.
#[derive(Default)]
pub struct Asked {
    pub(crate) customer: Option<CustomerId>,
    pub(crate) limit: Option<u32>,
    pub(crate) cursor: Option<String>,
}

impl Incoming {
    /// The fields are those of an action's body; a controller's request has none.
    pub(crate) fn new(
        operation: Operation,
        params: Params,
        mode: Mode,
        manifest: &'static Manifest,
        limits: &Limits,
        parts: &Parts,
        fields: Option<Fields>,
    ) -> Self {
        Self {
            operation,
            mode,
            manifest,
            max_page_items: limits.page_items,
            params,
            query: parts.uri.query().map(str::to_owned),
            fields: fields.map(Arc::new),
            asked: Asked::default(),
        }
    }

    /// The action that is asked for; two requests with the same intent ask for the same.
    pub(crate) fn intent(&self) -> Intent {
        Intent {
            operation: self.operation,
            mode: self.mode,
            fields: self.fields.clone().unwrap_or_default(),
        }
    }

    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    pub(crate) fn into_asked(self) -> Asked {
        self.asked
    }

    fn param(&self, name: &'static str) -> Result<&str> {
        self.params.get(name).ok_or_else(|| {
            Error::internal(format!(
                "the route of {:?} has no parameter `{name}`",
                self.operation
            ))
        })
    }

    fn page(&mut self) -> Result<PageRequest> {
        let limit = match self.query("limit")? {
            Some(text) => parse_limit(&text)?.min(self.max_page_items),
            None => DEFAULT_PAGE_ITEMS.min(self.max_page_items),
        };
        let cursor = self
            .query("cursor")?
            .filter(|cursor| !cursor.is_empty())
            .map(Cow::into_owned);
        if cursor
            .as_ref()
            .is_some_and(|cursor| cursor.len() > MAX_CURSOR_BYTES)
        {
            return Err(Error::bad_request(format!(
                "`cursor` must be at most {MAX_CURSOR_BYTES} bytes long"
            )));
        }
        let customer = self
            .asked
            .customer
            .as_ref()
            .map_or("", |customer| customer.as_str());
        let scope = format!("{:?} {} {customer}", self.operation, self.mode);
        self.asked.limit = Some(limit);
        self.asked.cursor.clone_from(&cursor);
        Ok(PageRequest::scoped(limit, cursor, scope))
    }

    fn query(&self, name: &str) -> Result<Option<Cow<'_, str>>> {
        let pairs = form_urlencoded::parse(self.query.as_deref().unwrap_or_default().as_bytes());
        let mut values = pairs.filter(|(key, _)| key == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            (_, Some(_)) => Err(Error::bad_request(format!("`{name}` must be given once"))),
        }
    }

    fn action<T: FromBody>(&self) -> Result<T> {
        T::from_body(&Body {
            fields: self.fields.as_deref().unwrap_or(&Fields::NONE),
            actions: &self.manifest.actions,
        })
    }
}

/// The number of items when Churnkey does not say (**assumed**).
const DEFAULT_PAGE_ITEMS: u32 = 10;

/// Any number from 1 is a limit, and one too large for the list is capped; all else is refused (**assumed**). Numbers as a script may
/// print them, such as `1e9`, are numbers.
fn parse_limit(text: &str) -> Result<u32> {
    let number = Some(text)
        .filter(|text| text.starts_with(|first: char| first.is_ascii_digit()))
        .and_then(|text| text.parse::<f64>().ok())
        .filter(|number| number.is_finite() && *number >= 1.0 && number.fract() == 0.0);
    // The cast saturates.
    number
        .map(|number| number as u32)
        .ok_or_else(|| Error::bad_request("`limit` must be a whole number from 1"))
}

/// Reads the body of an action.
pub(crate) async fn read_fields(
    headers: &HeaderMap,
    body: HttpBody,
    limits: &Limits,
) -> Result<Fields> {
    let limit = limits.body_bytes;
    if !headers
        .get(header::CONTENT_TYPE)
        .is_none_or(|value| is_json(value.as_bytes()))
    {
        return Err(Error::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the header `Content-Type` must be `application/json`",
        ));
    }
    let too_large = || {
        Error::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body must be at most {limit} bytes long"),
        )
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    match timeout(limits.body_timeout, to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Fields::parse(&bytes),
        Ok(Err(error)) if is_length_limit(&error) => Err(too_large()),
        Ok(Err(_)) => Err(Error::bad_request(
            "the body is incomplete, or its chunks are malformed",
        )),
        Err(_) => Err(Error::new(
            StatusCode::REQUEST_TIMEOUT,
            format!(
                "the body must be sent within {} seconds",
                limits.body_timeout.as_secs_f64()
            ),
        )),
    }
}

fn is_length_limit(error: &axum::Error) -> bool {
    std::error::Error::source(error)
        .is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}

/// `application/json` or a type built on it, with any parameters.
fn is_json(content_type: &[u8]) -> bool {
    const APPLICATION: &[u8] = b"application/";
    let essence = content_type.split(|byte| *byte == b';').next();
    let essence = essence.unwrap_or_default().trim_ascii();
    let Some((kind, subtype)) = essence.split_at_checked(APPLICATION.len()) else {
        return false;
    };
    let is_built_on_it = || {
        let end = subtype.last_chunk::<5>();
        end.is_some_and(|end| end.eq_ignore_ascii_case(b"+json"))
    };
    kind.eq_ignore_ascii_case(APPLICATION)
        && (subtype.eq_ignore_ascii_case(b"json") || is_built_on_it())
}

/// What an operation gives a function, as a tuple.
pub trait Decode: Sized + Send + 'static {
    #[doc(hidden)]
    fn decode(incoming: &mut Incoming) -> Result<Self>;

    #[doc(hidden)]
    fn guard<T: Integration + Sync>(
        &self,
        _: &T,
        _: &RequestContext,
    ) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }
}

/// One value of a [`Decode`].
pub trait Take: Sized + Send + Sync + 'static {
    #[doc(hidden)]
    fn take(incoming: &mut Incoming) -> Result<Self>;

    /// What must hold before the function runs and can only be known from other data of the provider.
    #[doc(hidden)]
    fn guard<T: Integration + Sync>(
        &self,
        _: &T,
        _: &RequestContext,
    ) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }
}

impl<A: Take> Decode for (A,) {
    fn decode(incoming: &mut Incoming) -> Result<Self> {
        Ok((A::take(incoming)?,))
    }

    fn guard<T: Integration + Sync>(
        &self,
        context: &T,
        request: &RequestContext,
    ) -> impl Future<Output = Result<()>> + Send {
        self.0.guard(context, request)
    }
}

impl<A: Take, B: Take> Decode for (A, B) {
    fn decode(incoming: &mut Incoming) -> Result<Self> {
        Ok((A::take(incoming)?, B::take(incoming)?))
    }
}

/// Ids come percent-decoded and may hold any character (**assumed**).
macro_rules! take_from_path {
    ($($key:ty: $param:literal;)+) => {$(
        impl Take for $key {
            fn take(incoming: &mut Incoming) -> Result<Self> {
                incoming.param($param).map(Self::from)
            }
        }
    )+};
}

take_from_path! {
    SubscriptionId: "subscriptionId";
    PriceId: "priceId";
    CouponId: "couponId";
    ProductId: "productId";
    FamilyId: "familyId";
    Email: "email";
    Phone: "phone";
}

impl Take for CustomerId {
    fn take(incoming: &mut Incoming) -> Result<Self> {
        let customer = incoming.param("customerId").map(Self::from)?;
        incoming.asked.customer = Some(customer.clone());
        Ok(customer)
    }
}

impl Take for PageRequest {
    fn take(incoming: &mut Incoming) -> Result<Self> {
        incoming.page()
    }
}

macro_rules! take_from_body {
    ($($request:ty)+) => {$(
        impl Take for $request {
            fn take(incoming: &mut Incoming) -> Result<Self> {
                incoming.action()
            }
        }
    )+};
}

take_from_body! { Cancel CancelAll PauseAll ApplyCoupon ChangePrice ExtendTrial }

impl Take for Pause {
    fn take(incoming: &mut Incoming) -> Result<Self> {
        incoming.action()
    }

    async fn guard<T: Integration + Sync>(
        &self,
        context: &T,
        request: &RequestContext,
    ) -> Result<()> {
        if self.allow_annual {
            return Ok(());
        }
        let Some(retrieve) = T::RETRIEVE_SUBSCRIPTION else {
            return Ok(());
        };
        match retrieve(
            context,
            self.customer_id.clone(),
            self.subscription_id.clone(),
            request,
        )
        .await?
        {
            Some(subscription) if subscription.customer_id == self.customer_id => {
                self.permit(&subscription.duration)
            }
            _ => Err(Error::not_found("there is no such subscription")),
        }
    }
}
