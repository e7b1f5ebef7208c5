//! The builder of a provider: an integration with its token and limits.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;

use crate::actions_in_flight::{ActionFuture, ActionsInFlight, InFlight};
use crate::http::auth::Authentication;
use crate::http::budgets::Budgets;
use crate::http::limits::Limits;
use crate::http::token::{IntegrationToken, TokenHandle};
use crate::http::trusted_proxies::TrustedProxies;
use crate::integration::integration::{Integration, mount};
use crate::manifest::Spelling;

/// An integration with its token and limits, ready to become a router.
pub struct Provider<T> {
    pub(crate) context: Arc<T>,
    pub(crate) token: TokenHandle,
    pub(crate) proxies: TrustedProxies,
    pub(crate) limits: Limits,
    pub(crate) budgets: Budgets,
    pub(crate) in_flight: InFlight,
    pub(crate) spelling: Spelling,
}

/// Omits the context, which may hold the password of a database.
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
            proxies: TrustedProxies::default(),
            limits: Limits::default(),
            budgets: Budgets::default(),
            in_flight: InFlight::default(),
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

    /// The maximum number of items on a page, even if a request has a higher limit; 100 by default,
    /// at least 1.
    #[must_use]
    pub fn max_page_items(mut self, items: u32) -> Self {
        self.limits.page_items = items.max(1);
        self
    }

    /// The maximum size of an action's body; 64 KiB by default, and the largest body of the
    /// protocol is well under 1 KiB. A longer one is a 413.
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

    /// The time that an action may run before it is given up; none by default.
    ///
    /// Its function is dropped then, its callers receive a 503 with `Retry-After`, the log has an
    /// error, and the next action on the same customer begins. Set it only if the function can be
    /// cut at every `.await`, as one that works in a single transaction can. A function that blocks
    /// its thread cannot be given up.
    #[must_use]
    pub fn action_deadline(mut self, deadline: Duration) -> Self {
        self.limits.action_deadline = Some(deadline);
        self
    }

    /// The maximum number of actions under way; 1024 by default, at least 1. A further one is a 503
    /// with `Retry-After`, and has not begun.
    #[must_use]
    pub fn max_actions(mut self, actions: usize) -> Self {
        self.in_flight.at_most(actions);
        self
    }

    /// The maximum number of requests for actions on one customer or one subscription that run,
    /// wait for their turn or have joined another; 64 by default, at least 1. A further one is a
    /// 503 with `Retry-After`, and has not begun.
    ///
    /// It keeps an action that hangs from using up [`max_actions`](Self::max_actions).
    #[must_use]
    pub fn max_actions_per_customer(mut self, actions: usize) -> Self {
        self.in_flight.at_most_for_customer(actions);
        self
    }

    /// The maximum number of requests for controllers at once; 256 by default, at least 1, and at
    /// most half of [`Server::max_connections`](crate::Server::max_connections). A further one is a
    /// 503 with `Retry-After`.
    #[must_use]
    pub fn max_reads(mut self, requests: usize) -> Self {
        self.budgets.set_reads(requests);
        self
    }

    /// The maximum number of callers that wait for actions at once; 192 by default, at least 1, and
    /// at most three eighths of
    /// [`Server::max_connections`](crate::Server::max_connections). A further one is a 503 with
    /// `Retry-After`, and its action has not begun.
    #[must_use]
    pub fn max_action_callers(mut self, callers: usize) -> Self {
        self.budgets.set_actions(callers);
        self
    }

    /// Wraps the future of each action, for context that middleware gives a request in task-locals.
    ///
    /// An action outlives its caller, so it runs in a task of its own, where the task-locals of the
    /// request are absent. `scope` is called in the task of the request, and can read them. The
    /// future that it returns is the task of the action, and must run the given one to its end. The
    /// span of `tracing` in which the router was called needs no scope: it is the parent of the
    /// span of the action.
    ///
    /// With a scope, no action joins another one, because their task-locals cannot be compared.
    ///
    /// ```
    /// # use churnkey_runtime as churnkey;
    /// tokio::task_local! { static TENANT: u64; }
    ///
    /// # fn example<T: churnkey::Integration>(provider: churnkey::Provider<T>)
    /// # -> churnkey::Provider<T> {
    /// provider.action_scope(|action| TENANT.scope(TENANT.get(), action))
    /// # }
    /// ```
    ///
    /// A panic of `scope`, as here without the middleware, is a 500, and the action has not begun.
    #[must_use]
    pub fn action_scope<F>(
        mut self,
        scope: impl Fn(ActionFuture) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.in_flight
            .run_in(Arc::new(move |action| Box::pin(scope(action))));
        self
    }

    /// The maximum number of requests without the token from one peer in a minute; 60 by default,
    /// and `u32::MAX` is no limit. Further ones are a 429 with `Retry-After` instead of a 401.
    ///
    /// Requests with the token are accepted even then. A peer is an IP address, or the /64 network
    /// of an IPv6 address, behind [trusted proxies](Self::trusted_proxies) that of the caller.
    /// [`Server`](crate::Server) provides it; a server of your own does if it
    /// serves `into_make_service_with_connect_info::<SocketAddr>()`, and without it there is no
    /// limit.
    #[must_use]
    pub fn max_failures_per_minute(mut self, failures: u32) -> Self {
        self.limits.failures_per_minute = failures;
        self
    }

    /// The proxies whose `X-Forwarded-For` is believed; none by default. Behind them, the limit of
    /// failures and the log use the rightmost address of that header that is not one of them.
    ///
    /// Without them, all callers behind a proxy are one peer.
    #[must_use]
    pub fn trusted_proxies(mut self, proxies: TrustedProxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// A handle to replace the token while the provider serves.
    pub fn token_handle(&self) -> TokenHandle {
        self.token.clone()
    }

    /// The actions under way. Wait for them after a server of your own has shut down:
    /// [`Integration::router`] has an example.
    pub fn actions(&self) -> ActionsInFlight {
        ActionsInFlight(self.in_flight.clone())
    }

    /// The routes, to merge or nest into a router with any state: see
    /// [`Integration::router`]. Wait for the [`actions`](Self::actions) before the process ends.
    pub fn router<S>(self) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let router = mount(
            &self.context,
            Authentication::new(self.token, self.proxies, self.limits.failures_per_minute),
            self.limits,
            self.budgets,
            self.in_flight,
            self.spelling,
        );
        router.with_state(())
    }
}
