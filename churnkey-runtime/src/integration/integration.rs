//! The traits that the macros implement for the context of an integration.

use std::future::Future;
use std::sync::Arc;

use axum::Router;

use super::endpoint::OperationKind;
use crate::actions_in_flight::InFlight;
use crate::error::Result;
use crate::http::auth::Authentication;
use crate::http::budgets::Budgets;
use crate::http::handler::Handler;
use crate::http::limits::Limits;
use crate::http::request_context::RequestContext;
use crate::http::router::{self, ProviderState};
use crate::http::token::{IntegrationToken, TokenHandle};
use crate::http::trusted_proxies::TrustedProxies;
use crate::manifest::{Manifest, Options, Spelling};
use crate::mode::Modes;
use crate::operation::Operation;
use crate::telemetry;

/// An integration provides an operation: implemented by `#[churnkey::controller]` and
/// `#[churnkey::action]` for the context type.
///
/// Two functions for one operation are two implementations of one trait, which the compiler
/// refuses. Its message has nothing but the names of the trait and its parameters, so they are a
/// sentence: "conflicting implementations of trait `OneFunctionFor<.., RemoveTheOther>`".
pub trait OneFunctionFor<E: OperationKind, Fix> {
    #[doc(hidden)]
    const OPTIONS: Options = Options::None;

    #[doc(hidden)]
    const EXTRAS: Extras = Extras {
        read_mode: true,
        joinable: false,
    };

    /// The name and the line of the function.
    #[doc(hidden)]
    const FUNCTION: &'static str = "";

    /// Calls the annotated function.
    fn call(
        &self,
        input: E::Input,
        request: &RequestContext,
    ) -> impl Future<Output = Result<E::Output>> + Send
    where
        // The derive checks once that the context can be shared. As a bound without lifetime it
        // would be checked for every function.
        for<'shared> &'shared Self: Send;
}

/// The second parameter of every [`OneFunctionFor`].
#[derive(Clone, Copy, Debug)]
pub enum RemoveTheOther {}

/// Properties of the arguments that a function takes besides the input of its operation.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Extras {
    /// One of them depends on the mode of the request.
    pub read_mode: bool,
    /// None of them depends on anything but the mode, so that requests with equal inputs give the
    /// function equal arguments.
    pub joinable: bool,
}

impl Extras {
    pub const NONE: Self = Self {
        read_mode: false,
        joinable: true,
    };
}

/// A whole provider: implemented by `#[derive(churnkey::Integration)]`. See the derive.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a churnkey integration",
    label = "this is not an integration",
    note = "put `#[derive(churnkey::Integration)]` and `#[churnkey(name = \"..\")]` on the struct \
            that the annotated functions take as `ctx: &{Self}`"
)]
pub trait Integration: Sized + 'static {
    /// The name of the integration, for logs.
    const NAME: &'static str;

    /// The modes in which the integration serves its operations.
    const MODES: Modes = Modes::Separate;

    #[doc(hidden)]
    const ROUTES: &'static [Option<Route<Self>>];

    /// The features of the integration, known at compile time.
    const MANIFEST: Manifest = manifest(Self::ROUTES);

    /// The OpenAPI 3.1 document of exactly what the integration serves: the operations that have a
    /// function, the bodies that its manifest allows, and every reply of the runtime.
    ///
    /// It is plain JSON, which you can print (`println!("{:#}", Billing::openapi())`), serve, or
    /// complete with facts outside of this crate: `document["servers"]` for your API root URL,
    /// `document["info"]["version"]`, which is this crate's version, and statuses of your own that
    /// a function chooses by [`Error::new`](crate::Error::new).
    #[cfg(feature = "openapi")]
    fn openapi() -> serde_json::Value {
        let operations = Self::ROUTES.iter().flatten().map(|route| route.operation);
        crate::openapi::document(Self::NAME, operations, &Self::MANIFEST, Self::MODES)
    }

    /// The provider as an axum router, for applications that have a server: `/churnkey/features`
    /// and every operation that has a function.
    ///
    /// Merge it into a router with any state, or nest it under the path of the API root URL that
    /// you enter at Churnkey. Every route checks the token itself, and needs no layer of yours.
    ///
    /// ```
    /// # use churnkey_runtime as churnkey;
    /// use churnkey::axum::{Router, routing::get};
    ///
    /// #[derive(Clone)]
    /// struct AppState;
    ///
    /// # fn example<Billing: churnkey::Integration>(billing: Billing, token: &str) -> Router {
    /// Router::new()
    ///     .route("/", get(async || "the application"))
    ///     .nest("/integrations", Billing::router(billing, token))
    ///     .with_state(AppState)
    /// # }
    /// ```
    ///
    /// An empty token rejects every request. For other limits, see [`Provider`](crate::Provider).
    ///
    /// # Shutdown
    ///
    /// An action runs on if its caller disconnects, so it can still be running after `axum::serve`
    /// has returned. Make the router from a [`Provider`](crate::Provider) and wait for
    /// [`Provider::actions`](crate::Provider::actions) before the process ends. Otherwise actions
    /// are cut short, and each one logs an error. [`Server`](crate::Server) waits by itself.
    ///
    /// ```no_run
    /// # use churnkey_runtime as churnkey;
    /// # use churnkey::{Provider, axum};
    /// # async fn example<Billing: churnkey::Integration>(
    /// #     billing: Billing,
    /// #     token: &str,
    /// #     listener: tokio::net::TcpListener,
    /// #     shutdown: impl Future<Output = ()> + Send + 'static,
    /// # ) -> std::io::Result<()> {
    /// let provider = Provider::new(billing, token);
    /// let actions = provider.actions();
    /// axum::serve(listener, provider.router()).with_graceful_shutdown(shutdown).await?;
    /// actions.ended().await;
    /// # Ok(())
    /// # }
    /// ```
    fn router<S>(context: impl Into<Arc<Self>>, token: impl Into<IntegrationToken>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let limits = Limits::default();
        let router = mount(
            &context.into(),
            Authentication::new(
                TokenHandle::new(token.into()),
                TrustedProxies::default(),
                limits.failures_per_minute,
            ),
            limits,
            Budgets::default(),
            InFlight::default(),
            Spelling::default(),
        );
        router.with_state(())
    }
}

/// An integration that is given to [`serve`](crate::serve): by value, or in an `Arc`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a churnkey integration",
    label = "this is not an integration",
    note = "put `#[derive(churnkey::Integration)]` and `#[churnkey(name = \"..\")]` on the struct \
            that the annotated functions take as `ctx: &{Self}`",
    note = "pass it by value or in an `Arc`, and not as a reference"
)]
pub trait IntoIntegration {
    #[doc(hidden)]
    type Integration: Integration + Send + Sync;

    #[doc(hidden)]
    fn into_shared(self) -> Arc<Self::Integration>;
}

#[diagnostic::do_not_recommend]
impl<T: Integration + Send + Sync> IntoIntegration for T {
    type Integration = Self;

    fn into_shared(self) -> Arc<Self> {
        Arc::new(self)
    }
}

impl<T: Integration + Send + Sync> IntoIntegration for Arc<T> {
    type Integration = T;

    fn into_shared(self) -> Self {
        self
    }
}

/// An operation that an integration has: the source of both its manifest and its routes.
#[doc(hidden)]
pub struct Route<T> {
    pub(super) operation: Operation,
    pub(super) options: Options,
    pub(super) reads_mode: bool,
    pub(super) handler: fn(&Arc<T>) -> Arc<dyn Handler>,
}

/// Builds the routes of an integration.
pub(crate) fn mount<T: Integration>(
    context: &Arc<T>,
    authentication: Authentication,
    limits: Limits,
    budgets: Budgets,
    in_flight: InFlight,
    spelling: Spelling,
) -> Router {
    telemetry::describe();
    let shared = ProviderState {
        authentication,
        limits,
        budgets,
        in_flight,
        modes: T::MODES,
        manifest: &T::MANIFEST,
        features: T::MANIFEST.to_json(spelling).into(),
    };
    let routes = T::ROUTES.iter().flatten();
    router::router(
        shared,
        routes.map(|route| (route.operation, (route.handler)(context))),
    )
}

/// Returns true if the function of an operation is to be reported because it does not tell test and
/// live mode apart.
///
/// More functions that ignore the mode than read it are one mistake, reported at the first of them.
pub(super) const fn confuses_modes<T: Integration>(operation: Operation) -> bool {
    if !matches!(T::MODES, Modes::Separate) {
        return false;
    }
    let mut is_confused = false;
    let mut others_before = false;
    let (mut reading, mut ignoring) = (0, 0);
    let mut index = 0;
    while index < T::ROUTES.len() {
        if let Some(route) = &T::ROUTES[index]
            && route.operation.facts().module.customer_data
        {
            if route.reads_mode {
                reading += 1;
            } else {
                ignoring += 1;
                if route.operation as u8 == operation as u8 {
                    is_confused = true;
                } else if !is_confused {
                    others_before = true;
                }
            }
        }
        index += 1;
    }
    is_confused && (reading >= ignoring || !others_before)
}

const fn manifest<T>(routes: &[Option<Route<T>>]) -> Manifest {
    let mut manifest = Manifest::EMPTY;
    let mut index = 0;
    while index < routes.len() {
        if let Some(route) = &routes[index] {
            manifest = manifest.with(route.operation, route.options);
        }
        index += 1;
    }
    manifest
}
