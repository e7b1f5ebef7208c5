//! The configuration of a server from environment variables.

use std::env;
use std::sync::Arc;

use super::{Server, startup_error};
use crate::error::Result;
use crate::http::token::IntegrationToken;
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
                    "{TOKEN} and {TOKEN_FILE} are both set, and it is not clear which to believe: \
                     unset one"
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
            (Some(token), None) => Self::new(Provider::new(context, with_previous(&token)?)),
            (None, None) => {
                return Err(startup_error(format!(
                    "{TOKEN} is missing or empty. Take the integration token from the settings of \
                     your custom provider in Churnkey's dashboard and put it into the environment; \
                     to try things out on your own machine any string will do:\n\n    \
                     {TOKEN}=local-token cargo run"
                )));
            }
        };
        if let Some(address) = set(ADDRESS)? {
            server.address = address.trim().parse().map_err(|_| {
                startup_error(format!(
                    "{ADDRESS} must be an IP address and a port, such as 127.0.0.1:8080 or \
                     [::]:8080"
                ))
            })?;
        }
        if let Some(failures) = variable(MAX_FAILURES)? {
            let failures = failures.trim().parse().map_err(|_| {
                startup_error(format!(
                    "{MAX_FAILURES} must be a whole number up to {}",
                    u32::MAX
                ))
            })?;
            server.provider = server.provider.max_failures_per_minute(failures);
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
            super::announce("CK_API_KEY has no effect: the feature `reverify` of churnkey is off");
        }
        Ok(self)
    }
}

fn with_previous(token: &str) -> Result<IntegrationToken> {
    let token = IntegrationToken::new(token);
    match (variable(PREVIOUS)?, variable(PREVIOUS_UNTIL)?) {
        (None, _) => Ok(token),
        (Some(_), None) => Err(startup_error(format!(
            "{PREVIOUS} is set without {PREVIOUS_UNTIL}: say until when it passes, such as \
             2026-12-01T00:00:00Z"
        ))),
        (Some(previous), Some(until)) => {
            let until: Timestamp = until.trim().parse().map_err(|_| {
                startup_error(format!(
                    "{PREVIOUS_UNTIL} must be a moment such as 2026-12-01T00:00:00Z"
                ))
            })?;
            Ok(token.with_previous(previous, until))
        }
    }
}

/// A variable; a blank one counts as missing.
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
