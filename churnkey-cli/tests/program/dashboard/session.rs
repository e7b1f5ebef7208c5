//! An authenticated session with a dashboard.

use std::sync::Arc;

use churnkey_cli::dashboard::{Dashboard, Options};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};

use shop::{Fault, Shop, TOKEN};

pub(crate) struct Session {
    pub(crate) shop: Arc<Shop>,
    /// Scheme, host and port.
    pub(crate) root: String,
    /// The URL with the secret.
    pub(crate) entry_url: String,
    pub(crate) cookie: String,
    pub(crate) csrf: String,
    pub(crate) client: Client,
}

/// A response of the dashboard.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) async fn of(response: Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn has(&self, text: &str) -> &Self {
        assert!(self.text.contains(text), "no {text:?} in {}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn has_not(&self, text: &str) -> &Self {
        assert!(!self.text.contains(text), "{text:?} in {}", self.text);
        self
    }

    /// The text between the first `start` and the next `end`.
    #[track_caller]
    pub(crate) fn between(&self, start: &str, end: &str) -> &str {
        let rest = self.text.split_once(start);
        let found = rest.and_then(|(_, rest)| rest.split_once(end));
        found
            .unwrap_or_else(|| panic!("no {start:?} in {}", self.text))
            .0
    }
}

pub(crate) fn options(url: &str) -> Options {
    let mut options = Options::new(url);
    options.token = Some(TOKEN.to_owned());
    options.listen = ([127, 0, 0, 1], 0).into();
    options
}

impl Session {
    pub(crate) async fn of(fault: Fault) -> Self {
        let shop = Shop::new(fault);
        let url = shop.serve().await;
        Self::with(shop, options(&url)).await
    }

    pub(crate) async fn with(shop: Arc<Shop>, options: Options) -> Self {
        let dashboard = Dashboard::bind(options).await.unwrap();
        let entry_url = dashboard.url();
        tokio::spawn(dashboard.serve());
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .build();
        let client = client.unwrap();
        let entered = Reply::of(client.get(&entry_url).send().await.unwrap()).await;
        let cookie = entered.header("set-cookie").split(';').next().unwrap();
        let mut session = Self {
            shop,
            root: entry_url.split("/enter/").next().unwrap().to_owned(),
            cookie: cookie.to_owned(),
            entry_url,
            csrf: String::new(),
            client,
        };
        let first = session.get("/").await;
        // Without a provider there are no forms.
        if first.status == 200 {
            session.csrf = first.between(r#"name="csrf" value=""#, "\"").to_owned();
        }
        session
    }

    pub(crate) fn request(&self, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.root);
        self.client.get(url).header("cookie", &self.cookie)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(path).send().await.unwrap()).await
    }

    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let url = format!("{}{path}", self.root);
        self.client
            .post(url)
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(fields.join("&"))
    }

    /// Sends a form with the CSRF token, and follows the redirect.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut fields = fields.to_vec();
        fields.push(("csrf", &self.csrf));
        let reply = Reply::of(self.form(path, &fields).send().await.unwrap()).await;
        match reply.status {
            303 => self.get(reply.header("location")).await,
            _ => reply,
        }
    }
}
