//! Tests with hostile data from the provider.

use serde_json::json;

use crate::session::Session;
use shop::{Fault, Shop};

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_are_shown_as_text() {
    let attacks = [
        "<script>window.owned = 1</script>".to_owned(),
        "\"><img src=x onerror='window.owned = 1'>".to_owned(),
        "'-alert(1)-'</title><svg onload=alert(1)>".to_owned(),
        "Ada \u{202e}gnp.exe\u{2066}".to_owned(),
        "W".repeat(5_000),
    ];
    let session = Session::start(Shop::new(Fault::None)).await;
    {
        let mut books = session.shop.books();
        let model = books.subscriptions[0].clone();
        for (index, attack) in attacks.iter().enumerate() {
            let id = format!(
                "{index}{}",
                &attack[..attack.len().min(60)].replace('\u{202e}', "")
            );
            books.customers.insert(0, json!({ "id": id, "name": attack, "email": attack, "phone": attack, "metadata": { attack: attack } }));
            let mut subscription = model.clone();
            subscription["id"] = json!(id);
            subscription["customerId"] = json!(id);
            subscription["discounts"][0]["coupon"]["name"] = json!(attack);
            subscription["items"][0]["price"]["name"] = json!(attack);
            subscription["metadata"] = json!({ attack: attack });
            books.subscriptions.push(subscription);
        }
    }
    for width in [1100, 360] {
        session.size(width, 800).await;
        for (index, attack) in attacks.iter().enumerate() {
            session.open("/customers").await;
            let row = attacks.len() - index;
            session
                .follow(&format!("main tbody tr:nth-child({row}) a"))
                .await;
            let name = session
                .text("document.querySelector('h1').textContent")
                .await;
            let begin: String = attack.chars().take(4).collect();
            assert!(name.starts_with(&begin), "{name}");
            assert!(!name.contains('\u{202e}'), "{name}");
            fits(&session).await;
            session.follow("a.button").await;
            fits(&session).await;
            session.follow("form[action='/flow/offers'] button").await;
            fits(&session).await;
        }
    }
    session.follow(".offer-cancel button").await;
    fits(&session).await;
    assert_eq!(session.value("window.owned").await, json!(null));
    assert_eq!(
        session
            .value("document.querySelectorAll('main script, main img, main svg[onload]').length")
            .await,
        0
    );
    session.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn injected_script_is_blocked_and_reported() {
    let session = Session::start(Shop::new(Fault::None)).await;
    for injected in [
        "const script = document.createElement('script'); script.textContent = 'window.owned = 1'; document.body.append(script)",
        "const button = document.createElement('button'); button.setAttribute('onclick', 'window.owned = 1'); document.body.append(button); button.click()",
        "const style = document.createElement('style'); style.textContent = 'body { display: none }'; document.body.append(style)",
    ] {
        session
            .page
            .evaluate(format!("(() => {{ {injected} }})()"))
            .await
            .unwrap();
        let browser_error = session.browser_error().await;
        assert!(
            browser_error.contains("Content Security Policy"),
            "{browser_error}"
        );
    }
    assert_eq!(session.value("window.owned").await, json!(null));
    assert_ne!(
        session
            .text("getComputedStyle(document.body).display")
            .await,
        "none"
    );
    session.finish().await;
}

/// Asserts that no element is wider than the window.
pub(crate) async fn fits(session: &Session) {
    let overflow = session
        .value("(() => { const wide = document.documentElement.scrollWidth - innerWidth; return wide > 0 ? wide + ' too wide: ' + location.pathname + ' ' + [...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > innerWidth && !one.closest('.scroll')).map(one => one.tagName + '.' + one.className).slice(0, 5) : 0 })()")
        .await;
    assert_eq!(overflow, 0);
}
