//! The state that all requests to a dashboard share.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use churnkey_runtime::Mode;
use churnkey_verify::internal::Client;
use cookie::{Cookie, SameSite};
use subtle::ConstantTimeEq as _;

use super::log::Log;
use super::options::{CannotStart, Options};
use super::pins::Pins;
use super::progress::Dev;
use super::reach::Reach;
use super::request_log::RequestLog;
use super::scrub::Scrub;
use super::tickets::Tickets;
use super::verification::Verification;

/// The address of a provider in the documentation.
const LOCAL: &str = "http://127.0.0.1:8080";

/// The shared state of a dashboard.
pub(super) struct App {
    pub(super) client: Client,
    pub(super) url: String,
    pub(super) verification: Verification,
    pub(super) reach: Reach,
    /// The requests to the provider.
    pub(super) requests: Arc<RequestLog>,
    /// The outcomes of the actions.
    pub(super) log: Mutex<Log>,
    /// Actions on live data that wait for confirmation.
    pub(super) tickets: Mutex<Tickets>,
    pub(super) pins: Pins,
    pub(super) dev: Dev,
    pub(super) scrub: Scrub,
    /// Test and live mode share the same data on purpose.
    pub(super) same_data: bool,
    /// False for a recording without a provider, to which nothing can be sent.
    pub(super) has_provider: bool,
    /// The file of the recording that is shown.
    pub(super) recording: Option<String>,
    address: SocketAddr,
    secret: String,
    csrf: String,
}

impl App {
    pub(super) fn new(options: Options, address: SocketAddr) -> Result<Self, CannotStart> {
        let has_provider = !options.url.is_empty();
        // Without a provider nothing is sent, and the commands of a recording need some address.
        let (url, token) = match has_provider {
            true => (options.url, options.token),
            false => (LOCAL.to_owned(), Some("none".to_owned())),
        };
        let client = Client::of_url(&url, token, options.mode)?;
        let scrub = Scrub::new(client.token());
        let requests = Arc::new(RequestLog::new(scrub.clone()));
        let log = Arc::clone(&requests);
        let client = client.on_sent(move |sent| log.add_of_task(sent));
        let mut recording = None;
        if let Some(path) = &options.recording {
            let shown = path.display().to_string();
            let read = crate::recording::read(path);
            let read =
                read.map_err(|fault| CannotStart::new(format!("cannot read {shown}: {fault}")));
            requests.add_recording(read?, &client);
            recording = Some(shown);
        }
        Ok(Self {
            client,
            url,
            verification: Verification::default(),
            reach: Reach::default(),
            requests,
            log: Mutex::default(),
            tickets: Mutex::default(),
            pins: Pins::open(options.pins)?,
            dev: Dev::default(),
            scrub,
            same_data: options.same_data,
            has_provider,
            recording,
            address,
            secret: random()?,
            csrf: random()?,
        })
    }

    pub(super) fn mode(&self) -> Mode {
        self.client.mode()
    }

    pub(super) fn is_live(&self) -> bool {
        self.mode() == Mode::Live
    }

    /// The URL that gives a browser access.
    pub(super) fn entry_url(&self) -> String {
        format!("http://{}/enter/{}", self.address, self.secret)
    }

    /// The CSRF token that every form must send. Other sites cannot read it.
    pub(super) fn csrf(&self) -> &str {
        &self.csrf
    }

    pub(super) fn is_csrf(&self, given: &str) -> bool {
        self.csrf.as_bytes().ct_eq(given.as_bytes()).into()
    }

    pub(super) fn is_secret(&self, given: &str) -> bool {
        self.secret.as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// The name of the cookie. It includes the port, because browsers share cookies between ports,
    /// and another dashboard may run on another port.
    pub(super) fn cookie(&self) -> String {
        format!("churnkey-dashboard-{}", self.address.port())
    }

    /// The cookie that authenticates a browser.
    pub(super) fn new_cookie(&self) -> Cookie<'_> {
        Cookie::build((self.cookie(), &*self.secret))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Strict)
            .build()
    }

    /// Checks that a `Host` header names this dashboard. This rejects other domains that resolve to
    /// loopback (DNS rebinding).
    pub(super) fn is_host(&self, host: &str) -> bool {
        let port = self.address.port();
        let own = self.address.to_string();
        let named = format!("localhost:{port}");
        host == own || host.eq_ignore_ascii_case(&named)
    }
}

/// A random string of 128 bits.
pub(crate) fn random() -> Result<String, CannotStart> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|fault| {
        CannotStart::new(format!("cannot get random bytes from the system: {fault}"))
    })?;
    Ok(bytes.map(|byte| format!("{byte:02x}")).concat())
}
