//! Requests to the provider, and the models in its responses.

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

/// A request and its response.
#[derive(Clone)]
pub(super) struct Exchange {
    /// The request as a curl command, without the token.
    pub(super) curl: String,
    pub(super) answer: Result<Answer, Trouble>,
}

/// A model that the provider sent.
#[derive(Clone)]
pub(super) struct Item<M> {
    pub(super) model: M,
    pub(super) value: Value,
    /// Violations of the protocol that did not prevent reading the model.
    pub(super) flaws: Vec<Flaw>,
}

/// A page of a list.
pub(super) struct Listed<M> {
    /// The items; for an item that cannot be read, its flaws.
    pub(super) items: Vec<Result<Item<M>, Vec<Flaw>>>,
    /// The number of items beyond the requested limit.
    pub(super) beyond: usize,
    pub(super) next: Option<String>,
}

/// A response that cannot be used and is shown as it is.
#[derive(Clone)]
pub(super) struct Problem {
    pub(super) message: String,
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

    /// Removes the token from a response. A provider may send it back, for example in an error
    /// message.
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

    /// The text without the token, or `None` if the text does not contain it. A token of less than
    /// eight characters is not replaced: it protects nothing, and may be part of any word.
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

    /// One item, or `None` if the provider answers 404.
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
                message: format!("The response does not match the protocol's model of {module}."),
                flaws,
                exchange,
            })),
        }
    }

    /// A page of a list, or `None` if the provider has no such list.
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
            let message = "This is not a page of a list: it has no list `data`.";
            return Err(Problem::boxed(message, exchange));
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

    /// The JSON of a successful response.
    fn ok(&self, exchange: &Exchange) -> Result<Value, Box<Problem>> {
        let message = match &exchange.answer {
            Ok(answer) if answer.status == 200 => match answer.json() {
                Ok(mut value) => {
                    self.scrub(&mut value);
                    return Ok(value);
                }
                Err(no_json) => format!("The provider answered with {no_json}."),
            },
            Ok(answer) => match answer.status {
                401 | 403 => "The provider rejects the integration token.".to_owned(),
                500.. => format!("The provider failed: {}.", status(answer)),
                _ => format!("The provider answered {}.", status(answer)),
            },
            Err(Trouble::Unreachable(why)) => format!("The provider cannot be reached: {why}."),
            Err(trouble) => format!("The provider's response cannot be used: {trouble}."),
        };
        Err(Problem::boxed(message, exchange.clone()))
    }

    /// Removes the token from parsed JSON. JSON can escape a string in many ways, so a search in
    /// the raw text is not sufficient.
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

/// The status of a response, such as `404 Not Found`.
pub(super) fn status(answer: &Answer) -> String {
    let status = StatusCode::from_u16(answer.status).ok();
    let reason = status.and_then(|status| status.canonical_reason());
    match reason {
        Some(reason) => format!("{} {reason}", answer.status),
        None => answer.status.to_string(),
    }
}

impl Problem {
    fn boxed(message: impl Into<String>, exchange: Exchange) -> Box<Self> {
        Box::new(Self {
            message: message.into(),
            flaws: Vec::new(),
            exchange,
        })
    }

    /// Shows the message, the flaws and the exchange.
    pub(super) fn show(&self) -> Markup {
        html! {
            section.problem role="alert" {
                p { strong { (plain(&self.message)) } }
                (show_flaws(&self.flaws))
                (self.exchange.show())
            }
        }
    }
}

/// Lists violations of the protocol.
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

/// A note about a page that has more items than were requested.
pub(super) fn show_beyond(beyond: usize) -> Markup {
    html! {
        @if beyond > 0 {
            p.muted { "The provider sent " (beyond) " more items than " code { "limit" } " allows; they are not shown." }
        }
    }
}

impl Exchange {
    /// Shows the request as a curl command, and the response.
    pub(super) fn show(&self) -> Markup {
        html! {
            div.exchange {
                p.caption { "Request" }
                pre.copyable tabindex="0" aria-label="Request" { code { (block(&self.curl)) } }
                p.caption { "Response" }
                @match &self.answer {
                    Ok(answer) => {
                        p {
                            span class={ "status-code status-" (answer.status / 100) "xx" } { (status(answer)) }
                            @if let Some(media_type) = answer.media_type() {
                                " " code { (plain(media_type)) }
                            }
                        }
                        @if answer.body.is_empty() {
                            p.muted { "The body is empty." }
                        } @else {
                            pre tabindex="0" aria-label="Body of the response" { code { (block(&pretty(answer))) } }
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
