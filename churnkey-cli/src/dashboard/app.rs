//! What all requests to a dashboard share.

use std::net::SocketAddr;
use std::sync::Mutex;

use churnkey_runtime::Mode;
use churnkey_verify::internal::Client;
use subtle::ConstantTimeEq as _;

use super::log::Log;
use super::options::{CannotStart, Options};
use super::tickets::Tickets;
use super::verification::Verification;

/// What all requests to a dashboard share.
pub(super) struct App {
    pub(super) client: Client,
    pub(super) url: String,
    pub(super) verification: Verification,
    /// What came of the actions.
    pub(super) log: Mutex<Log>,
    /// Actions on live data that wait for a second word.
    pub(super) tickets: Mutex<Tickets>,
    address: SocketAddr,
    secret: String,
    csrf: String,
}

impl App {
    pub(super) fn new(options: Options, address: SocketAddr) -> Result<Self, CannotStart> {
        Ok(Self {
            client: Client::of_url(&options.url, options.token, options.mode)?,
            url: options.url,
            verification: Verification::default(),
            log: Mutex::default(),
            tickets: Mutex::default(),
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

    /// The address that lets a browser in.
    pub(super) fn way_in(&self) -> String {
        format!("http://{}/enter/{}", self.address, self.secret)
    }

    /// What a form has to bring along, which another site cannot read.
    pub(super) fn csrf(&self) -> &str {
        &self.csrf
    }

    pub(super) fn is_csrf(&self, given: &str) -> bool {
        self.csrf.as_bytes().ct_eq(given.as_bytes()).into()
    }

    pub(super) fn is_secret(&self, given: &str) -> bool {
        self.secret.as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// Cookies do not know ports, and there may be a dashboard on another one.
    pub(super) fn cookie(&self) -> String {
        format!("churnkey-dashboard-{}", self.address.port())
    }

    /// Sets the cookie that lets a browser in from here on.
    pub(super) fn set_cookie(&self) -> String {
        let (name, secret) = (self.cookie(), &self.secret);
        format!("{name}={secret}; Path=/; HttpOnly; SameSite=Strict")
    }

    /// Whether a `Host` header is a name of this dashboard. A name of somebody else's that was made to lead to loopback is not.
    pub(super) fn is_host(&self, host: &str) -> bool {
        let port = self.address.port();
        let own = self.address.to_string();
        let named = format!("localhost:{port}");
        host == own || host.eq_ignore_ascii_case(&named)
    }
}

/// 128 bits.
pub(super) fn random() -> Result<String, CannotStart> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|fault| {
        CannotStart::new(format!("this machine gives no random bytes: {fault}"))
    })?;
    Ok(bytes.map(|byte| format!("{byte:02x}")).concat())
}
