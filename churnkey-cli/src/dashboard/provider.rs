//! Requests to the provider, and the models in its responses.

use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use churnkey_verify::Module;
use churnkey_verify::internal::{
    DeclaredManifest, ModelFlaw, Request, Response, TransportError, encoded, flaws,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::app::App;
use super::exchange::{Exchange, Item, Listed, Problem, status};
use super::request_log::of_page;

impl App {
    pub(super) async fn exchange(&self, request: &Request) -> Exchange {
        let response = of_page(self.client.send(request)).await;
        Exchange {
            curl: self.client.curl(request),
            response: response.map(|response| self.without_token(response)),
        }
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

    pub(super) async fn manifest(&self) -> Result<DeclaredManifest, Box<Problem>> {
        let exchange = self.exchange(&Request::get("/features")).await;
        let value = self.ok(&exchange)?;
        let (manifest, flaws) = DeclaredManifest::read(&value);
        match flaws.iter().any(|flaw| flaw.path.is_empty()) {
            true => Err(Problem::boxed(
                "The feature manifest cannot be read.",
                exchange,
            )),
            false => Ok(manifest),
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
        let items = items.into_iter().map(|item| read(module, item)).collect();
        Ok(Some(Listed {
            items,
            beyond,
            next,
        }))
    }

    /// The JSON of a successful response.
    fn ok(&self, exchange: &Exchange) -> Result<Value, Box<Problem>> {
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

fn read<M: DeserializeOwned>(module: Module, value: Value) -> Result<Item<M>, Vec<ModelFlaw>> {
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
