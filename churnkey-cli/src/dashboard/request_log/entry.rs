//! An entry of the request log: a request with its response.

use std::fmt;
use std::time::Duration;

use churnkey_protocol::{Operation, operations};
use churnkey_runtime::Timestamp;
use churnkey_verify::Module;
use churnkey_verify::internal::{Request, Sent, TransportError};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::dashboard::scrub::Scrub;

/// Bytes of a body that are kept.
const MAX_BODY: usize = 64 << 10;

/// The part of the dashboard that sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dashboard) enum Source {
    /// A verification, with its number.
    Verification(u64),
    /// A simulation, with its number.
    Simulation(u64),
    /// The cancel flow, with the readings before and after an action.
    Flow,
    /// A page that shows data.
    Page,
    /// The request log itself.
    Again,
    /// The calls of a recording.
    Recording,
}

impl Source {
    /// The kinds, for the filter.
    pub(in crate::dashboard) const KINDS: [(&'static str, &'static str); 6] = [
        ("verification", "verifications"),
        ("simulation", "simulations"),
        ("flow", "the cancel flow"),
        ("page", "pages"),
        ("again", "the request log"),
        ("recording", "the recording"),
    ];

    pub(in crate::dashboard) fn kind(self) -> &'static str {
        match self {
            Self::Verification(_) => "verification",
            Self::Simulation(_) => "simulation",
            Self::Flow => "flow",
            Self::Page => "page",
            Self::Again => "again",
            Self::Recording => "recording",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verification(number) | Self::Simulation(number) => {
                write!(f, "{} {number}", self.kind())
            }
            Self::Again => f.write_str("request log"),
            _ => f.write_str(self.kind()),
        }
    }
}

/// A request with its response, without the token.
#[derive(Clone)]
pub(in crate::dashboard) struct Entry {
    pub(in crate::dashboard) number: u64,
    pub(in crate::dashboard) at: Option<Timestamp>,
    pub(in crate::dashboard) source: Source,
    pub(in crate::dashboard) method: String,
    /// Path and query.
    pub(in crate::dashboard) path: String,
    pub(in crate::dashboard) mode: String,
    pub(in crate::dashboard) subject: Subject,
    /// The request as a curl command; `None` if the recording has no values.
    pub(in crate::dashboard) curl: Option<String>,
    /// The body of the request.
    pub(in crate::dashboard) body: Option<String>,
    pub(in crate::dashboard) answer: Answer,
    pub(in crate::dashboard) took: Option<Duration>,
    /// The request, to send it again. It may contain the token, so that it is never shown.
    pub(in crate::dashboard) request: Option<Request>,
    /// The other one of two requests that were sent at once.
    pub(in crate::dashboard) twin: Option<Twin>,
}

/// The first one of two requests that were sent at once, and the subscription around both.
#[derive(Clone)]
pub(in crate::dashboard) struct Twin {
    pub(in crate::dashboard) number: u64,
    /// The subscription before and after an action, if both could be read.
    pub(in crate::dashboard) around: Option<(Value, Value)>,
}

/// The end of a request.
#[derive(Clone)]
pub(in crate::dashboard) enum Answer {
    Response {
        status: u16,
        media_type: Option<String>,
        /// `None` if the recording does not have it.
        body: Option<String>,
    },
    /// The reason why there is no response.
    None(String),
}

/// The things that a request is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::dashboard) struct Subject {
    pub(in crate::dashboard) module: Option<Module>,
    pub(in crate::dashboard) customer: Option<String>,
    pub(in crate::dashboard) subscription: Option<String>,
}

impl Entry {
    /// An entry for a request that was sent.
    pub(in crate::dashboard) fn new(source: Source, sent: &Sent<'_>, scrub: &Scrub) -> Self {
        let clean = |text: &str| scrub.text(text).unwrap_or_else(|| text.to_owned());
        let body = sent.request.text().map(clean);
        Self {
            number: 0,
            at: Some(Timestamp::now()),
            source,
            method: sent.request.method().to_string(),
            subject: Subject::of(&clean(&sent.path), body.as_deref().unwrap_or_default()),
            path: clean(&sent.path),
            mode: clean(sent.mode),
            curl: Some(clean(&sent.curl)),
            body: body.map(cut),
            answer: Answer::of(sent, scrub),
            took: Some(sent.took),
            request: Some(sent.request.clone()),
            twin: None,
        }
    }

    /// The memory of its texts, in bytes.
    pub(super) fn size(&self) -> usize {
        let of = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let answer = match &self.answer {
            Answer::Response { body, .. } => of(body),
            Answer::None(why) => why.len(),
        };
        let request = self.request.as_ref().and_then(Request::text);
        let kept = request.map_or(0, str::len);
        self.path.len() + of(&self.curl) + of(&self.body) + answer + kept
    }

    /// True for a request that can change data.
    pub(in crate::dashboard) fn is_action(&self) -> bool {
        self.method != "GET"
    }

    pub(in crate::dashboard) fn status(&self) -> Option<u16> {
        match self.answer {
            Answer::Response { status, .. } => Some(status),
            Answer::None(_) => None,
        }
    }
}

impl Answer {
    pub(in crate::dashboard) fn of(sent: &Sent<'_>, scrub: &Scrub) -> Self {
        let clean = |text: String| scrub.text(&text).unwrap_or(text);
        match sent.response {
            None => Self::None("the connection was closed before the response".to_owned()),
            Some(Err(TransportError::Stopped)) => Self::None("the run was stopped".to_owned()),
            Some(Err(error)) => Self::None(clean(error.to_string())),
            Some(Ok(response)) => Self::Response {
                status: response.status,
                media_type: response.media_type().map(clean),
                body: Some(cut(scrub.body(&response.body))),
            },
        }
    }
}

impl Subject {
    /// The subject of a request, from its path and its body.
    pub(in crate::dashboard) fn of(path: &str, body: &str) -> Self {
        let path = path.split('?').next().unwrap_or_default();
        if path == churnkey_protocol::FEATURES_PATH {
            return Self {
                module: Some(Module::Manifest),
                ..Self::default()
            };
        }
        let operation = Operation::of_path(path);
        let mut subject = Self {
            module: operation.and_then(module_of),
            ..Self::default()
        };
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let in_body = |name: &str| body.get(name)?.as_str().map(str::to_owned);
        subject.customer = in_body("customerId");
        subject.subscription = in_body("subscriptionId");
        let expected = operation.map_or("", |operation| operation.path).split('/');
        for (expected, given) in expected.zip(path.split('/')) {
            let given = || Some(percent_decode_str(given).decode_utf8_lossy().into_owned());
            match expected {
                "{customerId}" => subject.customer = given(),
                "{subscriptionId}" => subject.subscription = given(),
                _ => {}
            }
        }
        subject
    }
}

/// The module of an operation.
fn module_of(operation: &Operation) -> Option<Module> {
    let mut all = operations();
    let (module, _) = all.find(|(_, other)| other.ident == operation.ident)?;
    Module::named(&module.name.replace('_', "-"))
}

/// The beginning of a long body.
pub(super) fn cut(mut text: String) -> String {
    if text.len() > MAX_BODY {
        let end = (0..=MAX_BODY).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or_default());
        text.push_str("\n… the rest is not kept");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subject_is_in_the_path_or_in_the_body() {
        let of = |path, body| {
            let subject = Subject::of(path, body);
            let module = subject.module.map(Module::as_str);
            (module, subject.customer, subject.subscription)
        };
        let owned = |text: &str| Some(text.to_owned());
        assert_eq!(of("/churnkey/features", ""), (Some("manifest"), None, None));
        assert_eq!(
            of("/churnkey/customers?limit=1", ""),
            (Some("customers"), None, None)
        );
        assert_eq!(
            of("/churnkey/customers/a%2Fb/subscriptions/s", ""),
            (Some("subscriptions"), owned("a/b"), owned("s"))
        );
        assert_eq!(
            of("/churnkey/customers/email/ada%40x", ""),
            (Some("customers"), None, None)
        );
        let body = r#"{"customerId":"a","subscriptionId":"s"}"#;
        assert_eq!(
            of("/churnkey/actions/subscription/pause", body),
            (Some("pause"), owned("a"), owned("s"))
        );
        assert_eq!(of("/other", "{"), (None, None, None));
    }

    #[test]
    fn long_body_is_cut_at_a_character() {
        let kept = cut("å".repeat(MAX_BODY));
        assert!(kept.starts_with("åå") && kept.ends_with("the rest is not kept"));
        assert!(kept.len() < MAX_BODY + 40);
        assert_eq!(cut("short".to_owned()), "short");
    }
}
