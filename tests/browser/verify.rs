//! The Verify button and its progress.

use std::time::Duration;

use crate::seat::Seat;
use shop::{Flaw, Shop};

const STATE: &str = "document.getElementById('state')?.textContent";

#[tokio::test(flavor = "multi_thread")]
async fn a_good_provider_is_verified_with_its_progress_to_be_seen() {
    let seat = Seat::take(Shop::at_pace(Flaw::None, Duration::from_millis(30))).await;
    assert_eq!(seat.text(STATE).await, "Pending");
    seat.follow("form[action='/verify'] button").await;
    // Two different states of the same page, without a click: the script is at work.
    seat.until(&format!(
        "{STATE} == 'Verifying' && document.querySelector('#progress .modules-so-far li .state-good')"
    ))
    .await;
    let first = seat
        .text("document.querySelector('#progress .now')?.textContent")
        .await;
    seat.until(&format!(
        "{STATE} == 'Verified' || document.querySelector('#progress .now')?.textContent != {first:?}"
    ))
    .await;
    seat.until(&format!("{STATE} == 'Verified'")).await;
    seat.until("document.activeElement.id == 'results'").await;
    assert_eq!(
        seat.value("document.querySelectorAll('.finding').length")
            .await,
        0
    );
    let supports = seat
        .text("document.querySelector('main table').innerText")
        .await;
    for feature in [
        "start dates: immediate, end-of-period",
        "durations: period, date",
        "schedules: immediate",
    ] {
        assert!(supports.contains(feature), "{supports}");
    }
    seat.picture("verified").await;
    seat.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_provider_is_failing_and_each_finding_says_how_to_mend_it() {
    let seat = Seat::take(Shop::new(Flaw::AmountsAreTexts)).await;
    seat.follow("form[action='/verify'] button").await;
    seat.until(&format!("{STATE} == 'Failing'")).await;
    assert_ne!(
        seat.value("document.querySelectorAll('.finding').length")
            .await,
        0
    );
    let finding = seat
        .text("document.querySelector('.finding').innerText")
        .await;
    for part in [
        "amount.unit",
        "Expected",
        "a whole number of minor units",
        "Found",
        "Mend",
        "curl -i",
        "$CK_INTEGRATION_TOKEN",
    ] {
        assert!(finding.contains(part), "{part}: {finding}");
    }
    // It was mended: the next time it is verified.
    seat.shop.mend();
    seat.follow("form[action='/verify'] button").await;
    seat.until(&format!("{STATE} == 'Verified'")).await;
    seat.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_when_somebody_stops_it() {
    let seat = Seat::take(Shop::at_pace(Flaw::None, Duration::from_millis(200))).await;
    seat.follow("form[action='/verify'] button").await;
    seat.until("document.querySelector('#progress .now')?.textContent.includes('Looking at')")
        .await;
    seat.follow("form[action='/verify/stop'] button").await;
    seat.until(&format!(
        "{STATE} == 'Stopped' && document.body.innerText.includes('and not all could be checked')"
    ))
    .await;
    seat.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_script_the_page_comes_again_by_itself() {
    let seat = Seat::take(Shop::at_pace(Flaw::None, Duration::from_millis(5))).await;
    seat.without_script().await;
    seat.open_unscripted("/").await;
    // Nothing can be asked of a page without a script but what is in it.
    seat.until_there("//*[@id='state'][.='Pending']").await;
    let verify = seat
        .page
        .find_element("form[action='/verify'] button")
        .await;
    verify.unwrap().focus().await.unwrap();
    seat.press("Enter").await;
    seat.until_there("//*[@id='state'][.='Verified']").await;
    seat.leave().await;
}
