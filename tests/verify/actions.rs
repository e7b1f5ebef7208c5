//! Tests of the actions on a provider with few subscriptions, and of their findings.

mod company;
mod documents;
mod ended;

use churnkey_verify::{Outcome, Report, check};
use serde_json::{Value, json};

use company::{CompanyFault, TOKEN, router};
use documents::{manifest, subscription, subscriptions};

async fn verified(manifest: Value, subscriptions: Vec<Value>, faults: &[CompanyFault]) -> Report {
    let router = router(manifest, subscriptions, faults);
    let report = check(router).token(TOKEN).actions(true).run().await;
    report.unwrap()
}

/// The findings of actions. Authentication and errors of this provider are not tested here.
fn found(report: &Report) -> Vec<&str> {
    let findings = report.findings.iter();
    let of_actions = findings.filter(|finding| finding.module.is_action());
    of_actions.map(|finding| finding.id.as_str()).collect()
}

/// The places of the findings of actions.
fn places(report: &Report) -> Vec<&str> {
    let findings = report.findings.iter();
    let of_actions = findings.filter(|finding| finding.module.is_action());
    let places = of_actions.flat_map(|finding| finding.places());
    places.map(|(id, _)| id).collect()
}

fn outcome(report: &Report, id: &str) -> (Outcome, String) {
    let mut checks = report.modules.iter().flat_map(|module| &module.checks);
    let check = checks.find(|check| check.id == id).unwrap();
    (check.outcome, check.reason.clone().unwrap_or_default())
}

fn changes<'r>(report: &'r Report, module: &str) -> Vec<&'r str> {
    let changes = report.changes.iter();
    let of_module = changes.filter(|change| change.module.as_str() == module);
    of_module.map(|change| change.what.as_str()).collect()
}

#[tokio::test]
async fn five_subscriptions_suffice_for_every_action() {
    let report = verified(manifest(), subscriptions(), &[]).await;

    assert_eq!(found(&report), [""; 0], "{:#?}", report.findings);
    for action in [
        "cancel",
        "pause",
        "apply-coupon",
        "change-price",
        "extend-trial",
    ] {
        for check in [
            "status",
            "effect",
            "body",
            "repeated",
            "at-once",
            "other-customer",
            "bad-body",
            "not-found",
            "token",
        ] {
            let id = format!("{action}.{check}");
            let (outcome, reason) = outcome(&report, &id);
            assert_eq!(outcome, Outcome::Passed, "{id}: {reason}");
        }
    }
}

#[tokio::test]
async fn a_change_is_reported_with_the_previous_value() {
    let report = verified(manifest(), subscriptions(), &[]).await;

    assert_eq!(changes(&report, "apply-coupon")[0], "coupon: none → spring");
    assert_eq!(changes(&report, "change-price").len(), 2);
    assert!(changes(&report, "pause")[0].starts_with("status: active → paused"));
    assert!(changes(&report, "extend-trial")[0].starts_with("end of the trial: "));
    assert!(
        changes(&report, "cancel")
            .iter()
            .all(|what| what.contains("→ canceled"))
    );
}

#[tokio::test]
async fn no_action_is_sent_by_default() {
    let router = router(
        manifest(),
        subscriptions(),
        &[CompanyFault::IgnoresFeatures],
    );
    let report = check(router).token(TOKEN).run().await.unwrap();

    assert!(report.changes.is_empty());
    let (outcome, reason) = outcome(&report, "cancel.token");
    assert_eq!(outcome, Outcome::Skipped);
    assert_eq!(reason, "actions change data and need `--actions`");
}

#[tokio::test]
async fn an_action_without_a_suitable_subscription_is_skipped() {
    let over = vec![subscription("s1", "ann", "unpaid")];
    let report = verified(manifest(), over, &[]).await;

    assert_eq!(found(&report), [""; 0], "{:#?}", report.findings);
    let (outcome, reason) = outcome(&report, "extend-trial.effect");
    assert_eq!(
        (outcome, reason.as_str()),
        (Outcome::Skipped, "no subscription in a trial is known")
    );
}

#[tokio::test]
async fn an_action_that_does_nothing_is_one_finding() {
    let report = verified(manifest(), subscriptions(), &[CompanyFault::DoesNothing]).await;

    let of_cancel: Vec<_> = found(&report)
        .into_iter()
        .filter(|id| id.starts_with("cancel."))
        .collect();
    assert_eq!(of_cancel, ["cancel.effect"]);
    assert_eq!(outcome(&report, "cancel.repeated").0, Outcome::Skipped);
    assert_eq!(outcome(&report, "cancel.at-once").0, Outcome::Skipped);
    assert!(report.changes.is_empty());
}

#[tokio::test]
async fn changes_of_a_failed_action_are_reported() {
    let faults = [CompanyFault::FailsAfterCanceling];
    let report = verified(manifest(), subscriptions(), &faults).await;

    assert_eq!(found(&report), ["cancel.status"]);
    assert_eq!(places(&report), ["cancel.status", "cancel-all.status"]);
    assert!(changes(&report, "cancel")[0].contains("→ canceled"));
}

#[tokio::test]
async fn a_wrong_model_after_an_action_is_one_finding() {
    let faults = [CompanyFault::RenamesPausedStatus];
    let router = router(manifest(), subscriptions(), &faults);
    let verifier = check(router).token(TOKEN).actions(true).only("pause");
    let report = verifier.run().await.unwrap();

    let findings = report.findings.iter();
    let found: Vec<_> = findings.map(|finding| finding.id.as_str()).collect();
    assert!(found.contains(&"subscriptions.model"), "{found:?}");
    let of_pause = found.iter().find(|id| id.starts_with("pause."));
    assert_eq!(of_pause, None);
    let (outcome, reason) = outcome(&report, "pause.effect");
    assert_eq!(
        (outcome, reason.as_str()),
        (
            Outcome::Skipped,
            "a suitable subscription could not be read"
        )
    );
}

#[tokio::test]
async fn an_unreadable_subscription_is_a_wrong_effect() {
    let faults = [CompanyFault::HidesCanceled];
    let report = verified(manifest(), subscriptions(), &faults).await;

    let found = found(&report);
    assert!(found.contains(&"cancel.effect"), "{found:?}");
    let is_effect = |id: &&str| id.ends_with(".effect");
    assert!(found.iter().all(is_effect), "{found:?}");
    let of_reading = report
        .findings
        .iter()
        .find(|finding| finding.id == "subscriptions.status");
    assert!(of_reading.is_none(), "{of_reading:?}");
}

#[tokio::test]
async fn a_change_by_a_repeated_action_is_found() {
    let report = verified(manifest(), subscriptions(), &[CompanyFault::RepeatsActions]).await;

    let found = found(&report);
    assert!(found.contains(&"extend-trial.repeated"), "{found:?}");
    assert!(found.contains(&"apply-coupon.repeated"), "{found:?}");
    assert!(!found.contains(&"extend-trial.at-once"), "{found:?}");
}

#[tokio::test]
async fn a_double_change_by_concurrent_actions_is_found() {
    let report = verified(manifest(), subscriptions(), &[CompanyFault::HasRace]).await;

    assert_eq!(
        found(&report),
        ["apply-coupon.at-once", "extend-trial.at-once"]
    );
}

#[tokio::test]
async fn a_panic_of_concurrent_actions_is_found() {
    let report = verified(
        manifest(),
        subscriptions(),
        &[CompanyFault::PanicsConcurrently],
    )
    .await;

    let found = found(&report);
    assert!(found.contains(&"extend-trial.at-once"), "{found:?}");
    let finding = report
        .findings
        .iter()
        .find(|finding| finding.id == "extend-trial.at-once");
    assert_eq!(finding.unwrap().found, "a panic");
}

#[tokio::test]
async fn a_refused_repetition_is_no_finding() {
    let report = verified(
        manifest(),
        subscriptions(),
        &[CompanyFault::RefusesRepetition],
    )
    .await;

    assert_eq!(found(&report), [""; 0], "{:#?}", report.findings);
}

#[tokio::test]
async fn an_accepted_option_that_is_off_is_one_finding() {
    let report = verified(
        manifest(),
        subscriptions(),
        &[CompanyFault::IgnoresFeatures],
    )
    .await;

    let found = places(&report);
    assert!(
        found.iter().all(|id| id.ends_with(".feature-off")),
        "{found:?}"
    );
    for action in ["cancel", "pause", "change-price", "extend-trial"] {
        assert!(
            found.contains(&format!("{action}.feature-off").as_str()),
            "{found:?}"
        );
    }
}

#[tokio::test]
async fn an_action_under_another_customer_is_found() {
    let report = verified(
        manifest(),
        subscriptions(),
        &[CompanyFault::IgnoresCustomer],
    )
    .await;

    let found = places(&report);
    let is_it = |id: &&str| id.ends_with(".other-customer");
    assert!(found.iter().all(is_it), "{found:?}");
    assert!(found.contains(&"extend-trial.other-customer"), "{found:?}");
}

#[tokio::test]
async fn an_action_that_changes_another_customer_is_found() {
    for action in ["cancel-all", "pause-all"] {
        let active = [("s1", "ann"), ("s2", "bob"), ("s3", "cy")];
        let active = active.map(|(id, customer)| subscription(id, customer, "active"));
        let router = router(
            manifest(),
            active.to_vec(),
            &[CompanyFault::IgnoresCustomer],
        );
        let verifier = check(router).token(TOKEN).actions(true).only(action);
        let report = verifier.run().await.unwrap();

        assert_eq!(found(&report), [format!("{action}.other-customer")]);
        let changed = report.changes.iter();
        let changed: Vec<_> = changed.map(|change| change.customer_id.as_str()).collect();
        assert!(changed.len() >= 2, "{changed:?}");
    }
}

/// Two active subscriptions of each customer.
fn pairs() -> Vec<Value> {
    let customers = ["ann", "bob", "cy"].into_iter();
    let pairs = customers.flat_map(|customer| {
        [1, 2].map(|number| subscription(&format!("{customer}{number}"), customer, "active"))
    });
    pairs.collect()
}

#[tokio::test]
async fn pause_all_that_pauses_one_is_found() {
    let mut several = pairs();
    several.truncate(5);
    let router = router(manifest(), several, &[CompanyFault::PausesOne]);
    let verifier = check(router).token(TOKEN).actions(true);
    let report = verifier.only("pause-all").run().await.unwrap();

    assert_eq!(found(&report), ["pause-all.effect"]);
}

#[tokio::test]
async fn pause_all_may_skip_an_ending_subscription() {
    let mut several = pairs();
    several[1]["metadata"] = json!({ "ends": "soon" });
    let router = router(manifest(), several, &[]);
    let verifier = check(router).token(TOKEN).actions(true);
    let report = verifier.only("pause-all").run().await.unwrap();

    assert_eq!(found(&report), [""; 0], "{:#?}", report.findings);
    let (outcome, reason) = outcome(&report, "pause-all.effect");
    assert_eq!(outcome, Outcome::Passed, "{reason}");
}

#[tokio::test]
async fn an_action_without_the_token_is_found() {
    let good = verified(manifest(), subscriptions(), &[]).await;
    let report = verified(manifest(), subscriptions(), &[CompanyFault::IgnoresToken]).await;

    // The lists of this company need no token, so that the cause is the same.
    assert_eq!(found(&report), [""; 0]);
    let count = |report: &Report| {
        let mut findings = report.findings.iter();
        let of_token = findings.find(|finding| finding.id == "auth.missing-token");
        of_token.map_or(0, |finding| finding.count)
    };
    assert!(count(&report) > count(&good), "{:?}", report.findings);
}

#[tokio::test]
async fn an_action_at_the_period_end_is_reported() {
    let mut manifest = manifest();
    let later = json!({ "immediate": false, "end-of-period": true });
    manifest["actions"]["cancel"]["schedules"] = later;
    let one = vec![subscription("s1", "ann", "active")];
    let report = verified(manifest, one, &[]).await;

    assert_eq!(found(&report), [""; 0], "{:#?}", report.findings);
    assert_eq!(
        changes(&report, "cancel"),
        ["accepted for the end of the period"]
    );
    assert_eq!(outcome(&report, "cancel-all.effect").0, Outcome::Skipped);
}

#[tokio::test]
async fn enabled_flags_are_tested() {
    let mut manifest = manifest();
    manifest["actions"]["pause"]["allowAnnual"] = json!(true);
    manifest["actions"]["changePrice"]["prorate"] = json!(true);
    let mut annual = subscription("s6", "ann", "active");
    annual["duration"] = json!({ "amount": 1, "unit": "year" });
    annual["items"][0]["price"]["duration"] = annual["duration"].clone();
    let mut many = subscriptions();
    many.push(annual);
    let report = verified(manifest, many, &[]).await;

    assert_eq!(found(&report), [""; 0], "{:#?}", report.findings);
    let paused = report
        .changes
        .iter()
        .filter(|change| change.module.as_str() == "pause");
    let paused: Vec<_> = paused
        .filter_map(|change| change.subscription_id.as_deref())
        .collect();
    assert!(paused.contains(&"s6"), "{:#?}", report.changes);
}

#[tokio::test]
async fn a_paused_subscription_can_be_canceled() {
    let mut paused = subscription("s1", "ann", "paused");
    let start = paused["start"].clone();
    paused["status"]["pause"] = json!({ "start": start });
    let report = verified(manifest(), vec![paused], &[]).await;

    assert_eq!(found(&report), [""; 0], "{:#?}", report.findings);
    assert!(changes(&report, "cancel")[0].starts_with("status: paused → canceled"));
}
