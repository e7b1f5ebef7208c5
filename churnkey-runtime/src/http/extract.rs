//! Decodes the input of a function from a request.

use std::borrow::Cow;

use axum::body::Bytes;
use churnkey_protocol as protocol;

use super::body;
use super::limits::Limits;
use super::path::PathParams;
use super::request_context::RequestContext;
use crate::action::keys;
use crate::action::request::ActionRequest;
use crate::actions_in_flight::ActionKey;
use crate::error::{Error, Result};
use crate::manifest::Manifest;
use crate::model::id::{
    CouponId, CustomerId, Email, FamilyId, Phone, PriceId, ProductId, SubscriptionId,
};
use crate::operation::Operation;
use crate::page::{MAX_CURSOR_BYTES, PageRequest};

/// A request whose token, mode and body were read, and whose input was not.
pub struct Extracted {
    pub(super) operation: Operation,
    pub(super) manifest: &'static Manifest,
    pub(super) limits: Limits,
    pub(super) params: PathParams,
    pub(super) context: RequestContext,
    /// The body of an action; empty for a controller.
    pub(super) body: Bytes,
    pub(super) expectations: Expectations,
    pub(super) action: Option<ActionKey>,
}

/// The parts of a request that its reply is checked against.
#[derive(Default)]
pub struct Expectations {
    pub(crate) customer: Option<CustomerId>,
    pub(crate) limit: Option<u32>,
    pub(crate) cursor: Option<String>,
}

impl Extracted {
    pub(crate) fn manifest(&self) -> &'static Manifest {
        self.manifest
    }

    /// The results of decoding beside the input: the deduplication key of an action, the
    /// expectations, and the context.
    pub(crate) fn finish(self) -> (Option<ActionKey>, Expectations, RequestContext) {
        (self.action, self.expectations, self.context)
    }

    fn param(&self, input: protocol::Input) -> Result<&str> {
        let value = input.parameter().and_then(|name| self.params.get(name));
        value.ok_or_else(|| {
            Error::internal(format!(
                "the route of {:?} lacks a parameter",
                self.operation
            ))
        })
    }

    fn page(&mut self) -> Result<PageRequest> {
        let limit = match self.query("limit")? {
            Some(text) => parse_limit(&text)?,
            None => DEFAULT_PAGE_ITEMS,
        };
        let limit = limit.min(self.limits.page_items);
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
        let customer = self.expectations.customer.as_ref();
        let customer = customer.map_or("", |customer| customer.as_str());
        let scope = format!("{:?} {} {customer}", self.operation, self.context.mode());
        self.expectations.limit = Some(limit);
        self.expectations.cursor.clone_from(&cursor);
        Ok(PageRequest::scoped(limit, cursor, scope))
    }

    fn query(&self, name: &str) -> Result<Option<Cow<'_, str>>> {
        let pairs =
            form_urlencoded::parse(self.context.uri().query().unwrap_or_default().as_bytes());
        let mut values = pairs.filter(|(key, _)| key == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            (_, Some(_)) => Err(Error::bad_request(format!("`{name}` must be given once"))),
        }
    }
}

/// The number of items where Churnkey does not set a limit (**assumed**).
const DEFAULT_PAGE_ITEMS: u32 = 10;

/// Reads digits only. A number too large for the list is capped, however long it is (**assumed**).
fn parse_limit(text: &str) -> Result<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let limit = digits.then(|| text.parse().unwrap_or(u32::MAX));
    limit
        .filter(|limit| *limit >= 1)
        .ok_or_else(|| Error::bad_request("`limit` must be a whole number from 1"))
}

/// The arguments that an operation gives its function, as a tuple.
pub trait Arguments: Sized + Send + 'static {
    #[doc(hidden)]
    fn from_extracted(extracted: &mut Extracted) -> Result<Self>;
}

/// One element of an [`Arguments`].
pub trait FromExtracted: Sized + Send + Sync + 'static {
    /// Its place in the request, which the protocol table must agree with.
    #[doc(hidden)]
    const INPUT: protocol::Input;

    #[doc(hidden)]
    fn from_extracted(extracted: &mut Extracted) -> Result<Self>;
}

impl<A: FromExtracted> Arguments for (A,) {
    fn from_extracted(extracted: &mut Extracted) -> Result<Self> {
        Ok((A::from_extracted(extracted)?,))
    }
}

impl<A: FromExtracted, B: FromExtracted> Arguments for (A, B) {
    fn from_extracted(extracted: &mut Extracted) -> Result<Self> {
        Ok((A::from_extracted(extracted)?, B::from_extracted(extracted)?))
    }
}

/// Ids are percent-decoded and may hold any character (**assumed**).
macro_rules! from_path {
    ($($key:ty: $input:expr;)+) => {$(
        impl FromExtracted for $key {
            const INPUT: protocol::Input = $input;

            fn from_extracted(extracted: &mut Extracted) -> Result<Self> {
                extracted.param(Self::INPUT).map(Self::from)
            }
        }
    )+};
}

from_path! {
    SubscriptionId: protocol::Input::Id(protocol::Model::Subscription);
    PriceId: protocol::Input::Id(protocol::Model::Price);
    CouponId: protocol::Input::Id(protocol::Model::Coupon);
    ProductId: protocol::Input::Id(protocol::Model::Product);
    FamilyId: protocol::Input::Id(protocol::Model::Family);
    Email: protocol::Input::Email;
    Phone: protocol::Input::Phone;
}

impl FromExtracted for CustomerId {
    const INPUT: protocol::Input = protocol::Input::Id(protocol::Model::Customer);

    fn from_extracted(extracted: &mut Extracted) -> Result<Self> {
        let customer = extracted.param(Self::INPUT).map(Self::from)?;
        extracted.expectations.customer = Some(customer.clone());
        Ok(customer)
    }
}

impl FromExtracted for PageRequest {
    const INPUT: protocol::Input = protocol::Input::Page;

    fn from_extracted(extracted: &mut Extracted) -> Result<Self> {
        extracted.page()
    }
}

impl<R: ActionRequest> FromExtracted for R {
    const INPUT: protocol::Input = protocol::Input::Body;

    fn from_extracted(extracted: &mut Extracted) -> Result<Self> {
        let body = body::parse(&extracted.body)?;
        let request = R::read(&body, &extracted.manifest.actions)
            .map_err(|refusal| keys::list_received(refusal, &body))?;
        let key = ActionKey::new(extracted.operation, extracted.context.mode(), &request);
        extracted.action = Some(key);
        Ok(request)
    }
}
