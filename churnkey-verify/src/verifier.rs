//! The builder of a run, and the order of its parts.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use churnkey_runtime::{Mode, Modes};
use futures_util::FutureExt as _;

use crate::actions;
use crate::auth;
use crate::check::{
    ANSWER, AUTH_BEARER, Check, MANIFEST_ENDPOINT, MANIFEST_NEEDS, MANIFEST_OPTIONS,
    MANIFEST_REQUIRED, MANIFEST_SHAPE, MANIFEST_TOKEN, MANIFEST_UNKNOWN,
};
use crate::client::{
    Bounds, Client, Credentials, OnSent, Request, Response, Sent, Stop, Transport, TransportError,
    never, usable_token,
};
use crate::error::{CannotRun, Failed};
use crate::event::Event;
use crate::manifest::DeclaredManifest;
use crate::modes;
use crate::module::Module;
use crate::read;
use crate::report::Report;
use crate::root_url;
use crate::session::{Fault, Observer, Session, status};
use crate::settings::Settings;

/// Number of requests at the same time. A small number keeps within the limits of most providers.
const DEFAULT_JOBS: usize = 8;

/// Verifies a provider in process, without a socket.
///
/// The router is that of the provider, or the whole application that serves it: then
/// [`at`](Verifier::at) has the path under which the provider is nested.
pub fn check(router: Router) -> Verifier {
    Verifier::new(Transport::Router(router, String::new()))
}

/// Builder of a run.
#[must_use = "nothing is verified until it is awaited"]
pub struct Verifier {
    transport: Transport,
    base: Option<String>,
    token: Option<String>,
    mode: Mode,
    settings: Settings,
    observer: Option<Observer>,
    bounds: Bounds,
    stop: Stop,
    only: Option<String>,
    on_sent: Option<OnSent>,
}

impl Verifier {
    fn new(transport: Transport) -> Self {
        Self {
            transport,
            base: None,
            token: None,
            mode: Mode::Test,
            settings: Settings::default(),
            observer: None,
            bounds: Bounds::default(),
            stop: never(),
            only: None,
            on_sent: None,
        }
    }

    /// Verifies the provider at an API root URL, to which `/churnkey` is appended.
    ///
    /// # Errors
    ///
    /// The URL is invalid.
    #[cfg(feature = "http")]
    pub fn of_url(url: &str) -> Result<Self, CannotRun> {
        let socket = crate::client::Socket::new(url)?;
        Ok(Self::new(Transport::Socket(socket)))
    }

    /// Sets the base path of the provider in the application: `/integrations` for
    /// `.nest("/integrations", Billing::router(..))`.
    ///
    /// ```no_run
    /// # async fn app() -> axum::Router { axum::Router::new() }
    /// # async fn verified() {
    /// churnkey_verify::check(app().await).at("/integrations").token("token").await.unwrap();
    /// # }
    /// ```
    pub fn at(mut self, base: impl Into<String>) -> Self {
        self.base = Some(base.into());
        self
    }

    /// Sets the integration token. The default is the environment variable `CK_INTEGRATION_TOKEN`.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Sets the mode of the data. The default is test.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Enables actions, which change data. They are possible only in test mode.
    pub fn actions(mut self, actions: bool) -> Self {
        self.settings.actions = actions;
        self
    }

    /// Declares that test and live mode share the same data on purpose. Actions are sent only to a
    /// provider whose modes are apart, or with this. An integration in process declares it itself,
    /// with `modes(shared)`.
    pub fn same_data(mut self, same_data: bool) -> Self {
        self.settings.same_data = same_data;
        self
    }

    /// Checks only the manifest and one module, such as `prices` or `apply-coupon`.
    pub fn only(mut self, module: impl Into<String>) -> Self {
        self.only = Some(module.into());
        self
    }

    /// Limits the items that are read of each list. The default is no limit.
    pub fn sample(mut self, items: u64) -> Self {
        self.settings.sample = Some(items);
        self
    }

    /// Adds a customer that exists, for a provider that does not list customers.
    pub fn customer(mut self, id: impl Into<String>) -> Self {
        self.settings.customers.push(id.into());
        self
    }

    /// Adds a subscription that exists, for a provider that does not list subscriptions.
    pub fn subscription(mut self, customer: impl Into<String>, id: impl Into<String>) -> Self {
        self.settings
            .subscriptions
            .push((customer.into(), id.into()));
        self
    }

    /// Sets the number of requests that are sent at the same time. The default is 8.
    ///
    /// Actions are sent one after the other. Only requests that must be refused, and the two of the
    /// check of concurrency, are sent at the same time.
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.settings.jobs = jobs.max(1);
        self
    }

    /// Sets the timeout for a complete response. The default is 10 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.bounds.timeout = timeout;
        self
    }

    /// Limits the time of the run. The default is 15 minutes.
    pub fn max_time(mut self, max_time: Duration) -> Self {
        self.bounds.max_time = max_time;
        self
    }

    /// Limits the number of requests. The default is 100,000.
    pub fn max_requests(mut self, max_requests: u64) -> Self {
        self.bounds.max_requests = max_requests;
        self
    }

    /// Stops the run when this future ends. The report has the results so far.
    ///
    /// The run waits for the response to an action that was sent, and reports its changes.
    pub fn until(mut self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        self.stop = stop.boxed().shared();
        self
    }

    /// Sets a callback for the events of the run.
    pub fn observe(mut self, observer: impl Fn(Event) + Send + Sync + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Sets a callback for every request, for the program `churnkey`.
    #[doc(hidden)]
    pub fn on_sent(mut self, on_sent: impl Fn(&Sent<'_>) + Send + Sync + 'static) -> Self {
        self.on_sent = Some(Arc::new(on_sent));
        self
    }

    /// Verifies the provider.
    ///
    /// # Errors
    ///
    /// The provider could not be verified: a setting is invalid, or no server can be reached at the
    /// URL. Faults of the provider are no error; they are in the report.
    pub async fn run(mut self) -> Result<Report, CannotRun> {
        let token = usable_token(self.token.take())?;
        if let Some(name) = &self.only {
            let Some(module) = Module::named(name) else {
                let names: Vec<_> = Module::ALL.iter().map(|module| module.as_str()).collect();
                return CannotRun::because(format!(
                    "there is no such module: use one of {}",
                    names.join(", ")
                ));
            };
            self.settings.only = Some(module);
        }
        mode_of_actions(self.settings.actions, self.mode)?;
        let transport = match self.base {
            Some(base) => self.transport.at(&base)?,
            None => self.transport,
        };
        let client = Client::new(transport, token, self.mode, self.bounds)
            .until(self.stop)
            .observed(self.on_sent);
        let jobs = match self.settings.jobs {
            0 => DEFAULT_JOBS,
            jobs => jobs,
        };
        let session = Session::new(client, self.observer, jobs);
        verify(&session, &self.settings).await?;
        Ok(session.report())
    }
}

/// Refuses actions in live mode.
pub fn mode_of_actions(actions: bool, mode: Mode) -> Result<(), CannotRun> {
    match actions && mode == Mode::Live {
        true => CannotRun::because(
            "actions run in test mode only, because they change what customers pay",
        ),
        false => Ok(()),
    }
}

async fn verify(session: &Session, settings: &Settings) -> Result<(), CannotRun> {
    session.begin(Module::Manifest);
    let manifest = read_manifest(session).await?;
    let Some((manifest, declared)) = manifest else {
        let reason = "there is no manifest";
        session.skip_rest(Module::Manifest, reason);
        session.end(Module::Manifest);
        session.incomplete();
        return Ok(());
    };
    session.end(Module::Manifest);
    let is_wanted = |module: Module| settings.only.is_none_or(|only| only == module);
    let is_expected = |module: &Module| {
        let is_requested = match module.is_action() {
            // The manifest does not list the actions on all subscriptions of a customer.
            true => settings.actions && module.single().is_none(),
            false => module.is_controller() && module.is_required(),
        };
        is_requested && is_wanted(*module) && manifest.has(*module)
    };
    session.expect(Module::ALL.iter().copied().filter(is_expected).collect());
    let runs = |module: &Module| is_wanted(*module) && manifest.has(*module);
    let modules = Module::ALL.iter().filter(|module| runs(module));
    session.plan(modules.count());
    let samples = read::run(session, &manifest, settings).await;
    if is_wanted(Module::Auth) {
        auth::run(session, &manifest, &samples).await;
    }
    let mut is_apart = true;
    if is_wanted(Module::Mode) || settings.actions {
        session.begin(Module::Mode);
        is_apart = modes::apart(session, &samples, settings, declared).await;
        auth::unknown_mode(session).await;
        session.end(Module::Mode);
    }
    let refused = (!is_apart)
        .then_some("test and live mode share the same data: the actions need `--same-data`");
    actions::run(session, &manifest, &samples, settings, refused).await;
    Ok(())
}

/// Reads the manifest, and the modes of an integration in process. Without a manifest, the run
/// ends.
async fn read_manifest(
    session: &Session,
) -> Result<Option<(DeclaredManifest, Option<Modes>)>, CannotRun> {
    const MANIFEST: Module = Module::Manifest;

    let request = Request::get("/features");
    let mut response = session.send(&request).await;
    if let Ok(refused) = &response
        && matches!(refused.status, 401 | 403)
        && let Some(accepted) = with_bare_token(session).await
    {
        response = Ok(accepted);
    }
    let is_served = |response: &Response| matches!(response.status, 200 | 401 | 403);
    if !response.as_ref().is_ok_and(is_served)
        && let Some(root) = root_url::other(&session.client, response.as_ref()).await
    {
        let found = match &response {
            Ok(response) => status(response),
            Err(error) => error.to_string(),
        };
        let found = format!("{found}; the provider is at {root}");
        let fault = Fault::new(&MANIFEST_ENDPOINT, MANIFEST, "200", found).fix(format!(
            "Enter {root} as the API root URL. Churnkey appends `/churnkey/features` to it and \
             follows no redirect."
        ));
        session.fail(fault.request(&request));
        return Ok(None);
    }
    let response = match response {
        Ok(response) => response,
        Err(TransportError::Unreachable(why)) => {
            return Err(CannotRun::unreachable(format!(
                "no server can be reached at {}: {why}",
                session.client.target()
            )));
        }
        Err(error) => {
            session.transport_failed(MANIFEST, &request, &error);
            return Ok(None);
        }
    };
    let fault = |check: &'static Check, expected: &str| {
        let fault = Fault::new(check, MANIFEST, expected, status(&response)).request(&request);
        match check.name == MANIFEST_ENDPOINT.name && response.status != 404 {
            true => Fault::status(check, MANIFEST, expected, &request, &response),
            false => fault,
        }
    };
    match response.status {
        200 => session.pass(&MANIFEST_ENDPOINT, MANIFEST),
        401 | 403 => {
            session.fail(fault(&MANIFEST_TOKEN, "200"));
            return Ok(None);
        }
        _ => {
            session.fail(fault(&MANIFEST_ENDPOINT, "200"));
            return Ok(None);
        }
    }
    let Some(value) = session.read(MANIFEST, &request, &response) else {
        return Ok(None);
    };
    let (manifest, flaws) = DeclaredManifest::read(&value);
    for flaw in &flaws {
        let fault = Fault::new(
            flaw.check(),
            MANIFEST,
            flaw.expected.as_str(),
            flaw.found.as_str(),
        );
        let fault = Fault {
            fix: flaw.fix.clone(),
            ..fault
        };
        session.fail(fault.path(&flaw.path).request(&request));
    }
    for check in [
        &MANIFEST_TOKEN,
        &MANIFEST_SHAPE,
        &MANIFEST_UNKNOWN,
        &MANIFEST_REQUIRED,
        &MANIFEST_NEEDS,
        &MANIFEST_OPTIONS,
    ] {
        session.pass(check, MANIFEST);
    }
    session.pass(&ANSWER, MANIFEST);
    Ok(Some((manifest, response.modes)))
}

/// Sends the token without `Bearer`. If it is accepted, all further requests send it so.
async fn with_bare_token(session: &Session) -> Option<Response> {
    let credentials = Credentials::Alike {
        value: session.client.token().to_owned(),
        shown: "$CK_INTEGRATION_TOKEN",
    };
    let request = Request::get("/features").credentials(credentials);
    let response = session.send(&request).await.ok()?;
    if response.status != 200 {
        return None;
    }
    session.client.use_bare_token();
    let refused = Request::get("/features").credentials(Credentials::Scheme("Bearer"));
    let fault = Fault::new(
        &AUTH_BEARER,
        Module::Auth,
        "200 with `Authorization: Bearer` and the token",
        "401, and 200 with the token alone",
    );
    session.fail(fault.request(&refused));
    Some(response)
}

impl IntoFuture for Verifier {
    type Output = Result<Report, Failed>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async {
            match self.run().await {
                Ok(report) if report.is_good(false) => Ok(report),
                Ok(report) => Err(Failed::Faulty(Box::new(report))),
                Err(why) => Err(Failed::CannotRun(why)),
            }
        })
    }
}
