//! Data that want to be more than text.

use serde_json::json;

use crate::seat::Seat;
use shop::{Flaw, Shop};

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_are_shown_as_text_and_run_nothing() {
    let attacks = [
        "<script>window.owned = 1</script>".to_owned(),
        "\"><img src=x onerror='window.owned = 1'>".to_owned(),
        "'-alert(1)-'</title><svg onload=alert(1)>".to_owned(),
        "Ada \u{202e}gnp.exe\u{2066}".to_owned(),
        "W".repeat(5_000),
    ];
    let seat = Seat::take(Shop::new(Flaw::None)).await;
    {
        let mut books = seat.shop.books();
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
        seat.size(width, 800).await;
        for (index, attack) in attacks.iter().enumerate() {
            seat.open("/customers").await;
            let row = attacks.len() - index;
            seat.follow(&format!("main tbody tr:nth-child({row}) a"))
                .await;
            let name = seat.text("document.querySelector('h1').textContent").await;
            let begin: String = attack.chars().take(4).collect();
            assert!(name.starts_with(&begin), "{name}");
            assert!(!name.contains('\u{202e}'), "{name}");
            fits(&seat).await;
            seat.follow("a.button").await;
            fits(&seat).await;
            seat.follow("form[action='/flow/offers'] button").await;
            fits(&seat).await;
        }
    }
    seat.follow(".offer-cancel button").await;
    fits(&seat).await;
    assert_eq!(seat.value("window.owned").await, json!(null));
    assert_eq!(
        seat.value("document.querySelectorAll('main script, main img, main svg[onload]').length")
            .await,
        0
    );
    seat.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_got_into_a_page_would_not_run_and_the_browser_would_tell() {
    let seat = Seat::take(Shop::new(Flaw::None)).await;
    for smuggled in [
        "const script = document.createElement('script'); script.textContent = 'window.owned = 1'; document.body.append(script)",
        "const button = document.createElement('button'); button.setAttribute('onclick', 'window.owned = 1'); document.body.append(button); button.click()",
        "const style = document.createElement('style'); style.textContent = 'body { display: none }'; document.body.append(style)",
    ] {
        seat.page
            .evaluate(format!("(() => {{ {smuggled} }})()"))
            .await
            .unwrap();
        let complaint = seat.complaint().await;
        assert!(complaint.contains("Content Security Policy"), "{complaint}");
    }
    assert_eq!(seat.value("window.owned").await, json!(null));
    assert_ne!(
        seat.text("getComputedStyle(document.body).display").await,
        "none"
    );
    seat.leave().await;
}

/// Nothing sticks out to the side.
pub(crate) async fn fits(seat: &Seat) {
    let sticking_out = seat
        .value("(() => { const wide = document.documentElement.scrollWidth - innerWidth; return wide > 0 ? wide + ' too wide: ' + location.pathname + ' ' + [...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > innerWidth && !one.closest('.scroll')).map(one => one.tagName + '.' + one.className).slice(0, 5) : 0 })()")
        .await;
    assert_eq!(sticking_out, 0);
}
