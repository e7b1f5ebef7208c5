//! The runtime behind the `churnkey` crate: models, operations, router and server. Depend on `churnkey`, which re-exports all of
//! it beside the macros.

mod action;
mod admission;
mod answer;
mod error;
#[allow(
    missing_docs,
    reason = "hidden from the docs, and explained where it is defined"
)]
mod generated;
mod in_flight;
mod incoming;
mod manifest;
mod mode;
pub mod model;
#[cfg(feature = "openapi")]
mod openapi;
mod operate;
mod operation;
mod page;
mod provider;
mod redact;
mod reply;
mod request;
mod router;
mod routes;
#[cfg(feature = "server")]
mod server;
#[cfg_attr(
    not(feature = "server"),
    allow(dead_code, reason = "the server has metrics of its own")
)]
mod telemetry;
mod token;
pub mod validate;
#[cfg(feature = "verify")]
#[cfg_attr(
    not(feature = "server"),
    allow(dead_code, reason = "the server verifies in the background")
)]
mod verification;

pub use axum::{self, Extension, http};

pub use action::{
    ApplyCoupon, Cancel, CancelAll, ChangePrice, ExtendTrial, Pause, PauseAll, Schedule,
};
pub use error::{Error, IntoError, Result};
pub use in_flight::ActionsInFlight;
pub use manifest::{
    Actions, ApplyCouponFeatures, CancelFeatures, ChangePriceFeatures, Controllers, Durations,
    ExtendTrialFeatures, Manifest, PauseFeatures, PricesType, ProductsType, Schedules,
};
pub use mode::Mode;
pub use model::*;
pub use operation::{Endpoint, Operation, Side, endpoint};
pub use page::{Cursor, Page, PageRequest};
pub use provider::{Integration, Provider, Provides};
pub use request::{FromRequest, Headers, RequestContext, RequestId};
#[cfg(feature = "server")]
pub use server::{Server, serve};
pub use token::{IntegrationToken, TokenHandle};
#[cfg(feature = "verify")]
pub use verification::{Verification, verify};

/// What generated code touches. Not for people: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::action::{
        ApplyCoupon, Cancel, CancelAll, ChangePrice, ExtendTrial, Pause, PauseAll,
    };
    pub use crate::generated::{
        Answers, Anywhere, Argument, Failure, Input, Nowhere, Of, Opaque, Output, Provided, Shared,
        Somewhere, StandardError, Unplaced, fail, found, sendable,
    };
    pub use crate::manifest::Options;
    pub use crate::model::{
        CouponId, CustomerId, Email, FamilyId, Phone, PriceId, ProductId, SubscriptionId,
    };
    pub use crate::operation::{Endpoint, endpoint};
    pub use crate::page::PageRequest;
    pub use crate::provider::{Absent, Integration, Probe, Provides, RetrieveSubscription, Route};
    pub use crate::{
        ApplyCouponFeatures, CancelFeatures, ChangePriceFeatures, Durations, ExtendTrialFeatures,
        FromRequest, PauseFeatures, PricesType, ProductsType, RequestContext, Result, Schedules,
    };
}
