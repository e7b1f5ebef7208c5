//! The builder of a provider: an integration with its token and limits.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;

use crate::actions_in_flight::{ActionsInFlight, InFlight, MAX_ACTIONS};
use crate::http::limits::Limits;
use crate::http::token::{IntegrationToken, TokenHandle};
use crate::integration::integration::{Integration, mount};
use crate::manifest::Spelling;

/// An integration with its token and limits, ready to become a router.
pub struct Provider<T> {
    pub(crate) context: Arc<T>,
    pub(crate) token: TokenHandle,
    pub(crate) limits: Limits,
    pub(crate) in_flight: InFlight,
    pub(crate) spelling: Spelling,
}

/// Without the context, which may hold the password of a database.
impl<T> fmt::Debug for Provider<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider")
            .field("token", &self.token)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl<T: Integration> Provider<T> {
    /// A provider with the default limits.
    pub fn new(context: impl Into<Arc<T>>, token: impl Into<IntegrationToken>) -> Self {
        Self {
            context: context.into(),
            token: TokenHandle::new(token.into()),
            limits: Limits::default(),
            in_flight: InFlight::new(MAX_ACTIONS),
            spelling: Spelling::default(),
        }
    }

    /// The spelling of the actions of several words in the manifest; camelCase by default
    /// (**assumed**).
    ///
    /// Change it if Churnkey's list of features lacks such an action after a verification.
    #[must_use]
    pub fn manifest_spelling(mut self, spelling: Spelling) -> Self {
        self.spelling = spelling;
        self
    }

    /// The most items that a page may hold, whatever the request asks for; 100 by default, at least
    /// 1.
    #[must_use]
    pub fn max_page_items(mut self, items: u32) -> Self {
        self.limits.page_items = items.max(1);
        self
    }

    /// The most bytes that the body of an action may have; 64 KiB by default, where the largest of
    /// the protocol is well under one. A longer one is a 413.
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.limits.body_bytes = bytes;
        self
    }

    /// The time that the body of an action may take to arrive after its head; 10 seconds by
    /// default. A slower one is a 408, and the action has not begun.
    #[must_use]
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.limits.body_timeout = timeout;
        self
    }

    /// The time that a function may take before its caller receives a 503 with `Retry-After`; 30
    /// seconds by default.
    ///
    /// The function of a controller is dropped then. **An action is not**: it runs to its end, its
    /// outcome is logged, and a caller that sends it again meanwhile joins it.
    #[must_use]
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.limits.request_timeout = timeout;
        self
    }

    /// The most actions that may be under way at once; 1024 by default, at least 1. A further one
    /// is a 503 with `Retry-After`, and has not begun.
    #[must_use]
    pub fn max_actions(mut self, actions: usize) -> Self {
        self.in_flight.at_most(actions);
        self
    }

    /// The most requests without the token that one peer may send in a minute; 60 by default, and
    /// `u32::MAX` is no limit. Further ones are a 429 with `Retry-After` instead of a 401.
    ///
    /// Requests with the token are accepted even then. A peer is an IP address, or the /64 network
    /// of an IPv6 address. [`Server`](crate::Server) provides it; a server of your own does if it
    /// serves `into_make_service_with_connect_info::<SocketAddr>()`, and without it there is no
    /// limit.
    #[must_use]
    pub fn max_failures_per_minute(mut self, failures: u32) -> Self {
        self.limits.failures_per_minute = failures;
        self
    }

    /// The token, to be replaced while the provider serves.
    pub fn token_handle(&self) -> TokenHandle {
        self.token.clone()
    }

    /// The actions under way, to be waited for before a server of your own shuts down:
    ///
    /// ```no_run
    /// # use churnkey_runtime as churnkey;
    /// # use churnkey::axum;
    /// # async fn example<T: churnkey::Integration>(
    /// #     provider: churnkey::Provider<T>,
    /// #     listener: tokio::net::TcpListener,
    /// #     shutdown: impl Future<Output = ()> + Send + 'static,
    /// # ) -> std::io::Result<()> {
    /// let actions = provider.actions();
    /// axum::serve(listener, provider.router()).with_graceful_shutdown(shutdown).await?;
    /// actions.ended().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn actions(&self) -> ActionsInFlight {
        ActionsInFlight(self.in_flight.clone())
    }

    /// The routes.
    pub fn router(self) -> Router {
        mount(
            &self.context,
            self.token,
            self.limits,
            self.in_flight,
            self.spelling,
        )
    }
}
