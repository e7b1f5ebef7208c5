//! How it looks: wide and narrow, light and dark.

use serde_json::Value;

use crate::hostile::fits;
use crate::seat::Seat;
use shop::{Flaw, Shop};

const PAGES: [(&str, &str); 10] = [
    ("provider", "/"),
    ("customers", "/customers"),
    ("customer", "/customer?id=ada"),
    ("reason", "/flow?customer=ada&subscription=ada-pro"),
    ("offers", "/flow/offers?customer=ada&subscription=ada-trial"),
    ("not-found", "/customers?by=email&q=nobody"),
    ("outcome", "/flow/outcome?number=1"),
    ("flawed", "/customer?id=c01"),
    ("problem", "/flow?customer=c01&subscription=c01-pro"),
    ("nowhere", "/nowhere"),
];

/// The contrast of every text on the page with what is behind it, where that is below what WCAG asks of AA.
const LOW_CONTRAST: &str = r#"(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => { const [x, y, z] = [r, g, b].map(c => { c /= 255; return c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4 }); return .2126 * x + .7152 * y + .0722 * z };
  const ground = (one) => { for (; one; one = one.parentElement) { const colour = rgba(getComputedStyle(one).backgroundColor); if (colour[3] === 255) return colour } return [255, 255, 255] };
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

/// What assistive technology would stumble over.
const UNNAMED: &str = r#"(() => {
  const faults = [];
  for (const one of document.querySelectorAll('input:not([type=hidden]), select')) if (!one.labels.length && !one.ariaLabel) faults.push('no label: ' + one.name);
  for (const one of document.querySelectorAll('svg[role=img]')) if (!one.querySelector('title')?.textContent) faults.push('a picture without words');
  const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
  for (const id of new Set(ids)) if (ids.filter(other => other === id).length > 1) faults.push('twice: ' + id);
  for (const one of document.querySelectorAll('[aria-labelledby]')) if (!document.getElementById(one.getAttribute('aria-labelledby'))) faults.push('leads nowhere: ' + one.getAttribute('aria-labelledby'));
  let level = 0;
  for (const one of document.querySelectorAll('h1, h2, h3, h4')) { const own = Number(one.tagName[1]); if (own > level + 1) faults.push('skips to ' + one.tagName + ' ' + one.textContent); level = own }
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
  for (const landmark of ['main', 'header', 'nav', 'footer']) if (!document.querySelector(landmark)) faults.push('no ' + landmark);
  return faults;
})()"#;

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_read_wide_and_narrow_light_and_dark() {
    let seat = Seat::take(Shop::new(Flaw::AmountsAreTexts)).await;
    seat.follow("form[action='/verify'] button").await;
    seat.until("document.getElementById('state')?.textContent == 'Failing'")
        .await;
    seat.open("/flow/offers?customer=ada&subscription=ada-seats")
        .await;
    seat.choose("#apply-coupon-object", "five").await;
    seat.follow(".offer-apply-coupon button").await;
    seat.shop.books().subscriptions[3]["items"][0]["quantity"] = Value::from("one");
    for dark in [false, true] {
        seat.dark(dark).await;
        for (width, place) in [(1100, "desk"), (360, "phone")] {
            seat.size(width, 800).await;
            for (name, path) in PAGES {
                seat.open(path).await;
                fits(&seat).await;
                let none = Value::Array(Vec::new());
                assert_eq!(
                    seat.value(LOW_CONTRAST).await,
                    none,
                    "{name} {place} dark: {dark}"
                );
                assert_eq!(seat.value(UNNAMED).await, none, "{name}");
                let light = if dark { "dark" } else { "light" };
                seat.picture(&format!("{name}-{place}-{light}")).await;
            }
        }
        let ground = seat
            .text("getComputedStyle(document.body).backgroundColor")
            .await;
        assert_eq!(ground == "rgb(246, 247, 249)", !dark, "{ground}");
    }
    seat.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pictures_of_the_docs_are_of_the_pages_as_they_are() {
    let seat = Seat::take(Shop::new(Flaw::AmountsAreTexts)).await;
    seat.size(1000, 700).await;
    seat.follow("form[action='/verify'] button").await;
    seat.until("document.getElementById('state')?.textContent == 'Failing'")
        .await;
    seat.open("/").await;
    seat.picture_of_the_docs("dashboard-verify").await;
    seat.shop.mend();
    seat.open("/customer?id=ada").await;
    seat.until("document.querySelectorAll('.timeline svg').length == 3")
        .await;
    seat.picture_of_the_docs("dashboard-customer").await;
    seat.leave().await;
}
