//! Somebody who sits before a dashboard.

use std::sync::Arc;

use churnkey_cli::dashboard::{Dashboard, Options};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};

use shop::{Flaw, Shop, TOKEN};

pub(crate) struct Desk {
    pub(crate) shop: Arc<Shop>,
    /// Scheme, host and port.
    pub(crate) root: String,
    /// The address that lets in.
    pub(crate) way_in: String,
    pub(crate) cookie: String,
    pub(crate) csrf: String,
    pub(crate) client: Client,
}

/// A page as it came.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Seen {
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

    /// What stands between two texts, the first time.
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

impl Desk {
    pub(crate) async fn of(flaw: Flaw) -> Self {
        let shop = Shop::new(flaw);
        let url = shop.open().await;
        Self::with(shop, options(&url)).await
    }

    pub(crate) async fn with(shop: Arc<Shop>, options: Options) -> Self {
        let dashboard = Dashboard::bind(options).await.unwrap();
        let way_in = dashboard.url();
        tokio::spawn(dashboard.serve());
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .build();
        let client = client.unwrap();
        let entered = Seen::of(client.get(&way_in).send().await.unwrap()).await;
        let cookie = entered.header("set-cookie").split(';').next().unwrap();
        let mut desk = Self {
            shop,
            root: way_in.split("/enter/").next().unwrap().to_owned(),
            cookie: cookie.to_owned(),
            way_in,
            csrf: String::new(),
            client,
        };
        let first = desk.get("/").await;
        desk.csrf = first.between(r#"name="csrf" value=""#, "\"").to_owned();
        desk
    }

    pub(crate) fn asks(&self, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.root);
        self.client.get(url).header("cookie", &self.cookie)
    }

    pub(crate) async fn get(&self, path: &str) -> Seen {
        Seen::of(self.asks(path).send().await.unwrap()).await
    }

    pub(crate) fn sends(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
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

    /// Sends a form of the dashboard, and goes where it leads.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let mut fields = fields.to_vec();
        fields.push(("csrf", &self.csrf));
        let seen = Seen::of(self.sends(path, &fields).send().await.unwrap()).await;
        match seen.status {
            303 => self.get(seen.header("location")).await,
            _ => seen,
        }
    }
}
