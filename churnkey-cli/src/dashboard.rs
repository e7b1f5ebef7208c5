//! The dashboard: a local web page to verify a provider, to browse its customers and its catalogue,
//! and to run the cancel flow.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};
use churnkey_runtime::{Coupon, Price, Product, ProductFamily};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

mod action;
mod apart;
mod app;
mod assets;
mod catalogue;
mod changes;
mod customers;
mod dev;
mod diff;
mod exchange;
mod fields;
mod flow;
mod guard;
mod links;
mod log;
mod marked;
mod options;
mod overview;
mod page;
mod pinned;
mod pins;
mod progress;
mod provider;
mod reach;
mod request_log;
mod requests;
mod scrub;
mod search;
mod subscription;
mod subscriptions;
mod table;
mod text;
mod tickets;
mod timeline;
mod unreadable;
mod verification;

use app::App;

pub(crate) use app::random;

pub(crate) use dev::Driver;
pub(crate) use progress::Phase;

pub use options::{CannotStart, Options};

/// The timeout for the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The limit of concurrent connections. A browser opens up to six.
const MAX_CONNECTIONS: usize = 64;

/// A dashboard that is bound to its address and ready to serve.
pub struct Dashboard {
    listener: TcpListener,
    app: Arc<App>,
}

impl Dashboard {
    /// Binds the address and creates a new secret.
    ///
    /// # Errors
    ///
    /// The URL or the token is not valid, or the address is not a loopback address or is in use.
    pub async fn bind(options: Options) -> Result<Self, CannotStart> {
        let listen = options.listen;
        if !listen.ip().is_loopback() {
            return Err(CannotStart::new(format!(
                "cannot listen on {listen}: the dashboard shows customers and carries out actions, so it listens on loopback only, such as 127.0.0.1:8899"
            )));
        }
        let bound = async {
            let listener = TcpListener::bind(listen).await?;
            let address = listener.local_addr()?;
            io::Result::Ok((listener, address))
        };
        let (listener, address) = bound
            .await
            .map_err(|fault| CannotStart::new(format!("cannot listen on {listen}: {fault}")))?;
        let app = Arc::new(App::new(options, address)?);
        Ok(Self { listener, app })
    }

    /// The part of the dashboard that `churnkey dev` drives.
    pub(crate) fn driver(&self) -> Driver {
        Driver(Arc::clone(&self.app))
    }

    /// The URL to open, which includes the secret. Anyone with this URL can see customers and carry
    /// out actions.
    pub fn url(&self) -> String {
        self.app.entry_url()
    }

    /// Serves until it is dropped.
    pub async fn serve(self) {
        let router = router(self.app);
        let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let Ok(permit) = Arc::clone(&connections).acquire_owned().await else {
                return;
            };
            let stream = match self.listener.accept().await {
                Ok((stream, _)) => stream,
                Err(_) => {
                    // Usually there are no free file descriptors, which is temporary.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let service = TowerToHyperService::new(router.clone());
            tokio::spawn(async move {
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD_TIMEOUT)
                    .serve_connection(TokioIo::new(stream), service);
                // A browser may close the connection at any time, so errors are ignored.
                let _ = connection.await;
                drop(permit);
            });
        }
    }
}

impl fmt::Debug for Dashboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dashboard").finish_non_exhaustive()
    }
}

/// Serves a dashboard, and prints its URL on standard output.
///
/// # Errors
///
/// The same as for [`Dashboard::bind`].
pub async fn run(options: Options) -> Result<(), CannotStart> {
    let dashboard = Dashboard::bind(options).await?;
    let app = &dashboard.app;
    let subject = match (&app.recording, app.has_provider) {
        (Some(file), false) => file.clone(),
        _ => format!("{} ({} mode)", app.client.target(), app.mode()),
    };
    anstream::println!(
        "The dashboard of {subject} is at\n\n    {}\n\n\
         Keep this address secret: it gives access to the dashboard. Ctrl-C ends the dashboard.",
        dashboard.url(),
    );
    dashboard.serve().await;
    Ok(())
}

fn router(app: Arc<App>) -> Router {
    let guard = middleware::from_fn_with_state(Arc::clone(&app), guard::guard);
    let pages = match app.has_provider {
        true => pages_of_provider(),
        false => Router::new().route("/", get(requests::home)),
    };
    pages
        .route("/requests", get(requests::list))
        .route("/request", get(requests::one))
        .route("/style.css", get(assets::style))
        .route("/script.js", get(assets::script))
        .route("/icon.svg", get(assets::icon))
        .fallback(page::not_found)
        .layer(guard)
        .with_state(app)
}

/// The pages that need a provider, and not only a recording.
fn pages_of_provider() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(overview::show))
        .route("/verify", post(overview::start))
        .route("/verify/stop", post(overview::stop))
        .route("/progress", get(overview::progress))
        .route("/reach", get(overview::reach))
        .route("/runs", get(overview::runs))
        .route("/runs/compare", get(overview::compare))
        .route("/run", get(overview::run))
        .route("/run/export", get(overview::export))
        .route("/search", get(search::search))
        .route("/customers", get(customers::all))
        .route("/customer", get(customers::show))
        .route("/subscription", get(subscription::show))
        .route("/subscriptions", get(subscriptions::show))
        .route("/catalogue", get(catalogue::list::<Price>))
        .route("/catalogue/prices", get(catalogue::list::<Price>))
        .route("/catalogue/prices/item", get(catalogue::item::<Price>))
        .route("/catalogue/products", get(catalogue::list::<Product>))
        .route("/catalogue/products/item", get(catalogue::item::<Product>))
        .route("/catalogue/families", get(catalogue::list::<ProductFamily>))
        .route(
            "/catalogue/families/item",
            get(catalogue::item::<ProductFamily>),
        )
        .route("/catalogue/coupons", get(catalogue::list::<Coupon>))
        .route("/catalogue/coupons/item", get(catalogue::item::<Coupon>))
        .route("/catalogue/manifest", get(catalogue::manifest))
        .route("/flow", get(flow::reason))
        .route("/flow/offers", get(flow::offers))
        .route("/flow/act", post(flow::act))
        .route("/flow/confirm", get(flow::confirm).post(flow::confirmed))
        .route("/flow/outcome", get(flow::outcome))
        .route("/request/again", post(requests::again))
        .route("/pin", post(pinned::toggle))
        .route("/dev", get(dev::fragment))
}
