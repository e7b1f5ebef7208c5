//! Parsing and validation of requests.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::{StatusCode, request::Parts};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Failure;
use super::models::Moment;

/// The mode of a request. It is validated but not used, because this peer has only one database.
pub(super) enum Mode {
    Test,
    Live,
}

impl<S: Sync> FromRequestParts<S> for Mode {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        match parts
            .headers
            .get("x-churnkey-mode")
            .map(|value| value.as_bytes())
        {
            None | Some(b"live") => Ok(Self::Live),
            Some(b"test") => Ok(Self::Test),
            Some(_) => Err(Failure::bad_request(
                "the header `X-Churnkey-Mode` must be `test` or `live`",
            )),
        }
    }
}

/// The limit and the cursor of a list request.
pub(super) struct Paging {
    pub(super) limit: usize,
    pub(super) cursor: Option<String>,
}

#[derive(Deserialize)]
struct PagingQuery {
    limit: Option<String>,
    cursor: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let query = Query::<PagingQuery>::from_request_parts(parts, state).await;
        let Query(query) = query.map_err(|_| Failure::bad_request("the query is malformed"))?;
        let limit = match query.limit.map(|limit| limit.parse::<usize>()) {
            None => 10,
            Some(Ok(limit)) if limit > 0 => limit.min(100),
            Some(_) => {
                return Err(Failure::bad_request(
                    "`limit` must be a whole number from 1",
                ));
            }
        };
        let cursor = query.cursor.filter(|cursor| !cursor.is_empty());
        Ok(Self { limit, cursor })
    }
}

/// The JSON body of an action; [`Read`] validates its fields.
pub(super) struct Body<T>(pub(super) T);

pub(super) trait Read: Sized {
    type Wire: DeserializeOwned;

    fn read(wire: Self::Wire) -> Result<Self, Failure>;
}

impl<S: Send + Sync, T: Read> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        match Json::<T::Wire>::from_request(request, state).await {
            Ok(Json(wire)) => T::read(wire).map(Self),
            Err(JsonRejection::JsonSyntaxError(_)) => {
                Err(Failure::bad_request("the body must be valid JSON"))
            }
            Err(JsonRejection::JsonDataError(_)) => Err(Failure::bad_request(
                "the body has a field of the wrong type",
            )),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Failure::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "the header `Content-Type` must be `application/json`",
            )),
            Err(other) => Err(Failure::new(other.status(), "the body cannot be read")),
        }
    }
}

pub(super) struct Cancel {
    pub(super) customer_id: String,
    pub(super) subscription_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CancelWire {
    customer_id: Option<String>,
    subscription_id: Option<String>,
    scheduled_at: Option<String>,
}

impl Read for Cancel {
    type Wire = CancelWire;

    fn read(wire: CancelWire) -> Result<Self, Failure> {
        let request = Self {
            customer_id: required(wire.customer_id, "customerId")?,
            subscription_id: required(wire.subscription_id, "subscriptionId")?,
        };
        match &*required(wire.scheduled_at, "scheduledAt")? {
            "immediate" => Ok(request),
            "end-of-period" => Err(Failure::bad_request(
                "`scheduledAt` must be `immediate`: this provider does not offer `end-of-period`",
            )),
            _ => Err(Failure::bad_request(
                "`scheduledAt` must be `immediate` or `end-of-period`",
            )),
        }
    }
}

pub(super) struct Pause {
    pub(super) customer_id: String,
    pub(super) subscription_id: String,
    pub(super) at_period_end: bool,
    pub(super) length: Length,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PauseWire {
    customer_id: Option<String>,
    subscription_id: Option<String>,
    start_at: Option<String>,
    duration: Option<LengthWire>,
    allow_annual: Option<bool>,
}

impl Read for Pause {
    type Wire = PauseWire;

    fn read(wire: PauseWire) -> Result<Self, Failure> {
        let customer_id = required(wire.customer_id, "customerId")?;
        let at_period_end = match &*required(wire.start_at, "startAt")? {
            "immediate" => false,
            "end-of-period" => true,
            _ => {
                return Err(Failure::bad_request(
                    "`startAt` must be `immediate` or `end-of-period`",
                ));
            }
        };
        let length = wire
            .duration
            .ok_or(Failure::bad_request("`duration` is required"))?
            .read()?;
        if wire.allow_annual == Some(true) {
            return Err(Failure::bad_request(
                "`allowAnnual` must be false or absent: this provider does not offer it",
            ));
        }
        Ok(Self {
            customer_id,
            subscription_id: required(wire.subscription_id, "subscriptionId")?,
            at_period_end,
            length,
        })
    }
}

fn required(text: Option<String>, field: &str) -> Result<String, Failure> {
    match text {
        Some(text) if !text.is_empty() => Ok(text),
        Some(_) => Err(Failure::bad_request(format!("`{field}` must not be empty"))),
        None => Err(Failure::bad_request(format!("`{field}` is required"))),
    }
}

/// The length of a pause.
pub(super) enum Length {
    Span(Span),
    Until(Moment),
}

#[derive(Deserialize)]
struct LengthWire {
    r#type: Option<String>,
    amount: Option<u32>,
    unit: Option<String>,
    date: Option<Timestamp>,
}

impl LengthWire {
    fn read(self) -> Result<Length, Failure> {
        let is_span = match self.r#type.as_deref() {
            Some("period") => true,
            Some("date") => false,
            None if self.date.is_none() => true,
            None if self.amount.is_none() && self.unit.is_none() => false,
            _ => {
                return Err(Failure::bad_request(
                    "`duration.type` must be period or date",
                ));
            }
        };
        if !is_span {
            let date = self.date.map(|date| Length::Until(Moment(date)));
            return date.ok_or(Failure::bad_request(
                "`duration.date` must be an RFC 3339 date-time with an offset",
            ));
        }
        let amount = self.amount.filter(|amount| *amount > 0);
        let amount = amount.ok_or(Failure::bad_request(
            "`duration.amount` must be a whole number from 1",
        ))?;
        let span = match self.unit.as_deref() {
            Some("day") => Span::new().try_days(amount),
            Some("week") => Span::new().try_weeks(amount),
            Some("month") => Span::new().try_months(amount),
            Some("year") => Span::new().try_years(amount),
            _ => {
                return Err(Failure::bad_request(
                    "`duration.unit` must be day, week, month or year",
                ));
            }
        };
        span.map(Length::Span)
            .map_err(|_| Failure::bad_request("`duration.amount` is too large"))
    }
}

impl Length {
    /// Computes the end of a pause that begins at `start`; `None` if it is not after `start`.
    pub(super) fn end_from(&self, start: Moment) -> Option<Moment> {
        let end = match self {
            Self::Span(span) => {
                let later = start.0.to_zoned(TimeZone::UTC).checked_add(*span).ok()?;
                Moment(later.timestamp())
            }
            Self::Until(end) => *end,
        };
        (end > start).then_some(end)
    }
}
