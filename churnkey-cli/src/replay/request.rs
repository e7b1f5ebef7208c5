//! The request for a recorded call, or the reason why it is not sent.

use std::collections::HashMap;

use churnkey_protocol::{Input, Model};
use churnkey_runtime::Mode;
use churnkey_verify::internal::encoded;
use reqwest::Method;
use serde_json::{Map, Value};

use super::ids::{Ids, UNKNOWN};
use super::send::Prepared;
use super::usage::{model_of_field, operation_of, pseudonym};
use crate::recording::{Call, Full};

/// Stands for a string that was dropped.
const DROPPED: &str = "*";
const UNKNOWN_EMAIL: &str = "churnkey-replay-unknown@example.invalid";
const UNKNOWN_PHONE: &str = "+10000000000";
const WRONG_TOKEN: &str = "churnkey-replay-wrong-token";
/// A string that no provider gives as a cursor.
const WRONG_CURSOR: &str = "churnkey-replay-wrong-cursor";

/// All that requests are made from.
pub(crate) struct Requests<'r> {
    pub(crate) ids: Ids,
    pub(crate) token: &'r str,
    pub(crate) mode: Mode,
    pub(crate) actions: bool,
    /// The cursors of the provider: of a full recording by the recorded one, of a reduced one by
    /// the list.
    pub(crate) cursors: HashMap<String, String>,
}

/// The reason why a call is not sent.
pub(crate) type Unsent = String;

impl Requests<'_> {
    /// The request, or the reason why the call is not sent.
    pub(crate) fn prepare(&self, call: &Call) -> Result<Prepared, Unsent> {
        let method = match call.method.as_str() {
            "GET" => Method::GET,
            "POST" if self.actions => Method::POST,
            "POST" => return Err("actions change data and need `--actions`".to_owned()),
            _ => return Err("only GET and POST are replayed".to_owned()),
        };
        if call.status.is_none() {
            return Err("the call has no response".to_owned());
        }
        let (target, body) = match &call.full {
            Some(full) => {
                self.is_of_mode(call)?;
                (
                    self.full_target(call, full)?,
                    self.full_body(&method, full)?,
                )
            }
            None => (self.target(call)?, self.body(&method, call)?),
        };
        let mut headers = vec![("accept", "application/json".to_owned())];
        headers.extend(
            self.mode(call, &method)?
                .map(|word| ("x-churnkey-mode", word)),
        );
        headers.extend(
            self.authorization(call)?
                .map(|text| ("authorization", text)),
        );
        if method == Method::POST {
            headers.extend(content_type(call).map(|text| ("content-type", text)));
        }
        Ok(Prepared {
            method,
            target,
            headers,
            body,
        })
    }

    /// The path of a list without its query, by which its cursor is known.
    pub(crate) fn list_of(target: &str) -> &str {
        target.split('?').next().unwrap_or(target)
    }

    /// Ids of one mode are not those of the other.
    fn is_of_mode(&self, call: &Call) -> Result<(), Unsent> {
        let recorded = call.mode.as_deref().unwrap_or("live");
        match recorded.eq_ignore_ascii_case(self.mode.as_str()) || recorded == "other" {
            true => Ok(()),
            false => Err(format!(
                "it was recorded in {} mode, which has other ids",
                recorded.to_ascii_lowercase()
            )),
        }
    }

    /// The mode of the run, in the letter case of the recording.
    fn mode(&self, call: &Call, method: &Method) -> Result<Option<String>, Unsent> {
        let own = self.mode.as_str();
        match call.mode.as_deref() {
            None if self.mode == Mode::Live => Ok(None),
            None => Ok(Some(own.to_owned())),
            // A provider might read the word as live.
            Some("other") if *method != Method::GET => {
                Err("an action with an unknown mode is not sent".to_owned())
            }
            Some("other") => Ok(Some("other".to_owned())),
            Some(word) => Ok(Some(in_case_of(own, word))),
        }
    }

    fn authorization(&self, call: &Call) -> Result<Option<String>, Unsent> {
        let token = match call.status {
            Some(401) => WRONG_TOKEN,
            _ => self.token,
        };
        match (call.authorization.as_str(), call.status) {
            ("none", _) => Ok(None),
            ("bare", _) => Ok(Some(token.to_owned())),
            (scheme @ ("Bearer" | "bearer"), _) => Ok(Some(format!("{scheme} {token}"))),
            (_, Some(401)) => Ok(Some(format!("Other {token}"))),
            _ => Err("its scheme of `Authorization` is not recorded".to_owned()),
        }
    }

    fn full_target(&self, call: &Call, full: &Full) -> Result<String, Unsent> {
        let target = full.target.replace("[token]", &encoded(self.token));
        let Some((path, query)) = target.split_once('?') else {
            return Ok(target);
        };
        let mut pairs = Vec::new();
        for pair in query.split('&') {
            let Some(cursor) = pair.strip_prefix("cursor=") else {
                pairs.push(pair.to_owned());
                continue;
            };
            match (self.cursors.get(cursor), call.status) {
                (Some(own), _) => pairs.push(format!("cursor={}", encoded(own))),
                // A cursor belongs to the version that made it.
                (None, Some(200)) => {
                    return Err("the page before it was not replayed".to_owned());
                }
                (None, _) => pairs.push(pair.to_owned()),
            }
        }
        Ok(format!("{path}?{}", pairs.join("&")))
    }

    fn full_body(&self, method: &Method, full: &Full) -> Result<Option<String>, Unsent> {
        match (&full.body, *method == Method::POST) {
            (_, false) => Ok(None),
            (Some(body), true) => Ok(Some(body.replace("[token]", self.token))),
            (None, true) => Err("its body was too long to be recorded".to_owned()),
        }
    }

    fn target(&self, call: &Call) -> Result<String, Unsent> {
        if call.path == "other" {
            return match call.status {
                Some(401) => Ok("/churnkey/replay/unknown/path".to_owned()),
                _ => Err("its path is not one of the protocol, and not recorded".to_owned()),
            };
        }
        let inputs = operation_of(call).map_or(&[][..], |(_, operation)| operation.inputs);
        let mut path = String::new();
        for segment in call.path.split('/').skip(1) {
            let name = segment.trim_matches(['{', '}']);
            let input = inputs.iter().find(|input| input.parameter() == Some(name));
            let value = match input.filter(|_| segment.starts_with('{')) {
                None => segment.to_owned(),
                Some(input) => encoded(&self.parameter(call, *input, name)?),
            };
            path.push('/');
            path.push_str(&value);
        }
        let mut pairs = Vec::new();
        for (name, value) in &call.query {
            let value = value.as_str().unwrap_or(DROPPED);
            let value = match (name.as_str(), value, call.status) {
                ("limit", DROPPED, Some(400)) => "none",
                ("limit", DROPPED, _) => return Err("its limit is not recorded".to_owned()),
                ("cursor", _, Some(400)) => WRONG_CURSOR,
                ("cursor", ..) => match self.cursors.get(&path) {
                    Some(cursor) => cursor,
                    None => return Err("the page before it was not replayed".to_owned()),
                },
                (_, value, _) => value,
            };
            pairs.push(format!("{}={}", encoded(name), encoded(value)));
        }
        Ok(match pairs.is_empty() {
            true => path,
            false => format!("{path}?{}", pairs.join("&")),
        })
    }

    fn parameter(&self, call: &Call, input: Input, name: &str) -> Result<String, Unsent> {
        let is_missing = matches!(call.status, Some(401 | 404));
        let found = |value: Option<&str>, unknown: &str, what: &str| match (is_missing, value) {
            (true, _) => Ok(unknown.to_owned()),
            (false, Some(value)) => Ok(value.to_owned()),
            (false, None) => Err(format!("the provider lists no customer with {what}")),
        };
        match input {
            Input::Email => found(self.ids.email(), UNKNOWN_EMAIL, "an e-mail address"),
            Input::Phone => found(self.ids.phone(), UNKNOWN_PHONE, "a phone number"),
            _ if call.status == Some(401) => Ok(UNKNOWN.to_owned()),
            _ => {
                let value = call.parameters.get(name).and_then(pseudonym);
                let pseudonym = value.ok_or("it has no id")?;
                Ok(self.ids.of(pseudonym)?.to_owned())
            }
        }
    }

    fn body(&self, method: &Method, call: &Call) -> Result<Option<String>, Unsent> {
        if *method != Method::POST || call.status == Some(401) {
            return Ok(None);
        }
        match &call.body {
            Value::Object(fields) => {
                let mut body = Map::new();
                for (name, value) in fields {
                    body.insert(name.clone(), self.value(call, name, value)?);
                }
                Ok(Some(Value::Object(body).to_string()))
            }
            Value::String(reason) if reason == "too long" => {
                Err("its body was too long to be recorded".to_owned())
            }
            Value::String(reason) if reason == "empty" => Ok(None),
            Value::String(reason) => Ok(Some(reason.clone())),
            other => Ok(Some(other.to_string())),
        }
    }

    /// A value with ids of the provider. An id under a name that is not of the protocol stays.
    fn value(&self, call: &Call, name: &str, value: &Value) -> Result<Value, Unsent> {
        match (pseudonym(value), model_of_field(call, name)) {
            (Some(pseudonym), Some(Model::Customer)) if call.status == Some(404) => {
                // The subscription may be the one that is not found.
                Ok(self.ids.of(pseudonym).unwrap_or(UNKNOWN).into())
            }
            (Some(pseudonym), Some(_)) => Ok(self.ids.of(pseudonym)?.into()),
            _ => Ok(value.clone()),
        }
    }
}

/// A word in the letter case of another.
fn in_case_of(word: &str, like: &str) -> String {
    let is_upper = |char: char| char.is_ascii_uppercase();
    match (like.starts_with(is_upper), like.ends_with(is_upper)) {
        (_, true) => word.to_ascii_uppercase(),
        (true, false) => {
            let (first, rest) = word.split_at(1);
            format!("{}{rest}", first.to_ascii_uppercase())
        }
        (false, false) => word.to_owned(),
    }
}

/// The media type of the recording.
fn content_type(call: &Call) -> Option<String> {
    let recorded = call.content_type.as_deref().unwrap_or("application/json");
    let (essence, charset) = match recorded.split_once("; charset") {
        Some((essence, _)) => (essence, "; charset=utf-8"),
        None => (recorded, ""),
    };
    match essence {
        "none" => None,
        "other" => Some(format!("application/x-other{charset}")),
        essence => Some(format!("{essence}{charset}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_case_of_the_mode_is_kept() {
        for (like, expected) in [
            ("live", "test"),
            ("LIVE", "TEST"),
            ("Live", "Test"),
            ("TeSt", "Test"),
        ] {
            assert_eq!(in_case_of("test", like), expected, "{like}");
        }
    }
}
