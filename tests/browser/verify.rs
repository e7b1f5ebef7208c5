//! Tests of the Verify button and its progress.

use std::time::Duration;

use crate::session::Session;
use shop::{Fault, Shop};

const STATE: &str = "document.getElementById('state')?.textContent";

#[tokio::test(flavor = "multi_thread")]
async fn good_provider_is_verified_with_progress() {
    let session = Session::start(Shop::with_delay(Fault::None, Duration::from_millis(30))).await;
    assert_eq!(session.text(STATE).await, "Pending");
    session.follow("form[action='/verify'] button").await;
    // The page changes without a click, so the script updates it.
    session.wait_until(&format!(
        "{STATE} == 'Verifying' && document.querySelector('#progress .modules-so-far li .state-good')"
    ))
    .await;
    let first = session
        .text("document.querySelector('#progress .now')?.textContent")
        .await;
    session.wait_until(&format!(
        "{STATE} == 'Verified' || document.querySelector('#progress .now')?.textContent != {first:?}"
    ))
    .await;
    session.wait_until(&format!("{STATE} == 'Verified'")).await;
    session
        .wait_until("document.activeElement.id == 'results'")
        .await;
    assert_eq!(
        session
            .value("document.querySelectorAll('.finding').length")
            .await,
        0
    );
    let supports = session
        .text("document.querySelector('main table').innerText")
        .await;
    for feature in [
        "start dates: immediate, end-of-period",
        "durations: period, date",
        "schedules: immediate",
    ] {
        assert!(supports.contains(feature), "{supports}");
    }
    session.screenshot("verified").await;
    session.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faulty_provider_is_failing_with_findings() {
    let session = Session::start(Shop::new(Fault::AmountIsString)).await;
    session.follow("form[action='/verify'] button").await;
    session.wait_until(&format!("{STATE} == 'Failing'")).await;
    assert_ne!(
        session
            .value("document.querySelectorAll('.finding').length")
            .await,
        0
    );
    let finding = session
        .text("document.querySelector('.finding').innerText")
        .await;
    for part in [
        "amount.unit",
        "Expected",
        "a whole number of minor units",
        "Found",
        "Fix",
        "curl -i",
        "$CK_INTEGRATION_TOKEN",
    ] {
        assert!(finding.contains(part), "{part}: {finding}");
    }
    // After the fix the provider passes.
    session.shop.fix();
    session.follow("form[action='/verify'] button").await;
    session.wait_until(&format!("{STATE} == 'Verified'")).await;
    session.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn run_can_be_stopped() {
    let session = Session::start(Shop::with_delay(Fault::None, Duration::from_millis(200))).await;
    session.follow("form[action='/verify'] button").await;
    session
        .wait_until("document.querySelector('#progress .now')?.textContent.includes('Checking')")
        .await;
    session.follow("form[action='/verify/stop'] button").await;
    session
        .wait_until(&format!(
            "{STATE} == 'Stopped' && document.body.innerText.includes('not all checks could run')"
        ))
        .await;
    session.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn page_reloads_itself_without_scripts() {
    let session = Session::start(Shop::with_delay(Fault::None, Duration::from_millis(5))).await;
    session.disable_scripts().await;
    session.open_without_scripts("/").await;
    // Without scripts no expression can be evaluated, so the elements of the page are checked.
    session
        .wait_for_element("//*[@id='state'][.='Pending']")
        .await;
    let verify = session
        .page
        .find_element("form[action='/verify'] button")
        .await;
    verify.unwrap().focus().await.unwrap();
    session.press("Enter").await;
    session
        .wait_for_element("//*[@id='state'][.='Verified']")
        .await;
    session.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn page_comes_back_with_the_provider() {
    let session = Session::start(Shop::new(Fault::None)).await;
    session.open("/customers").await;
    let address = session.shop.stop().await;
    for path in ["/", "/customers", "/catalogue/prices"] {
        session.open(path).await;
        session
            .wait_until("document.getElementById('down')?.innerText.includes('cannot be reached')")
            .await;
        assert_eq!(
            session
                .value("document.querySelectorAll('[role=alert]').length")
                .await,
            0
        );
    }
    session.shop.serve_at(address).await;
    // Nothing is clicked: the page looks for the provider.
    session
        .wait_until("!document.getElementById('down') && document.querySelector('main tbody tr')")
        .await;
    session.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn time_since_the_run_is_kept_current() {
    let session = Session::start(Shop::new(Fault::None)).await;
    session.follow("form[action='/verify'] button").await;
    session.wait_until(&format!("{STATE} == 'Verified'")).await;
    session
        .wait_until("/^Verified .* ago: /.test(document.querySelector('.provider').innerText.split('\\n').find(line => line.startsWith('Verified ') && line.includes('ago')) ?? '')")
        .await;
    session.finish().await;
}
