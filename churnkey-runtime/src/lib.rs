//! The runtime behind the `churnkey` crate: models, operations, router and server. Depend on
//! `churnkey`, which re-exports all of it beside the macros.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod action;
mod actions_in_flight;
mod auth_hash;
#[allow(
    missing_docs,
    reason = "hidden from the docs, and explained where it is defined"
)]
mod codegen;
mod error;
mod events;
mod http;
#[allow(missing_docs, reason = "its probes are hidden from the docs")]
mod integration;
#[allow(missing_docs, reason = "in no public path")]
mod json;
mod log_queue;
pub mod manifest;
mod mode;
pub mod model;
#[cfg(feature = "openapi")]
mod openapi;
pub mod operation;
mod page;
mod provider;
#[cfg(feature = "record")]
pub mod record;
mod redact;
#[cfg(feature = "reverify")]
mod reverify;
#[cfg(feature = "server")]
pub mod server;
mod telemetry;
pub mod testing;
pub mod validate;

pub use axum::{self, Extension};

pub use action::*;
pub use actions_in_flight::{ActionFuture, ActionsInFlight};
pub use auth_hash::{AuthHash, auth_hash};
pub use error::{Error, IntoError, Result, ResultExt};
pub use http::request_context::{FromRequestContext, Headers, Parts, RequestContext};
pub use http::request_id::RequestId;
pub use http::token::{IntegrationToken, TokenHandle};
pub use http::trusted_proxies::{InvalidTrustedProxies, TrustedProxies};
pub use integration::endpoint;
pub use integration::integration::{Integration, IntoIntegration, OneFunctionFor, RemoveTheOther};
pub use log_queue::{LogQueue, LogWriter};
pub use mode::{Mode, Modes};
pub use model::{
    Amount, BillingCycle, Coupon, CouponDuration, CouponId, CouponValue, Currency, Customer,
    CustomerId, Email, FamilyId, MinorUnits, OfferDuration, Percent, Phone, Price, PriceId,
    Product, ProductFamily, ProductId, Subscription, SubscriptionId, SubscriptionItem,
    SubscriptionPeriod, SubscriptionStatus, TimeUnit, Timestamp,
};
pub use page::{Cursor, Page, PageRequest};
pub use provider::Provider;
#[cfg(feature = "reverify")]
pub use reverify::{Verification, reverify};
#[cfg(feature = "server")]
pub use server::{Server, Serving, serve};

/// The traits that rustc names if a type of an annotated function does not fit. They have a module
/// of their own, because rustc prints its path. They change without notice.
#[doc(hidden)]
pub mod rules {
    pub use crate::codegen::{
        Answer, Argument, ContextOfFunction, FunctionError, LoggedCause, ReturnType, Shared,
        sendable,
    };
    pub use crate::http::request_context::FromRequestContext;
}

/// The names that generated code uses. They change without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::action::*;
    pub use crate::codegen::{
        AnyResult, Boolean, Condition, ContextOf, ContextProbe, Crate, Extra, HasIntegration,
        ImplProbe, Input, Met, NotExpanded, Opaque, Output, Response, UnknownContext, ViaExtractor,
        ViaImpl, ViaIntegration, ViaNoIntegration, ViaNotExpanded, ViaNothing, ViaOther,
        ViaOtherContext, ViaOtherIntegration, ViaOutcome, ViaReported, ViaUnknownContext, Wrapped,
        extras, fail, is_true, never,
    };
    pub use crate::error::{Error, IntoError, Result};
    pub use crate::http::request_context::RequestContext;
    pub use crate::integration::endpoint::{self, OperationKind};
    pub use crate::integration::integration::{
        Extras, Integration, OneFunctionFor, RemoveTheOther, Route,
    };
    pub use crate::integration::probe::{ModeProbe, ModeProbeFallback, Probe, ProbeFallback};
    pub use crate::manifest::*;
    pub use crate::mode::{Mode, Modes};
    pub use crate::model::id::{
        CouponId, CustomerId, Email, FamilyId, Phone, PriceId, ProductId, SubscriptionId,
    };
    pub use crate::page::PageRequest;
    pub use crate::rules;
}
