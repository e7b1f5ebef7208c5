//! What the macros implement: which operations a provider has, found by the compiler.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;

use crate::admission::Admission;
use crate::in_flight::{ActionsInFlight, InFlight};
use crate::manifest::{Manifest, Options};
use crate::model::{CustomerId, Subscription, SubscriptionId};
use crate::operate::{self, BoxFuture, Operate};
use crate::operation::{Endpoint, endpoint};
use crate::router::{self, Shared};
use crate::routes::Routes;
use crate::token::TokenHandle;
use crate::{IntegrationToken, Operation, RequestContext, Result, telemetry};

/// An integration provides an operation: what `#[churnkey::controller]` and `#[churnkey::action]` implement for the context type.
///
/// Two functions for one operation are two implementations of one trait, which the compiler refuses.
pub trait Provides<E: Endpoint> {
    #[doc(hidden)]
    const OPTIONS: Options = Options::None;

    /// Calls the annotated function.
    fn call(
        &self,
        input: E::Input,
        request: &RequestContext,
    ) -> impl Future<Output = Result<E::Output>> + Send
    where
        // That the context can be shared is asked once, by the derive. As a bound without lifetime it would be asked of every function.
        for<'shared> &'shared Self: Send;
}

/// A whole provider: what `#[derive(churnkey::Integration)]` implements. See the derive.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a churnkey integration",
    label = "this is not an integration",
    note = "put `#[derive(churnkey::Integration)]` and `#[churnkey(name = \"..\")]` on the struct that the annotated functions take as \
            `ctx: &{Self}`"
)]
pub trait Integration: Sized + 'static {
    /// The name of the integration, for logs.
    const NAME: &'static str;

    #[doc(hidden)]
    const ROUTES: &'static [Option<Route<Self>>];

    #[doc(hidden)]
    const RETRIEVE_SUBSCRIPTION: Option<RetrieveSubscription<Self>>;

    /// What the integration supports, known at compile time.
    const MANIFEST: Manifest = Manifest::of(Self::ROUTES);

    /// The OpenAPI 3.1 document of exactly what the integration serves: the operations that have a function, the bodies that its manifest leaves open,
    /// and every answer of the runtime.
    ///
    /// It is plain JSON, to be printed (`println!("{:#}", Billing::openapi())`), served, or completed with what this crate cannot know:
    /// `document["servers"]` for your API root URL, `document["info"]["version"]`, which is this crate's version, and statuses of your own that
    /// a function chooses by [`Error::new`](crate::Error::new).
    #[cfg(feature = "openapi")]
    fn openapi() -> serde_json::Value {
        crate::openapi::document::<Self>()
    }

    /// The provider as an axum router: `/churnkey/features` and every operation that has a function, for those who have a server already.
    ///
    /// Merge it into your own router, or nest it under the path of the API root URL that you give Churnkey. Every route asks for the token
    /// itself, so no layer of yours is needed or gets in the way.
    ///
    /// An empty token refuses every request. For other limits, see [`Provider`].
    fn router(context: impl Into<Arc<Self>>, token: impl Into<IntegrationToken>) -> Router {
        Provider::new(context, token).router()
    }
}

#[doc(hidden)]
pub type RetrieveSubscription<T> = for<'a> fn(
    &'a T,
    CustomerId,
    SubscriptionId,
    &'a RequestContext,
) -> BoxFuture<'a, Result<Option<Subscription>>>;

/// An integration with its token and limits, ready to become a router.
pub struct Provider<T> {
    pub(crate) context: Arc<T>,
    pub(crate) token: TokenHandle,
    pub(crate) limits: Limits,
    pub(crate) in_flight: InFlight,
}

/// Without the context, which is the user's and may hold the password of a database.
impl<T> fmt::Debug for Provider<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider")
            .field("token", &self.token)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// The bounds of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) page_items: u32,
    pub(crate) body_bytes: usize,
    pub(crate) body_timeout: Duration,
    pub(crate) request_timeout: Duration,
    pub(crate) failures_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Assumed.
            page_items: 100,
            // The largest body of the protocol is well under a kilobyte.
            body_bytes: 64 * 1024,
            // It fits into one packet, so ten seconds is a peer that does not mean to send it.
            body_timeout: Duration::from_secs(10),
            // Nothing is published of how long Churnkey waits. A customer waits behind it.
            request_timeout: Duration::from_secs(30),
            // Enough for a person who tries the wrong tokens at hand.
            failures_per_minute: 60,
        }
    }
}

/// Actions under way at once: far more than a pool of database connections serves, far fewer than fill the memory.
const MAX_ACTIONS: usize = 1024;

impl<T: Integration> Provider<T> {
    /// A provider with the default limits.
    pub fn new(context: impl Into<Arc<T>>, token: impl Into<IntegrationToken>) -> Self {
        Self {
            context: context.into(),
            token: TokenHandle::new(token.into()),
            limits: Limits::default(),
            in_flight: InFlight::new(MAX_ACTIONS),
        }
    }

    /// The most items that a page may hold, whatever the request asks for; 100 by default, at least 1.
    #[must_use]
    pub fn max_page_items(mut self, items: u32) -> Self {
        self.limits.page_items = items.max(1);
        self
    }

    /// The most bytes that the body of an action may have; 64 KiB by default, where the largest of the protocol is well under one. A longer one is a 413.
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.limits.body_bytes = bytes;
        self
    }

    /// How long the body of an action may take to arrive after its head; 10 seconds by default. A slower one is a 408, and the action has not begun.
    #[must_use]
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.limits.body_timeout = timeout;
        self
    }

    /// How long a function may take before the caller is answered with a 503 and `Retry-After`; 30 seconds by default.
    ///
    /// The function of a controller is dropped then. **An action is not**: it runs to its end, its outcome is logged, and the caller that sends it again meanwhile joins it.
    #[must_use]
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.limits.request_timeout = timeout;
        self
    }

    /// The most actions that may be under way at once; 1024 by default, at least 1. Another one is a 503 with `Retry-After`, and has not begun.
    #[must_use]
    pub fn max_actions(mut self, actions: usize) -> Self {
        self.in_flight.at_most(actions);
        self
    }

    /// How many requests without the token one peer may send in a minute; 60 by default, and `u32::MAX` is no limit. Further ones are a 429 with `Retry-After` instead of a 401.
    ///
    /// Requests with the token pass even then. A peer is an IP address, or the /64 network of an IPv6 address. It is known to [`Server`](crate::Server); a router of your
    /// own server knows it if that serves `into_make_service_with_connect_info::<SocketAddr>()`, and limits nobody otherwise.
    #[must_use]
    pub fn max_failures_per_minute(mut self, failures: u32) -> Self {
        self.limits.failures_per_minute = failures;
        self
    }

    /// The token, to be replaced while the provider serves.
    pub fn token_handle(&self) -> TokenHandle {
        self.token.clone()
    }

    /// The actions under way, to be waited for before a server of your own ends:
    ///
    /// ```no_run
    /// # use churnkey_runtime as churnkey;
    /// # use churnkey::axum;
    /// # async fn example<T: churnkey::Integration>(provider: churnkey::Provider<T>, listener: tokio::net::TcpListener, told_to_end: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
    /// let actions = provider.actions();
    /// axum::serve(listener, provider.router()).with_graceful_shutdown(told_to_end).await?;
    /// actions.ended().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn actions(&self) -> ActionsInFlight {
        ActionsInFlight(self.in_flight.clone())
    }

    /// The routes.
    pub fn router(self) -> Router {
        router::router(self.into_shared())
    }

    pub(crate) fn into_shared(self) -> Arc<Shared> {
        telemetry::describe();
        let functions = T::ROUTES
            .iter()
            .flatten()
            .map(|route| (route.operation, (route.function)(&self.context)));
        Arc::new(Shared {
            admission: Admission::new(self.token, self.limits.failures_per_minute),
            routes: Routes::new(functions),
            limits: self.limits,
            in_flight: self.in_flight,
            manifest: &T::MANIFEST,
            features: manifest_json::<T>().into(),
        })
    }
}

/// The manifest as `GET /churnkey/features` serves it.
pub(crate) fn manifest_json<T: Integration>() -> Vec<u8> {
    // A manifest holds nothing but booleans and fixed words, which JSON can always express.
    serde_json::to_vec(&T::MANIFEST).unwrap_or_default()
}

/// An operation that an integration has: what the manifest is made from, and what is mounted.
#[doc(hidden)]
pub struct Route<T> {
    pub(crate) operation: Operation,
    pub(crate) options: Options,
    function: fn(&Arc<T>) -> Arc<dyn Operate>,
}

/// Asks the compiler whether a type provides an operation.
///
/// Where it does, the inherent constant is found; where it does not, that of [`Absent`]. This works for concrete types only: generic code
/// would always find the latter.
#[doc(hidden)]
pub struct Probe<T, E>(PhantomData<(T, E)>);

#[doc(hidden)]
pub trait Absent<T> {
    const PRESENT: bool = false;
    const OPTIONS: Options = Options::None;
    const ROUTE: Option<Route<T>> = None;
    const RETRIEVE: Option<RetrieveSubscription<T>> = None;
}

impl<T, E> Absent<T> for Probe<T, E> {}

impl<T: Provides<E>, E: Endpoint> Probe<T, E> {
    pub const PRESENT: bool = true;
    pub const OPTIONS: Options = T::OPTIONS;
}

impl<T: Provides<E> + Integration + Send + Sync, E: Endpoint> Probe<T, E> {
    pub const ROUTE: Option<Route<T>> = Some(Route {
        operation: E::OPERATION,
        options: T::OPTIONS,
        function: operate::function::<T, E>,
    });
}

impl<T: Provides<endpoint::RetrieveSubscription> + Sync> Probe<T, endpoint::RetrieveSubscription> {
    pub const RETRIEVE: Option<RetrieveSubscription<T>> =
        Some(|context, customer, subscription, request| {
            Box::pin(context.call((customer, subscription), request))
        });
}
