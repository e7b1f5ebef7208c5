//! The table of faults.

mod actions;
mod answers;
mod auth;
mod data;
mod items;
mod lists;
mod manifest;
mod models;

use std::collections::BTreeSet;

use churnkey_verify::CHECKS;

use crate::broken::row::Row;

#[tokio::test]
async fn what_is_wrong_with_the_answers_is_found() {
    verify(answers::rows()).await;
}

#[tokio::test]
async fn what_is_wrong_with_the_manifest_is_found() {
    verify(manifest::rows()).await;
}

#[tokio::test]
async fn who_gets_in_without_a_right_to_is_found() {
    verify(auth::rows()).await;
}

#[tokio::test]
async fn what_is_wrong_with_the_lists_is_found() {
    verify(reading(lists::rows())).await;
}

#[tokio::test]
async fn what_is_wrong_with_single_items_is_found() {
    verify(reading(items::rows())).await;
}

#[tokio::test]
async fn what_is_wrong_with_the_models_is_found() {
    verify(reading(models::rows())).await;
}

#[tokio::test]
async fn what_does_not_belong_together_is_found() {
    verify(reading(data::rows())).await;
}

#[tokio::test]
async fn what_is_wrong_with_the_actions_is_found() {
    verify(actions::rows()).await;
}

#[test]
fn every_check_has_a_fault_that_fails_it() {
    let tables = [
        answers::rows(),
        manifest::rows(),
        auth::rows(),
        lists::rows(),
        items::rows(),
        models::rows(),
        data::rows(),
        actions::rows(),
    ];
    let rows: Vec<_> = tables.into_iter().flatten().collect();
    let tried: BTreeSet<_> = rows.iter().map(Row::id).collect();
    // It has no options that could be off.
    let exceptions = ["apply-coupon.feature-off"];
    let untried: Vec<_> = CHECKS
        .iter()
        .flat_map(|check| check.modules.iter().map(|module| check.id(*module)))
        .filter(|id| !tried.contains(id.as_str()) && !exceptions.contains(&id.as_str()))
        .collect();
    assert!(untried.is_empty(), "no row expects {untried:#?}");
}

/// Rows with a fault in what is read. The actions take most of the requests of a run, and such a fault is no matter to
/// them; that this is so is seen in the first row of each module.
fn reading(rows: Vec<Row>) -> Vec<Row> {
    let mut modules = BTreeSet::new();
    let with_few_actions = |row: Row| {
        let module = row.id().split('.').next().map(str::to_owned);
        match modules.insert(module) {
            true => row,
            false => row.without_actions(),
        }
    };
    rows.into_iter().map(with_few_actions).collect()
}

/// Every row is verified before the first one that failed is complained of.
async fn verify(rows: Vec<Row>) {
    let number = rows.len();
    let mut wrong = Vec::new();
    for row in rows {
        wrong.extend(row.verify().await.err());
    }
    assert!(
        wrong.is_empty(),
        "{} of {number}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
