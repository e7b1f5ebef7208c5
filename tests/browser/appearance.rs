//! Tests of the appearance: wide and narrow, light and dark.

use serde_json::Value;

use crate::hostile::fits;
use crate::requests::send_twice;
use crate::session::Session;
use shop::{Fault, Shop};

const PAGES: [(&str, &str); 14] = [
    ("provider", "/"),
    ("customers", "/customers"),
    ("customer", "/customer?id=ada"),
    ("reason", "/flow?customer=ada&subscription=ada-pro"),
    ("offers", "/flow/offers?customer=ada&subscription=ada-trial"),
    ("not-found", "/customers?by=email&q=unknown"),
    ("outcome", "/flow/outcome?number=1"),
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
    session.follow("form[action='/verify'] button").await;
    session
        .wait_until("document.getElementById('state')?.textContent == 'Failing'")
        .await;
    session
        .open("/flow/offers?customer=ada&subscription=ada-seats")
        .await;
    session.choose("#apply-coupon-object", "five").await;
    session.follow(".offer-apply-coupon button").await;
    send_twice(&session).await;
    let last = session
        .text("new URLSearchParams(location.search).get('number')")
        .await;
    session.shop.books().subscriptions[3]["items"][0]["quantity"] = Value::from("one");
    for dark in [false, true] {
        session.dark(dark).await;
        for (width, device) in [(1100, "desktop"), (360, "phone")] {
            session.size(width, 800).await;
            for (name, path) in PAGES {
                session.open(&path.replace("LAST", &last)).await;
                fits(&session).await;
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
        }
        let ground = session
            .text("getComputedStyle(document.body).backgroundColor")
            .await;
        assert_eq!(ground == "rgb(246, 247, 249)", !dark, "{ground}");
    }
    session.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn screenshots_of_the_docs_are_current() {
    let session = Session::start(Shop::new(Fault::AmountIsString)).await;
    session.size(1000, 700).await;
    session.follow("form[action='/verify'] button").await;
    session
        .wait_until("document.getElementById('state')?.textContent == 'Failing'")
        .await;
    session.open("/").await;
    session.docs_screenshot("dashboard-verify").await;
    session.shop.fix();
    session.open("/customer?id=ada").await;
    session
        .wait_until("document.querySelectorAll('.timeline svg').length == 3")
        .await;
    session.docs_screenshot("dashboard-customer").await;
    session.finish().await;
}
