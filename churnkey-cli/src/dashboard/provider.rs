//! What a page asks the provider for, and what it makes of the answer.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use churnkey_verify::Module;
use churnkey_verify::internal::{Answer, Flaw, Request, Supported, Trouble, encoded, flaws};
use maud::{Markup, html};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::app::App;
use super::text::{block, first, left_out, plain};

/// A request and what came of it.
#[derive(Clone)]
pub(super) struct Exchange {
    /// As a line for the shell, without the token.
    pub(super) curl: String,
    pub(super) answer: Result<Answer, Trouble>,
}

/// A model as it came.
#[derive(Clone)]
pub(super) struct Item<M> {
    pub(super) model: M,
    pub(super) value: Value,
    /// What is not as the protocol has it, although it could be read.
    pub(super) flaws: Vec<Flaw>,
}

/// A page of a list.
pub(super) struct Listed<M> {
    /// What cannot be read has its flaws in its place.
    pub(super) items: Vec<Result<Item<M>, Vec<Flaw>>>,
    /// How many more there were than were asked for.
    pub(super) beyond: usize,
    pub(super) next: Option<String>,
}

/// An answer that a page can do nothing with but show it.
#[derive(Clone)]
pub(super) struct Problem {
    pub(super) says: String,
    pub(super) flaws: Vec<Flaw>,
    pub(super) exchange: Exchange,
}

impl App {
    pub(super) async fn exchange(&self, request: &Request) -> Exchange {
        let answer = self.client.send(request).await;
        Exchange {
            curl: self.client.curl(request),
            answer: answer.map(|answer| self.without_token(answer)),
        }
    }

    /// A provider may send the token back, on purpose or in the words of an error.
    fn without_token(&self, mut answer: Answer) -> Answer {
        let body = String::from_utf8_lossy(&answer.body);
        if let Some(clean) = self.scrubbed(&body) {
            answer.body = Bytes::from(clean);
        }
        let media_type = answer.headers.remove(CONTENT_TYPE);
        answer.headers.clear();
        if let Some(value) = media_type
            && value
                .to_str()
                .is_ok_and(|text| self.scrubbed(text).is_none())
        {
            answer.headers.insert(CONTENT_TYPE, value);
        }
        answer
    }

    /// The text without the token, if it was in there. A token of less than eight characters keeps nobody out, and may be part of any word.
    pub(super) fn scrubbed(&self, text: &str) -> Option<String> {
        let token = self.client.token();
        (token.len() >= 8 && text.contains(token))
            .then(|| text.replace(token, "$CK_INTEGRATION_TOKEN"))
    }

    pub(super) async fn manifest(&self) -> Result<Supported, Box<Problem>> {
        let exchange = self.exchange(&Request::get("/features")).await;
        let value = self.ok(&exchange)?;
        let (supported, flaws) = Supported::read(&value);
        match flaws.iter().any(|flaw| flaw.path.is_empty()) {
            true => Err(Problem::boxed(
                "The feature manifest cannot be read.",
                exchange,
            )),
            false => Ok(supported),
        }
    }

    /// One item, unless the provider has none there.
    pub(super) async fn item<M: DeserializeOwned>(
        &self,
        module: Module,
        path: String,
    ) -> Result<Option<Item<M>>, Box<Problem>> {
        let exchange = self.exchange(&Request::get(path)).await;
        if matches!(&exchange.answer, Ok(answer) if answer.status == 404) {
            return Ok(None);
        }
        let value = self.ok(&exchange)?;
        match read(module, value) {
            Ok(item) => Ok(Some(item)),
            Err(flaws) => Err(Box::new(Problem {
                says: format!("This is not one of the protocol's {module}."),
                flaws,
                exchange,
            })),
        }
    }

    /// A page of a list, unless the provider has no such list.
    pub(super) async fn list<M: DeserializeOwned>(
        &self,
        module: Module,
        path: &str,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Option<Listed<M>>, Box<Problem>> {
        let cursor =
            cursor.map_or_else(String::new, |cursor| format!("&cursor={}", encoded(cursor)));
        let request = Request::get(format_args!("{path}?limit={limit}{cursor}"));
        let exchange = self.exchange(&request).await;
        if let Ok(answer) = &exchange.answer
            && matches!(answer.status, 404 | 405 | 501)
        {
            return Ok(None);
        }
        let mut value = self.ok(&exchange)?;
        let Some(Value::Array(mut items)) = value.get_mut("data").map(Value::take) else {
            let says = "This is not a page of a list: there is no list `data` in it.";
            return Err(Problem::boxed(says, exchange));
        };
        let next = match value.get("next") {
            Some(Value::String(next)) => Some(next.clone()),
            Some(Value::Number(next)) => Some(next.to_string()),
            _ => None,
        };
        let beyond = items.len().saturating_sub(limit);
        items.truncate(limit);
        let items = items.into_iter().map(|item| read(module, item)).collect();
        Ok(Some(Listed {
            items,
            beyond,
            next,
        }))
    }

    /// The JSON of a good answer.
    fn ok(&self, exchange: &Exchange) -> Result<Value, Box<Problem>> {
        let says = match &exchange.answer {
            Ok(answer) if answer.status == 200 => match answer.json() {
                Ok(mut value) => {
                    self.scrub(&mut value);
                    return Ok(value);
                }
                Err(no_json) => format!("The provider answered with {no_json}."),
            },
            Ok(answer) => match answer.status {
                401 | 403 => "The provider refuses the integration token.".to_owned(),
                500.. => format!("The provider failed: {}.", status(answer)),
                _ => format!("The provider answered {}.", status(answer)),
            },
            Err(Trouble::Unreachable(why)) => format!("The provider cannot be reached: {why}."),
            Err(trouble) => format!("The provider's answer cannot be used: {trouble}."),
        };
        Err(Problem::boxed(says, exchange.clone()))
    }

    /// In JSON a token can be written in many ways, so it is looked for in what was read, too.
    fn scrub(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(clean) = self.scrubbed(text) {
                    *text = clean;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.scrub(item)),
            Value::Object(fields) => {
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(name, mut value)| {
                        self.scrub(&mut value);
                        (self.scrubbed(&name).unwrap_or(name), value)
                    })
                    .collect();
            }
            _ => {}
        }
    }
}

fn read<M: DeserializeOwned>(module: Module, value: Value) -> Result<Item<M>, Vec<Flaw>> {
    let flaws = flaws(module, &value);
    match M::deserialize(&value) {
        Ok(model) => Ok(Item {
            model,
            value,
            flaws,
        }),
        Err(_) => Err(flaws),
    }
}

/// `404 Not Found`.
pub(super) fn status(answer: &Answer) -> String {
    let status = StatusCode::from_u16(answer.status).ok();
    let reason = status.and_then(|status| status.canonical_reason());
    match reason {
        Some(reason) => format!("{} {reason}", answer.status),
        None => answer.status.to_string(),
    }
}

impl Problem {
    fn boxed(says: impl Into<String>, exchange: Exchange) -> Box<Self> {
        Box::new(Self {
            says: says.into(),
            flaws: Vec::new(),
            exchange,
        })
    }

    /// What happened, in a box of its own.
    pub(super) fn show(&self) -> Markup {
        html! {
            section.problem role="alert" {
                p { strong { (plain(&self.says)) } }
                (show_flaws(&self.flaws))
                (self.exchange.show())
            }
        }
    }
}

/// The places that are not as the protocol has them.
pub(super) fn show_flaws(flaws: &[Flaw]) -> Markup {
    html! {
        @if !flaws.is_empty() {
            @let (shown, more) = first(flaws);
            ul.flaws {
                @for flaw in shown {
                    li {
                        @if !flaw.path.is_empty() { code { (plain(&flaw.path)) } ": " }
                        "expected " (plain(&flaw.expected)) ", found " (plain(&flaw.found))
                    }
                }
            }
            (left_out(more))
        }
    }
}

/// What there is to say of a page that is longer than was asked for.
pub(super) fn show_beyond(beyond: usize) -> Markup {
    html! {
        @if beyond > 0 {
            p.muted { "The provider sent " (beyond) " more than it was asked for with " code { "limit" } "; they are not shown." }
        }
    }
}

impl Exchange {
    /// The request as a line for the shell, and the answer.
    pub(super) fn show(&self) -> Markup {
        html! {
            div.exchange {
                p.caption { "Request" }
                pre.copyable tabindex="0" aria-label="Request" { code { (block(&self.curl)) } }
                p.caption { "Answer" }
                @match &self.answer {
                    Ok(answer) => {
                        p {
                            span class={ "status-code status-" (answer.status / 100) "xx" } { (status(answer)) }
                            @if let Some(media_type) = answer.media_type() { " " code { (plain(media_type)) } }
                        }
                        @if answer.body.is_empty() {
                            p.muted { "An empty body." }
                        } @else {
                            pre tabindex="0" aria-label="Body of the answer" { code { (block(&pretty(answer))) } }
                        }
                    }
                    Err(trouble) => p { (plain(&trouble.to_string())) },
                }
            }
        }
    }
}

fn pretty(answer: &Answer) -> String {
    match answer.json() {
        Ok(value) => format!("{value:#}"),
        Err(_) => String::from_utf8_lossy(&answer.body).into_owned(),
    }
}
