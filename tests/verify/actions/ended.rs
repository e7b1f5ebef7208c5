//! Tests of runs that end early, during an action.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use churnkey_verify::{Outcome, check};
use tokio::sync::Notify;

use crate::actions::company::{TOKEN, router};
use crate::actions::documents::{manifest, subscriptions};
use crate::actions::{changes, found, outcome};

/// Counts of requests: all, and those up to the first action.
#[derive(Default)]
struct Seen {
    all: AtomicU64,
    until_the_first_action: AtomicU64,
    actions: AtomicU64,
    acted: Notify,
}

fn watched() -> (Arc<Seen>, Router) {
    let seen = Arc::new(Seen::default());
    let watching = Arc::clone(&seen);
    let watch = from_fn(move |request: Request, next: Next| {
        let seen = Arc::clone(&watching);
        async move {
            let number = seen.all.fetch_add(1, Ordering::SeqCst) + 1;
            if request.method() == Method::POST {
                if seen.actions.fetch_add(1, Ordering::SeqCst) == 0 {
                    seen.until_the_first_action.store(number, Ordering::SeqCst);
                }
                seen.acted.notify_one();
            }
            next.run(request).await
        }
    });
    (seen, router(manifest(), subscriptions(), &[]).layer(watch))
}

#[tokio::test]
async fn a_stopped_run_reports_the_last_change() {
    let (seen, router) = watched();
    let watched = Arc::clone(&seen);
    let report = check(router)
        .token(TOKEN)
        .actions(true)
        .until(async move { watched.acted.notified().await })
        .run()
        .await
        .unwrap();

    assert_eq!(seen.actions.load(Ordering::SeqCst), 1);
    let changes = changes(&report, "extend-trial");
    assert_eq!(changes.len(), 1, "{:#?}", report.changes);
    assert!(changes[0].starts_with("end of the trial: "), "{changes:?}");
    assert_eq!(found(&report), [""; 0], "{:#?}", report.findings);
    assert!(!report.complete);
    let pause = outcome(&report, "pause.effect");
    assert_eq!(pause, (Outcome::Skipped, "the run was stopped".to_owned()));
}

#[tokio::test]
async fn a_run_that_is_stopped_first_sends_no_request() {
    let (seen, router) = watched();
    let verifier = check(router).token(TOKEN).actions(true);
    let report = verifier.until(async {}).run().await.unwrap();

    assert_eq!(seen.all.load(Ordering::SeqCst), 0);
    assert!(!report.complete);
    assert_eq!(found(&report), [""; 0]);
}

#[tokio::test]
async fn an_action_at_the_limit_of_requests_is_reported() {
    let (seen, router) = watched();
    let verifier = check(router).token(TOKEN).actions(true);
    verifier.run().await.unwrap();
    let limit = seen.until_the_first_action.load(Ordering::SeqCst);

    let (seen, router) = watched();
    let verifier = check(router).token(TOKEN).actions(true);
    let report = verifier.max_requests(limit).run().await.unwrap();

    assert_eq!(seen.all.load(Ordering::SeqCst), limit);
    assert_eq!(
        changes(&report, "extend-trial"),
        ["accepted; the run ended before the effect was read"]
    );
}
