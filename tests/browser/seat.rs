//! A browser before a dashboard, and somebody who uses it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chromiumoxide::browser::{Browser, BrowserConfig};
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetScriptExecutionDisabledParams,
};
use chromiumoxide::cdp::browser_protocol::log::{EventEntryAdded, LogEntrySource};
use chromiumoxide::cdp::browser_protocol::page::EventJavascriptDialogOpening;
use chromiumoxide::cdp::js_protocol::runtime::{EventConsoleApiCalled, EventExceptionThrown};
use chromiumoxide::page::{Page, ScreenshotParams};
use churnkey_cli::dashboard::{Dashboard, Options};
use churnkey_runtime::Mode;
use futures_util::StreamExt as _;
use serde_json::Value;
use tempfile::TempDir;

use shop::{Shop, TOKEN};

/// Far longer than anything takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Seat {
    pub(crate) shop: Arc<Shop>,
    pub(crate) page: Page,
    root: String,
    /// What the browser complained of.
    complaints: Arc<Mutex<Vec<String>>>,
    browser: Browser,
    _profile: TempDir,
}

impl Seat {
    /// Opens a dashboard in test mode, by the address that it prints.
    pub(crate) async fn take(shop: Arc<Shop>) -> Self {
        Self::take_in(shop, Mode::Test).await
    }

    pub(crate) async fn take_in(shop: Arc<Shop>, mode: Mode) -> Self {
        let mut options = Options::new(shop.open().await);
        options.token = Some(TOKEN.to_owned());
        options.listen = ([127, 0, 0, 1], 0).into();
        options.mode = mode;
        let dashboard = Dashboard::bind(options).await.unwrap();
        let way_in = dashboard.url();
        tokio::spawn(dashboard.serve());

        let profile = tempfile::tempdir().unwrap();
        let chromium = std::env::var_os("CHROMIUM").map_or_else(on_path, PathBuf::from);
        let config = BrowserConfig::builder()
            .chrome_executable(chromium)
            .new_headless_mode()
            .no_sandbox()
            .user_data_dir(profile.path())
            .viewport(None)
            .window_size(1100, 900)
            .launch_timeout(PATIENCE)
            .request_timeout(PATIENCE)
            .args([
                "disable-gpu",
                "disable-quic",
                "no-first-run",
                "disable-background-networking",
                "disable-component-update",
                "disable-sync",
            ])
            .build()
            .unwrap();
        let (browser, mut handler) = Browser::launch(config).await.unwrap();
        tokio::spawn(async move { while handler.next().await.is_some() {} });
        let page = browser.new_page("about:blank").await.unwrap();
        let complaints = listen(&page).await;
        let root = way_in.split("/enter/").next().unwrap().to_owned();
        let seat = Self {
            shop,
            page,
            root,
            complaints,
            browser,
            _profile: profile,
        };
        seat.size(1100, 900).await;
        seat.page.goto(way_in).await.unwrap();
        seat.until("location.pathname == '/' && document.querySelector('main h1')")
            .await;
        seat
    }

    pub(crate) async fn open(&self, path: &str) {
        self.page
            .goto(format!("{}{path}", self.root))
            .await
            .unwrap();
        self.until("document.readyState == 'complete' && document.querySelector('main h1')")
            .await;
    }

    /// What an expression of the page comes to.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        let wrapped = format!(
            "(() => {{ const value = {expression}; return value instanceof Node ? true : value ?? null }})()"
        );
        match self.page.evaluate(wrapped).await {
            Ok(result) => result.value().cloned().unwrap_or_default(),
            // The page is on its way to another one.
            Err(_) => Value::Null,
        }
    }

    pub(crate) async fn text(&self, expression: &str) -> String {
        self.value(expression)
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits until an expression of the page is true.
    #[track_caller]
    pub(crate) fn until(&self, expression: &str) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let begun = Instant::now();
            let wanted = format!("Boolean({expression})");
            while self.value(&wanted).await != true {
                if begun.elapsed() > PATIENCE {
                    let page = self
                        .text("location.href + ' ' + document.body.innerText")
                        .await;
                    panic!("{caller}: waited in vain for {expression} on {page}");
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        }
    }

    pub(crate) async fn open_unscripted(&self, path: &str) {
        let address = format!("{}{path}", self.root);
        self.page.goto(address).await.unwrap();
    }

    /// Waits until something is on the page, without its help.
    pub(crate) async fn until_there(&self, xpath: &str) {
        let begun = Instant::now();
        while self.page.find_xpath(xpath).await.is_err() {
            assert!(begun.elapsed() < PATIENCE, "waited in vain for {xpath}");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Clicks the one thing on the page with a selector.
    pub(crate) async fn click(&self, selector: &str) {
        let element = self.page.find_element(selector).await;
        let element = element.unwrap_or_else(|fault| panic!("{selector}: {fault}"));
        element.scroll_into_view().await.unwrap();
        element.click().await.unwrap();
    }

    /// Clicks what leads to another page, and waits for that.
    pub(crate) async fn follow(&self, selector: &str) {
        self.page.evaluate("window.left = false").await.unwrap();
        self.click(selector).await;
        self.until("window.left === undefined && document.readyState == 'complete' && document.querySelector('main')").await;
    }

    pub(crate) async fn write(&self, selector: &str, text: &str) {
        let element = self.page.find_element(selector).await.unwrap();
        element.focus().await.unwrap().type_str(text).await.unwrap();
    }

    pub(crate) async fn choose(&self, selector: &str, value: &str) {
        let chosen = format!(
            "(document.querySelector({selector:?}).value = {value:?}) && document.querySelector({selector:?}).value"
        );
        assert_eq!(self.value(&chosen).await, value);
    }

    /// Presses a key, wherever the focus is.
    pub(crate) async fn press(&self, key: &str) {
        let body = self.page.find_element("body").await.unwrap();
        body.press_key(key).await.unwrap();
    }

    pub(crate) async fn size(&self, width: i64, height: i64) {
        let metrics = SetDeviceMetricsOverrideParams::new(width, height, 1.0, width < 600);
        self.page.execute(metrics).await.unwrap();
    }

    pub(crate) async fn dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let feature = MediaFeature::new("prefers-color-scheme", value);
        self.page
            .emulate_media_features(vec![feature])
            .await
            .unwrap();
    }

    pub(crate) async fn without_script(&self) {
        let off = SetScriptExecutionDisabledParams::new(true);
        self.page.execute(off).await.unwrap();
    }

    /// Writes a picture of the whole page, if somebody wants one.
    pub(crate) async fn picture(&self, name: &str) {
        if let Some(directory) = std::env::var_os("SCREENSHOTS") {
            let path = PathBuf::from(directory).join(format!("{name}.png"));
            std::fs::write(path, self.whole(i64::MAX).await).unwrap();
        }
    }

    /// Brings a picture of the docs up to date, if somebody asks for it.
    pub(crate) async fn picture_of_the_docs(&self, name: &str) {
        if std::env::var_os("UPDATE_DOCS").is_some() {
            let picture = self.whole(1300).await;
            assert!(picture.len() < 250_000, "{name}: {} bytes", picture.len());
            let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");
            std::fs::write(format!("{docs}/{name}.png"), picture).unwrap();
        }
    }

    /// The page as high as it is, up to a height; the library's own way would leave the size of the window changed.
    async fn whole(&self, most: i64) -> Vec<u8> {
        let number = async |expression| self.value(expression).await.as_i64().unwrap();
        let (width, height) = (number("innerWidth").await, number("innerHeight").await);
        let whole = number("document.documentElement.scrollHeight").await;
        self.size(width, whole.min(most)).await;
        let picture = self.page.screenshot(ScreenshotParams::default()).await;
        self.size(width, height).await;
        picture.unwrap()
    }

    /// Waits for something that the browser complains of, and takes it off the record.
    pub(crate) async fn complaint(&self) -> String {
        let begun = Instant::now();
        loop {
            if let Some(complaint) = self.complaints.lock().unwrap().pop() {
                return complaint;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "the browser complains of nothing"
            );
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// The browser had nothing to complain of, and goes.
    pub(crate) async fn leave(mut self) {
        let complaints = std::mem::take(&mut *self.complaints.lock().unwrap());
        assert!(complaints.is_empty(), "{complaints:#?}");
        self.browser.close().await.unwrap();
        self.browser.wait().await.unwrap();
    }
}

fn on_path() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found = std::env::split_paths(&path).map(|directory| directory.join("chromium"));
    found
        .find(|file| file.is_file())
        .expect("Chromium: apt-get install chromium")
}

async fn listen(page: &Page) -> Arc<Mutex<Vec<String>>> {
    let complaints = Arc::new(Mutex::new(Vec::new()));
    macro_rules! hear {
        ($event:ty, $words:expr) => {{
            let mut events = page.event_listener::<$event>().await.unwrap();
            let complaints = Arc::clone(&complaints);
            tokio::spawn(async move {
                while let Some(event) = events.next().await {
                    let words: Option<String> = $words(&event);
                    complaints.lock().unwrap().extend(words);
                }
            });
        }};
    }
    hear!(EventConsoleApiCalled, |event: &EventConsoleApiCalled| Some(
        format!("console: {:?}", event.args)
    ));
    hear!(EventExceptionThrown, |event: &EventExceptionThrown| Some(
        format!("exception: {:?}", event.exception_details)
    ));
    hear!(
        EventJavascriptDialogOpening,
        |event: &EventJavascriptDialogOpening| Some(format!("dialog: {}", event.message))
    );
    // Violations of the content security policy come here. A page of status 400 or above comes, too, and is no complaint.
    hear!(EventEntryAdded, |event: &EventEntryAdded| {
        (event.entry.source != LogEntrySource::Network).then(|| format!("log: {:?}", event.entry))
    });
    page.enable_log().await.unwrap();
    page.enable_runtime().await.unwrap();
    complaints
}
