use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use acme::{Acme, Clock};
use churnkey::Mode;
use serde_json::json;

use crate::company::{Company, sub_with};

fn cancel() -> serde_json::Value {
    sub_with(json!({ "scheduledAt": "immediate" }))
}

#[tokio::test]
async fn locked_database_rejects_actions_but_allows_reads() {
    let company = Company::with_ann().await;
    let other = company.file();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    assert_eq!(company.act("subscription/cancel", cancel()).await, 503);
    assert_eq!(company.sub().await["status"]["name"], "active");
    other.execute_batch("ROLLBACK").unwrap();

    assert_eq!(company.act("subscription/cancel", cancel()).await, 200);
    assert_eq!(company.outcomes(), ["applied"]);
}

#[tokio::test]
async fn action_waiting_for_the_database_does_not_block_requests() {
    let company = Arc::new(Company::with_ann().await);
    let other = company.file();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = tokio::spawn({
        let company = Arc::clone(&company);
        async move { company.act("subscription/cancel", cancel()).await }
    });

    // The test has one thread. If the action blocked it, the action would have timed out by now.
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!waiting.is_finished());
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(waiting.await.unwrap(), 200);
}

#[tokio::test]
async fn request_without_a_free_connection_gets_retry_after() {
    let company = Arc::new(Company::with_ann().await);
    let mut ends = Vec::new();
    for _ in 0..8 {
        let (end, ended) = mpsc::channel::<()>();
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let acme = Arc::clone(&company.acme);
        tokio::spawn(async move {
            let read = acme.ledger(Mode::Test).read(move |_| {
                begun.send(()).unwrap();
                Ok(ended.recv().is_err())
            });
            read.await
        });
        has_begun.await.unwrap();
        ends.push(end);
    }

    assert_eq!(company.get("/prices").await.0, 503);
    drop(ends);
    assert_eq!(company.get("/prices").await.0, 200);
}

#[tokio::test]
async fn failed_work_is_rolled_back() {
    let company = Company::with_ann().await;

    let failed = company.acme.ledger(Mode::Test).write(|books| {
        books.count_redemption(&"coupon_welcome".into())?;
        Err::<(), _>(churnkey::Error::conflict("no"))
    });

    assert_eq!(failed.await.unwrap_err().status(), 409);
    let (_, coupon) = company.get("/coupons/coupon_welcome").await;
    assert_eq!(coupon["redemptions"]["current"], 0);
}

#[tokio::test]
async fn file_uses_wal_mode_and_the_latest_schema() {
    let company = Company::open_new().await;

    assert_eq!(company.select::<String>("PRAGMA journal_mode"), ["wal"]);
    assert_eq!(company.select::<i64>("PRAGMA user_version"), [1]);
    assert_eq!(company.select::<String>("PRAGMA integrity_check"), ["ok"]);
    assert!(
        company
            .select::<String>("SELECT \"table\" FROM pragma_foreign_key_check")
            .is_empty()
    );
}

#[tokio::test]
async fn reads_and_readiness_do_not_wait_behind_actions() {
    let company = Arc::new(Company::with_ann().await);
    let other = company.file();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let actions: Vec<_> = (0..100)
        .map(|_| {
            let acme = Arc::clone(&company.acme);
            tokio::spawn(async move { acme.ledger(Mode::Test).write(|_| Ok(())).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;

    let began = Instant::now();
    assert_eq!(company.get("/prices").await.0, 200);
    company.acme.ping().await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(1));
    assert!(actions.iter().all(|action| !action.is_finished()));
    other.execute_batch("ROLLBACK").unwrap();
}

#[tokio::test]
async fn database_in_memory_is_refused() {
    for name in [
        "",
        ":memory:",
        "file::memory:",
        "file:a?mode=memory&cache=shared",
    ] {
        let opened = Acme::open(name, Clock::system()).await;
        let refusal = opened.err().unwrap_or_else(|| panic!("{name} was opened"));
        assert!(refusal.message().contains("in memory"), "{name}: {refusal}");
    }
}
