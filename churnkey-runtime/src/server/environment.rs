//! The configuration of a server from environment variables.

use std::env;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::address::ListenAddress;
use super::announce::startup_error;
use super::{Server, Source};
use crate::error::Result;
use crate::http::token::{self, IntegrationToken};
use crate::http::trusted_proxies::TrustedProxies;
use crate::integration::integration::Integration;
use crate::manifest::Spelling;
use crate::model::timestamp::Timestamp;
use crate::provider::Provider;

const TOKEN: &str = "CK_INTEGRATION_TOKEN";
const TOKEN_FILE: &str = "CK_INTEGRATION_TOKEN_FILE";
const PREVIOUS: &str = "CK_INTEGRATION_TOKEN_PREVIOUS";
const PREVIOUS_UNTIL: &str = "CK_INTEGRATION_TOKEN_PREVIOUS_UNTIL";
const ADDRESS: &str = "CHURNKEY_ADDR";
const SPELLING: &str = "CHURNKEY_MANIFEST_SPELLING";
const PORT: &str = "PORT";
const PROXIES: &str = "CHURNKEY_TRUSTED_PROXIES";
const DELAY: &str = "CHURNKEY_SHUTDOWN_DELAY";
const MAX_FAILURES: &str = "CHURNKEY_MAX_FAILURES_PER_MINUTE";

impl<T: Integration> Server<T> {
    /// A server configured from the environment: see [`serve`](crate::serve).
    ///
    /// # Errors
    ///
    /// A variable is missing or invalid. The message names the correction.
    pub fn from_env(context: impl Into<Arc<T>>) -> Result<Self> {
        let token = variable(TOKEN)?;
        let mut server = match (token, path(TOKEN_FILE)) {
            (Some(_), Some(_)) => {
                return Err(startup_error(format!(
                    "{TOKEN} and {TOKEN_FILE} are both set: unset one of them"
                )));
            }
            (None, Some(_)) if variable(PREVIOUS)?.is_some() => {
                return Err(startup_error(format!(
                    "{PREVIOUS} and {TOKEN_FILE} are both set: put the previous token on the \
                     second line of the file, as `<previous token> until <moment>`"
                )));
            }
            (None, Some(file)) => {
                Self::new(Provider::new(context, IntegrationToken::new(""))).token_file(file)?
            }
            (Some(token), None) => {
                is_sendable(TOKEN, &token)?;
                Self::new(Provider::new(context, with_previous(&token)?))
            }
            (None, None) => {
                return Err(startup_error(format!(
                    "{TOKEN} is missing or empty. Take the integration token from the settings of \
                     your custom provider in Churnkey's dashboard and put it into the environment. \
                     For a test on your own machine, any string is accepted:\n\n    \
                     {TOKEN}=local-token cargo run"
                )));
            }
        };
        server.source = source()?;
        if let Some(failures) = variable(MAX_FAILURES)? {
            let failures = failures.trim().parse().map_err(|_| {
                startup_error(format!(
                    "{MAX_FAILURES} must be a whole number up to {}",
                    u32::MAX
                ))
            })?;
            server.provider = server.provider.max_failures_per_minute(failures);
        }
        if let Some(proxies) = variable(PROXIES)? {
            let proxies: TrustedProxies = proxies
                .parse()
                .map_err(|invalid| startup_error(format!("{PROXIES} {invalid}")))?;
            server.provider = server.provider.trusted_proxies(proxies);
        }
        if let Some(delay) = variable(DELAY)? {
            let delay = delay.trim().parse().ok().map(Duration::try_from_secs_f64);
            let delay = delay.and_then(Result::ok).ok_or_else(|| {
                startup_error(format!("{DELAY} must be a number of seconds, such as 5"))
            })?;
            server.shutdown_delay = delay;
        }
        if let Some(word) = variable(SPELLING)? {
            let mut spellings = Spelling::ALL.into_iter();
            let spelling = spellings.find(|spelling| spelling.as_str() == word.trim());
            let spelling = spelling.ok_or_else(|| {
                startup_error(format!(
                    "{SPELLING} must be `camelCase`, `kebab-case` or `both`"
                ))
            })?;
            server.provider = server.provider.manifest_spelling(spelling);
        }
        server.verify_from_env()
    }

    #[cfg(feature = "reverify")]
    fn verify_from_env(self) -> Result<Self> {
        let Some(api_key) = variable("CK_API_KEY")? else {
            return Ok(self);
        };
        let mut verification = crate::reverify::Verification::new(api_key)?;
        if let Some(url) = set("CHURNKEY_API_URL")? {
            verification = verification.base_url(url)?;
        }
        if let Some(file) = env::var_os("CHURNKEY_VERIFIED_FILE") {
            verification = verification.remember_in(file);
        }
        Ok(self.verification(verification))
    }

    #[cfg(not(feature = "reverify"))]
    fn verify_from_env(self) -> Result<Self> {
        if env::var_os("CK_API_KEY").is_some() {
            super::announce::announce(
                "CK_API_KEY has no effect: the feature `reverify` of churnkey is off",
            );
        }
        Ok(self)
    }
}

/// The socket that systemd passes, else an address.
fn source() -> Result<Option<Source>> {
    #[cfg(all(unix, feature = "systemd"))]
    if let Some(passed) = super::activation::Passed::take()? {
        return Ok(Some(Source::Passed(passed)));
    }
    #[cfg(not(all(unix, feature = "systemd")))]
    if env::var_os("LISTEN_FDS").is_some() {
        super::announce::announce(
            "LISTEN_FDS has no effect: the feature `systemd` of churnkey is off",
        );
    }
    Ok(address()?.map(Source::Address))
}

fn address() -> Result<Option<ListenAddress>> {
    if let Some(address) = set(ADDRESS)? {
        let address = address.trim().parse();
        return address
            .map(Some)
            .map_err(|invalid| startup_error(format!("{ADDRESS} {invalid}")));
    }
    let Some(port) = variable(PORT)? else {
        return Ok(None);
    };
    let port = port.trim().parse::<u16>().map_err(|_| {
        startup_error(format!(
            "{PORT} must be a number up to {}; to set a host as well, use {ADDRESS}",
            u16::MAX
        ))
    })?;
    Ok(Some(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)).into()))
}

fn with_previous(token: &str) -> Result<IntegrationToken> {
    let token = IntegrationToken::new(token);
    match (variable(PREVIOUS)?, variable(PREVIOUS_UNTIL)?) {
        (None, _) => Ok(token),
        (Some(_), None) => Err(startup_error(format!(
            "{PREVIOUS} is set without {PREVIOUS_UNTIL}: set the moment at which it expires, such \
             as 2026-12-01T00:00:00Z"
        ))),
        (Some(previous), Some(until)) => {
            let until: Timestamp = until.trim().parse().map_err(|_| {
                startup_error(format!(
                    "{PREVIOUS_UNTIL} must be a moment such as 2026-12-01T00:00:00Z"
                ))
            })?;
            is_sendable(PREVIOUS, &previous)?;
            Ok(token.with_previous(previous, until))
        }
    }
}

/// Refuses a token that no header can have, as a file with a byte order mark yields.
fn is_sendable(name: &str, token: &str) -> Result<()> {
    match token::unsendable(token.trim()) {
        Some(part) => Err(startup_error(format!("{name} must not have {part}"))),
        None => Ok(()),
    }
}

/// Reads a variable; a blank one counts as missing.
fn variable(name: &str) -> Result<Option<String>> {
    Ok(set(name)?.filter(|value| !value.trim().is_empty()))
}

fn path(name: &str) -> Option<std::ffi::OsString> {
    env::var_os(name).filter(|path| !path.is_empty())
}

fn set(name: &str) -> Result<Option<String>> {
    match env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(startup_error(format!("{name} must be UTF-8"))),
    }
}
