//! Requests to the provider, and the models in its responses.

use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use churnkey_verify::Module;
use churnkey_verify::internal::{
    DeclaredManifest, ManifestFlaw, Request, Response, TransportError, encoded, flaws,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::app::App;
use super::exchange::{Exchange, Item, Listed, Problem, status};
use super::reach::Down;
use super::request_log::of_page;
use super::unreadable::Unreadable;

/// The timeout of a request whose only purpose is to look for the provider.
const LOOK_TIMEOUT: Duration = Duration::from_secs(3);

/// The feature manifest.
pub(super) struct Manifest {
    pub(super) declared: DeclaredManifest,
    pub(super) flaws: Vec<ManifestFlaw>,
    pub(super) value: Value,
}

impl App {
    pub(super) async fn exchange(&self, request: &Request) -> Exchange {
        let response = of_page(self.client.send(request)).await;
        self.reach.note(&response);
        Exchange {
            curl: self.client.curl(request),
            response: response.map(|response| self.without_token(response)),
        }
    }

    /// Looks for the provider. The request is not part of any log.
    pub(super) async fn look(&self) -> Option<Down> {
        let request = Request::get("/features");
        match tokio::time::timeout(LOOK_TIMEOUT, self.client.send(&request)).await {
            Ok(result) => self.reach.note(&result),
            Err(_) => {
                let why = format!("no response within {LOOK_TIMEOUT:?}");
                self.reach.set(Some(why));
            }
        }
        self.reach.down()
    }

    /// Removes the token from a response. A provider may send it back, for example in an error
    /// message.
    fn without_token(&self, mut response: Response) -> Response {
        response.body = Bytes::from(self.scrub.body(&response.body));
        let media_type = response.headers.remove(CONTENT_TYPE);
        response.headers.clear();
        if let Some(value) = media_type
            && value
                .to_str()
                .is_ok_and(|text| self.scrubbed(text).is_none())
        {
            response.headers.insert(CONTENT_TYPE, value);
        }
        response
    }

    /// The text without the token, or `None` if the text does not contain it.
    pub(super) fn scrubbed(&self, text: &str) -> Option<String> {
        self.scrub.text(text)
    }

    pub(super) async fn manifest(&self) -> Result<Manifest, Box<Problem>> {
        let exchange = self.exchange(&Request::get("/features")).await;
        let value = self.ok(&exchange)?;
        let (declared, flaws) = DeclaredManifest::read(&value);
        match flaws.iter().any(|flaw| flaw.path.is_empty()) {
            true => Err(Problem::boxed(
                "The feature manifest cannot be read.",
                exchange,
            )),
            false => Ok(Manifest {
                declared,
                flaws,
                value,
            }),
        }
    }

    /// One item, or `None` if the provider answers 404.
    pub(super) async fn item<M: DeserializeOwned>(
        &self,
        module: Module,
        path: String,
    ) -> Result<Option<Item<M>>, Box<Problem>> {
        let exchange = self.exchange(&Request::get(path)).await;
        if matches!(&exchange.response, Ok(response) if response.status == 404) {
            return Ok(None);
        }
        let value = self.ok(&exchange)?;
        match read(module, value, &exchange.curl) {
            Ok(item) => Ok(Some(item)),
            Err(unreadable) => Err(Box::new(Problem {
                message: format!("The response does not match the protocol's model of {module}."),
                flaws: unreadable.flaws,
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
        if let Ok(response) = &exchange.response
            && matches!(response.status, 404 | 405 | 501)
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
        let items = items
            .into_iter()
            .map(|item| read(module, item, &exchange.curl))
            .collect();
        Ok(Some(Listed {
            items,
            beyond,
            next,
        }))
    }

    /// The JSON of a successful response.
    pub(super) fn ok(&self, exchange: &Exchange) -> Result<Value, Box<Problem>> {
        let message = match &exchange.response {
            Ok(response) if response.status == 200 => match response.json() {
                Ok(mut value) => {
                    self.scrub.value(&mut value);
                    return Ok(value);
                }
                Err(no_json) => format!("The provider answered with {no_json}."),
            },
            Ok(response) => match response.status {
                401 | 403 => "The provider rejects the integration token.".to_owned(),
                500.. => format!("The provider failed: {}.", status(response)),
                _ => format!("The provider answered {}.", status(response)),
            },
            Err(TransportError::Unreachable(why)) => {
                format!("The provider cannot be reached: {why}.")
            }
            Err(error) => format!("The provider's response cannot be used: {error}."),
        };
        Err(Problem::boxed(message, exchange.clone()))
    }
}

fn read<M: DeserializeOwned>(
    module: Module,
    value: Value,
    curl: &str,
) -> Result<Item<M>, Unreadable> {
    let flaws = flaws(module, &value);
    match M::deserialize(&value) {
        Ok(model) => Ok(Item {
            model,
            value,
            flaws,
        }),
        Err(_) => Err(Unreadable {
            curl: curl.to_owned(),
            value,
            flaws,
        }),
    }
}
