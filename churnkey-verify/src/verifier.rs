//! The way in: what to verify, and how far to go.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use axum::Router;
use churnkey_runtime::Mode;
use futures_util::FutureExt as _;

use crate::actions;
use crate::auth;
use crate::check::{self, Module};
use crate::client::{Bounds, Client, Request, Stop, Transport, never, usable_token};
use crate::error::{CannotRun, Failed};
use crate::event::Event;
use crate::manifest::DeclaredManifest;
use crate::read;
use crate::report::Report;
use crate::session::{Fault, Observer, Session};
use crate::settings::Settings;

/// Verifies a provider in process, without a socket.
///
/// The router is that of the provider, or the whole application that serves it: then
/// [`at`](Verifier::at) has the path under which the provider is nested.
pub fn check(router: Router) -> Verifier {
    Verifier::new(Transport::Router(router, String::new()))
}

/// A run to come.
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
        }
    }

    /// Verifies the provider at an API root URL, to which `/churnkey` is appended.
    ///
    /// # Errors
    ///
    /// The URL cannot be one.
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

    /// The integration token; `CK_INTEGRATION_TOKEN` in the environment if it is not set.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Which data to read; test data if it is not set.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Whether to carry out actions, which change data. In test mode only.
    pub fn actions(mut self, actions: bool) -> Self {
        self.settings.actions = actions;
        self
    }

    /// Looks at one module only, such as `prices` or `apply-coupon`, and at the manifest.
    pub fn only(mut self, module: impl Into<String>) -> Self {
        self.only = Some(module.into());
        self
    }

    /// Reads at most so many items of each list. All are read if it is not set.
    pub fn sample(mut self, items: u64) -> Self {
        self.settings.sample = Some(items);
        self
    }

    /// A customer who exists, for a provider that does not list them.
    pub fn customer(mut self, id: impl Into<String>) -> Self {
        self.settings.customers.push(id.into());
        self
    }

    /// A customer's subscription that exists, for a provider that does not list them.
    pub fn subscription(mut self, customer: impl Into<String>, id: impl Into<String>) -> Self {
        self.settings
            .subscriptions
            .push((customer.into(), id.into()));
        self
    }

    /// How long a whole answer may take; 10 seconds if it is not set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.bounds.timeout = timeout;
        self
    }

    /// How long the run may take; 15 minutes if it is not set.
    pub fn max_time(mut self, max_time: Duration) -> Self {
        self.bounds.max_time = max_time;
        self
    }

    /// How many requests the run may send; 100,000 if it is not set.
    pub fn max_requests(mut self, max_requests: u64) -> Self {
        self.bounds.max_requests = max_requests;
        self
    }

    /// Ends the run when this future ends, with a report of what was seen so far. An action that was sent is waited for, and what it
    /// changed is told. The run goes on to its own end if this is not set.
    pub fn until(mut self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        self.stop = stop.boxed().shared();
        self
    }

    /// Tells what happens during the run.
    pub fn observe(mut self, observer: impl Fn(Event) + Send + Sync + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Verifies the provider.
    ///
    /// # Errors
    ///
    /// Nothing could be verified: a setting is wrong, or nobody answers at the URL. What is wrong with a provider is in the report.
    pub async fn run(mut self) -> Result<Report, CannotRun> {
        let token = usable_token(self.token.take())?;
        if let Some(name) = &self.only {
            let Some(module) = Module::named(name) else {
                let names: Vec<_> = Module::ALL.iter().map(|module| module.as_str()).collect();
                return CannotRun::because(format!(
                    "there is no module of that name: give one of {}",
                    names.join(", ")
                ));
            };
            self.settings.only = Some(module);
        }
        if self.settings.actions && self.mode == Mode::Live {
            return CannotRun::because(
                "actions are carried out in test mode only: they would change what customers pay",
            );
        }
        let transport = match self.base {
            Some(base) => self.transport.at(&base)?,
            None => self.transport,
        };
        let client = Client::new(transport, token, self.mode, self.bounds).until(self.stop);
        let session = Session::new(client, self.observer);
        verify(&session, &self.settings).await?;
        Ok(session.report())
    }
}

async fn verify(session: &Session, settings: &Settings) -> Result<(), CannotRun> {
    session.begin(Module::Manifest);
    let manifest = read_manifest(session).await?;
    let Some(manifest) = manifest else {
        let reason = "there is no manifest, and nothing else was looked at";
        session.skip_rest(Module::Manifest, reason);
        session.end(Module::Manifest);
        session.incomplete();
        return Ok(());
    };
    session.end(Module::Manifest);
    let is_wanted = |module: Module| settings.only.is_none_or(|only| only == module);
    let samples = read::check(session, &manifest, settings).await;
    if is_wanted(Module::Auth) {
        auth::check(session, &manifest, &samples).await;
    }
    if is_wanted(Module::Mode) {
        auth::mode(session).await;
    }
    actions::check(session, &manifest, &samples, settings).await;
    Ok(())
}

/// Reads the manifest. Without one, nothing else is worth a request.
async fn read_manifest(session: &Session) -> Result<Option<DeclaredManifest>, CannotRun> {
    use crate::client::TransportError;
    const MANIFEST: Module = Module::Manifest;

    let request = Request::get("/features");
    let response = match session.send(&request).await {
        Ok(response) => response,
        Err(TransportError::Unreachable(why)) => {
            return CannotRun::because(format!(
                "there is nobody at {}: {why}",
                session.client.target()
            ));
        }
        Err(error) => {
            session.transport_failed(MANIFEST, &request, &error);
            return Ok(None);
        }
    };
    let fault = |check, expected: &str| {
        let found = crate::session::status(&response);
        Fault::new(check, MANIFEST, expected, found).request(&request)
    };
    match response.status {
        200 => session.pass(&check::MANIFEST_ENDPOINT, MANIFEST),
        401 | 403 => {
            session.fail(fault(&check::MANIFEST_TOKEN, "200"));
            return Ok(None);
        }
        _ => {
            session.fail(fault(&check::MANIFEST_ENDPOINT, "200"));
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
        session.fail(fault.path(&flaw.path).request(&request));
    }
    for check in [
        &check::MANIFEST_TOKEN,
        &check::MANIFEST_SHAPE,
        &check::MANIFEST_UNKNOWN,
        &check::MANIFEST_REQUIRED,
        &check::MANIFEST_NEEDS,
        &check::MANIFEST_OPTIONS,
    ] {
        session.pass(check, MANIFEST);
    }
    session.pass(&check::ANSWER, MANIFEST);
    Ok(Some(manifest))
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
