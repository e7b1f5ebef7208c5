//! Tests of the appearance: wide and narrow, light and dark.

use std::path::Path;

use acme::{Acme, Clock};
use churnkey::{Provider, Server};
use churnkey_runtime::Mode;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::hostile::fits;
use crate::requests::send_twice;
use crate::session::Session;
use shop::{Fault, Shop, TOKEN};

const PAGES: [(&str, &str); 34] = [
    ("provider", "/"),
    ("runs", "/runs"),
    ("run", "/run?number=1"),
    ("compare", "/runs/compare?from=2&to=1"),
    ("customers", "/customers"),
    ("customer", "/customer?id=ada"),
    ("subscriptions", "/subscriptions"),
    ("filtered", "/subscriptions?status=paused&coupon=five"),
    ("subscription", "/subscription?customer=ada&id=ada-pro"),
    ("prices", "/catalogue/prices"),
    ("price", "/catalogue/prices/item?id=seats"),
    ("unreadable", "/catalogue/prices/item?id=basic"),
    ("products", "/catalogue/products"),
    ("product", "/catalogue/products/item?id=plans"),
    ("families", "/catalogue/families"),
    ("family", "/catalogue/families/item?id=software"),
    ("coupons", "/catalogue/coupons"),
    ("coupon", "/catalogue/coupons/item?id=half"),
    ("manifest", "/catalogue/manifest"),
    ("found", "/search?q=pro"),
    ("not-found", "/search?q=unknown"),
    ("reason", "/flow?customer=ada&subscription=ada-pro"),
    ("offers", "/flow/offers?customer=ada&subscription=ada-trial"),
    ("reason-all", "/flow?customer=ada"),
    ("offers-all", "/flow/offers?customer=ada"),
    ("outcome", "/flow/outcome?number=1"),
    ("outcome-all", "/flow/outcome?number=2"),
    ("flawed", "/customer?id=c01"),
    ("problem", "/flow?customer=c01&subscription=c01-pro"),
    ("unknown", "/unknown"),
    ("requests", "/requests"),
    (
        "requests-filtered",
        "/requests?module=apply-coupon&text=five",
    ),
    ("request", "/request?number=1"),
    ("request-twice", "/request?number=LAST"),
];

/// The widths, with the names of their devices.
const WIDTHS: [(i64, &str); 3] = [(1280, "wide"), (420, "narrow"), (340, "smallest")];

/// Finds text whose contrast with its background is too low for level AA of WCAG.
const LOW_CONTRAST: &str = r#"(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => { const [x, y, z] = [r, g, b].map(c => { c /= 255; return c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4 }); return .2126 * x + .7152 * y + .0722 * z };
  const ground = (one) => { for (; one; one = one.parentElement) { const color = rgba(getComputedStyle(one).backgroundColor); if (color[3] === 255) return color } return [255, 255, 255] };
  const low = [];
  for (const one of document.querySelectorAll('body *')) {
    if (one.closest('svg, .sr, option') || !one.checkVisibility()) continue;
    if (![...one.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
    const [text, behind] = [light(rgba(getComputedStyle(one).color)), light(ground(one))];
    const contrast = (Math.max(text, behind) + .05) / (Math.min(text, behind) + .05);
    if (contrast < 4.5) low.push(`${one.tagName}.${one.className} ${one.textContent.slice(0, 20)} ${contrast.toFixed(2)}`);
  }
  return low;
})()"#;

/// Finds problems for assistive technology, such as missing labels.
const UNNAMED: &str = r#"(() => {
  const faults = [];
  for (const one of document.querySelectorAll('input:not([type=hidden]), select')) if (!one.labels.length && !one.ariaLabel) faults.push('no label: ' + one.name);
  for (const one of document.querySelectorAll('svg[role=img]')) if (!one.querySelector('title')?.textContent) faults.push('picture without a title');
  const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
  for (const id of new Set(ids)) if (ids.filter(other => other === id).length > 1) faults.push('duplicate id: ' + id);
  for (const one of document.querySelectorAll('[aria-labelledby]')) if (!document.getElementById(one.getAttribute('aria-labelledby'))) faults.push('missing target: ' + one.getAttribute('aria-labelledby'));
  let level = 0;
  for (const one of document.querySelectorAll('h1, h2, h3, h4')) { const own = Number(one.tagName[1]); if (own > level + 1) faults.push('skips to ' + one.tagName + ' ' + one.textContent); level = own }
  if (document.querySelectorAll('h1').length !== 1) faults.push('not exactly one h1');
  for (const landmark of ['main', 'header', 'nav', 'footer']) if (!document.querySelector(landmark)) faults.push('no ' + landmark);
  return faults;
})()"#;

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_readable_in_all_layouts() {
    let session = Session::start(Shop::new(Fault::AmountIsString)).await;
    for _ in 0..2 {
        session.follow("form[action='/verify'] button").await;
        session
            .wait_until("document.getElementById('state')?.textContent == 'Failing'")
            .await;
        session.shop.books().coupons[1]["value"]["flat"] = Value::from("5.00");
    }
    session.shop.fix();
    session.shop.books().prices[1]["amount"]["unit"] = Value::from("9.00");
    session
        .open("/flow/offers?customer=ada&subscription=ada-seats")
        .await;
    session.choose("#apply-coupon-object", "half").await;
    session.follow(".offer-apply-coupon button").await;
    send_twice(&session).await;
    let last = session
        .text("new URLSearchParams(location.search).get('number')")
        .await;
    session.open("/flow/offers?customer=ada").await;
    session.follow(".offer-cancel-all button").await;
    {
        let mut books = session.shop.books();
        books.coupons[0]["id"] = Value::from("pro");
        books.subscriptions[3]["items"][0]["quantity"] = Value::from("one");
    }
    for dark in [false, true] {
        session.dark(dark).await;
        for (width, device) in WIDTHS {
            session.size(width, 800).await;
            for (name, path) in PAGES {
                session.open(&path.replace("LAST", &last)).await;
                is_readable(&session, name, device, dark).await;
            }
        }
        let ground = session
            .text("getComputedStyle(document.body).backgroundColor")
            .await;
        assert_eq!(ground == "rgb(246, 247, 249)", !dark, "{ground}");
    }
    session.shop.stop().await;
    for dark in [false, true] {
        session.dark(dark).await;
        for (width, device) in WIDTHS {
            session.size(width, 800).await;
            session.open("/").await;
            is_readable(&session, "down", device, dark).await;
            session.open("/customers").await;
            is_readable(&session, "down-customers", device, dark).await;
        }
    }
    session.finish().await;
}

async fn is_readable(session: &Session, name: &str, device: &str, dark: bool) {
    fits(session).await;
    let none = Value::Array(Vec::new());
    assert_eq!(
        session.value(LOW_CONTRAST).await,
        none,
        "{name} {device} dark: {dark}"
    );
    assert_eq!(session.value(UNNAMED).await, none, "{name}");
    let light = if dark { "dark" } else { "light" };
    session
        .screenshot(&format!("{name}-{device}-{light}"))
        .await;
}

/// Serves the example acme, with the token of the shop. Returns its API root URL.
async fn serve_acme(directory: &Path) -> String {
    let acme = Acme::open(directory.join("acme.db"), Clock::system()).await;
    let provider = Provider::new(acme.unwrap(), TOKEN);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { Server::new(provider).run_on(listener).await });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn screenshots_of_the_docs_are_current() {
    let directory = tempfile::tempdir().unwrap();
    let url = serve_acme(directory.path()).await;
    let session = Session::start_at(&url, Shop::new(Fault::None), Mode::Test).await;
    session.size(1000, 700).await;
    session.click(".provider summary").await;
    session.type_text("#sample", "40").await;
    session.follow("form[action='/verify'] button").await;
    session
        .wait_until("document.getElementById('state')?.textContent == 'Verified'")
        .await;
    session.open("/").await;
    session.docs_screenshot("dashboard-verify").await;
    session.open("/subscriptions?status=active&annual=no").await;
    session
        .follow("main tbody tr:first-child a[href^='/customer']")
        .await;
    session
        .wait_until("document.querySelector('.timeline svg')")
        .await;
    session.docs_screenshot("dashboard-customer").await;
    session.follow("a.button[href^='/flow?']").await;
    session.follow("form[action='/flow/offers'] button").await;
    session
        .wait_until("document.querySelector('.offer-apply-coupon')")
        .await;
    session.docs_screenshot("dashboard-flow").await;
    session.finish().await;
}
