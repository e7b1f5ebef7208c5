//! A browser session with a dashboard.

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

/// The limit of every wait, long enough for a busy machine.
const TIMEOUT: Duration = Duration::from_secs(60);

pub(crate) struct Session {
    pub(crate) shop: Arc<Shop>,
    pub(crate) page: Page,
    root: String,
    /// Errors and dialogs that the browser reported.
    browser_errors: Arc<Mutex<Vec<String>>>,
    browser: Browser,
    _profile: TempDir,
}

impl Session {
    /// Opens a dashboard in test mode at the address that it prints.
    pub(crate) async fn start(shop: Arc<Shop>) -> Self {
        Self::start_in(shop, Mode::Test).await
    }

    pub(crate) async fn start_in(shop: Arc<Shop>, mode: Mode) -> Self {
        let url = shop.serve().await;
        Self::start_at(&url, shop, mode).await
    }

    /// Opens a dashboard of the provider at a URL, whose token is that of the shop.
    pub(crate) async fn start_at(url: &str, shop: Arc<Shop>, mode: Mode) -> Self {
        let mut options = Options::new(url);
        options.token = Some(TOKEN.to_owned());
        options.listen = ([127, 0, 0, 1], 0).into();
        options.mode = mode;
        let dashboard = Dashboard::bind(options).await.unwrap();
        let entry_url = dashboard.url();
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
            .launch_timeout(TIMEOUT)
            .request_timeout(TIMEOUT)
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
        let browser_errors = listen(&page).await;
        let root = entry_url.split("/enter/").next().unwrap().to_owned();
        let session = Self {
            shop,
            page,
            root,
            browser_errors,
            browser,
            _profile: profile,
        };
        session.size(1100, 900).await;
        session.page.goto(entry_url).await.unwrap();
        session
            .wait_until("location.pathname == '/' && document.querySelector('main h1')")
            .await;
        session
    }

    pub(crate) async fn open(&self, path: &str) {
        self.page
            .goto(format!("{}{path}", self.root))
            .await
            .unwrap();
        self.wait_until("document.readyState == 'complete' && document.querySelector('main h1')")
            .await;
    }

    /// The value of an expression on the page.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        let wrapped = format!(
            "(() => {{ const value = {expression}; return value instanceof Node ? true : value ?? null }})()"
        );
        match self.page.evaluate(wrapped).await {
            Ok(result) => result.value().cloned().unwrap_or_default(),
            // The browser is loading another page.
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
    pub(crate) fn wait_until(&self, expression: &str) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let begun = Instant::now();
            let wanted = format!("Boolean({expression})");
            while self.value(&wanted).await != true {
                if begun.elapsed() > TIMEOUT {
                    let page = self
                        .text("location.href + ' ' + document.body.innerText")
                        .await;
                    panic!("{caller}: timeout while waiting for {expression} on {page}");
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        }
    }

    pub(crate) async fn open_without_scripts(&self, path: &str) {
        let address = format!("{}{path}", self.root);
        self.page.goto(address).await.unwrap();
    }

    /// Waits until an element is on the page, without running scripts in the page.
    pub(crate) async fn wait_for_element(&self, xpath: &str) {
        let begun = Instant::now();
        while self.page.find_xpath(xpath).await.is_err() {
            assert!(
                begun.elapsed() < TIMEOUT,
                "timeout while waiting for {xpath}"
            );
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Clicks the element with this selector.
    pub(crate) async fn click(&self, selector: &str) {
        let element = self.page.find_element(selector).await;
        let element = element.unwrap_or_else(|fault| panic!("{selector}: {fault}"));
        element.scroll_into_view().await.unwrap();
        element.click().await.unwrap();
    }

    /// Clicks a link or a button, and waits for the next page.
    pub(crate) async fn follow(&self, selector: &str) {
        self.page.evaluate("window.left = false").await.unwrap();
        self.click(selector).await;
        self.wait_until("window.left === undefined && document.readyState == 'complete' && document.querySelector('main')").await;
    }

    pub(crate) async fn type_text(&self, selector: &str, text: &str) {
        let element = self.page.find_element(selector).await.unwrap();
        element.focus().await.unwrap().type_str(text).await.unwrap();
    }

    pub(crate) async fn choose(&self, selector: &str, value: &str) {
        let chosen = format!(
            "(document.querySelector({selector:?}).value = {value:?}) && document.querySelector({selector:?}).value"
        );
        assert_eq!(self.value(&chosen).await, value);
    }

    /// Presses a key on the element that has the focus.
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

    pub(crate) async fn disable_scripts(&self) {
        let off = SetScriptExecutionDisabledParams::new(true);
        self.page.execute(off).await.unwrap();
    }

    /// Writes a screenshot of the full page if `SCREENSHOTS` is set.
    pub(crate) async fn screenshot(&self, name: &str) {
        if let Some(directory) = std::env::var_os("SCREENSHOTS") {
            let path = PathBuf::from(directory).join(format!("{name}.png"));
            std::fs::write(path, self.full_page(i64::MAX).await).unwrap();
        }
    }

    /// Updates a screenshot in `docs` if `UPDATE_DOCS` is set.
    pub(crate) async fn docs_screenshot(&self, name: &str) {
        if std::env::var_os("UPDATE_DOCS").is_some() {
            let screenshot = self.full_page(1300).await;
            assert!(
                screenshot.len() < 250_000,
                "{name}: {} bytes",
                screenshot.len()
            );
            let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");
            std::fs::write(format!("{docs}/{name}.png"), screenshot).unwrap();
        }
    }

    /// A screenshot of the full page, up to a height. The method of the library would not restore
    /// the size of the window.
    async fn full_page(&self, max_height: i64) -> Vec<u8> {
        let number = async |expression| self.value(expression).await.as_i64().unwrap();
        let (width, height) = (number("innerWidth").await, number("innerHeight").await);
        let full = number("document.documentElement.scrollHeight").await;
        self.size(width, full.min(max_height)).await;
        let screenshot = self.page.screenshot(ScreenshotParams::default()).await;
        self.size(width, height).await;
        screenshot.unwrap()
    }

    /// Waits for an error that the browser reports, and removes it from the list.
    pub(crate) async fn browser_error(&self) -> String {
        let begun = Instant::now();
        loop {
            if let Some(browser_error) = self.browser_errors.lock().unwrap().pop() {
                return browser_error;
            }
            assert!(begun.elapsed() < TIMEOUT, "the browser reported no error");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Asserts that the browser reported no errors, and closes it.
    pub(crate) async fn finish(mut self) {
        let browser_errors = std::mem::take(&mut *self.browser_errors.lock().unwrap());
        assert!(browser_errors.is_empty(), "{browser_errors:#?}");
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
    let browser_errors = Arc::new(Mutex::new(Vec::new()));
    macro_rules! record {
        ($event:ty, $message:expr) => {{
            let mut events = page.event_listener::<$event>().await.unwrap();
            let browser_errors = Arc::clone(&browser_errors);
            tokio::spawn(async move {
                while let Some(event) = events.next().await {
                    let message: Option<String> = $message(&event);
                    browser_errors.lock().unwrap().extend(message);
                }
            });
        }};
    }
    record!(EventConsoleApiCalled, |event: &EventConsoleApiCalled| Some(
        format!("console: {:?}", event.args)
    ));
    record!(EventExceptionThrown, |event: &EventExceptionThrown| Some(
        format!("exception: {:?}", event.exception_details)
    ));
    record!(
        EventJavascriptDialogOpening,
        |event: &EventJavascriptDialogOpening| Some(format!("dialog: {}", event.message))
    );
    // This includes violations of the content security policy. It also includes pages with status
    // 400 and higher, which are not errors of the browser.
    record!(EventEntryAdded, |event: &EventEntryAdded| {
        (event.entry.source != LogEntrySource::Network).then(|| format!("log: {:?}", event.entry))
    });
    page.enable_log().await.unwrap();
    page.enable_runtime().await.unwrap();
    browser_errors
}
