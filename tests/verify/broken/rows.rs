//! The table of faults.

mod actions;
mod answers;
mod auth;
mod causes;
mod data;
mod effects;
mod fixes;
mod items;
mod lists;
mod manifest;
mod models;

use std::collections::BTreeSet;

use churnkey_verify::CHECKS;

use crate::broken::row::Row;

#[tokio::test]
async fn faults_of_responses_are_found() {
    verify(answers::rows()).await;
}

#[tokio::test]
async fn faults_of_the_manifest_are_found() {
    verify(manifest::rows()).await;
}

#[tokio::test]
async fn faults_of_authentication_are_found() {
    verify(auth::rows()).await;
}

#[tokio::test]
async fn faults_of_lists_are_found() {
    verify(reading(lists::rows())).await;
}

#[tokio::test]
async fn faults_of_single_items_are_found() {
    verify(reading(items::rows())).await;
}

#[tokio::test]
async fn faults_of_models_are_found() {
    verify(reading(models::rows())).await;
}

#[tokio::test]
async fn contradictions_between_data_are_found() {
    verify(reading(data::rows())).await;
}

#[tokio::test]
async fn faults_of_actions_are_found() {
    verify(actions::rows()).await;
}

#[tokio::test]
async fn wrong_effects_of_actions_are_found() {
    verify(effects::rows()).await;
}

#[tokio::test]
async fn one_cause_is_one_finding() {
    verify(causes::rows()).await;
}

#[test]
fn every_check_has_a_row() {
    let tables = [
        answers::rows(),
        manifest::rows(),
        auth::rows(),
        lists::rows(),
        items::rows(),
        models::rows(),
        data::rows(),
        actions::rows(),
        effects::rows(),
    ];
    let rows: Vec<_> = tables.into_iter().flatten().collect();
    let tried: BTreeSet<_> = rows.iter().map(Row::id).collect();
    // The action has no options.
    let exceptions = ["apply-coupon.feature-off"];
    let untried: Vec<_> = CHECKS
        .iter()
        .flat_map(|check| check.modules.iter().map(|module| check.id(*module)))
        .filter(|id| !tried.contains(id.as_str()) && !exceptions.contains(&id.as_str()))
        .collect();
    assert!(untried.is_empty(), "no row expects {untried:#?}");
}

/// Rows with a fault in the data that are read. Only the first row of each module runs the actions,
/// because they take most of the requests and do not depend on such a fault.
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

/// Verifies every row, and reports all rows that failed.
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
