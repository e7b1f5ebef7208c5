//! The checks after several instances have run many actions through faults.

use std::collections::BTreeMap;

use crate::caller::{Action, Caller};
use crate::instance;
use crate::server::Database;
use crate::session::Session;

/// Runs each action once, one after the other, on one instance without faults.
pub fn run_sequentially(actions: &[Action], database: &Database) {
    let instance = [instance::start_on(database)];
    let caller = Caller::of(&instance);
    for action in actions {
        let response = caller
            .send(action, 0)
            .expect("an instance without faults responds");
        assert_eq!(response.status, 200, "{action:?}: {}", response.text());
    }
}

/// Asserts that each sent action was applied exactly once, that no other was applied, and that each
/// change of a subscription has an action.
pub fn assert_applied_once(actions: &[Action], session: &Session) {
    let entries = session.texts(
        "SELECT request_id || ' ' || count(*) FILTER (WHERE outcome = 'applied') FROM audit GROUP BY request_id",
    );
    let mut applied: BTreeMap<&str, usize> = entries
        .iter()
        .map(|line| line.split_once(' ').expect("two columns"))
        .map(|(id, count)| (id, count.parse().expect("a number")))
        .collect();
    let mut wrong = Vec::new();
    for action in actions {
        match applied.remove(action.request_id.as_str()) {
            Some(1) => {}
            Some(0) => wrong.push(format!("{action:?} is in the audit and was not applied")),
            Some(times) => wrong.push(format!("{action:?} was applied {times} times")),
            None => wrong.push(format!("{action:?} is lost")),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        actions.len(),
        wrong.join("\n")
    );
    assert!(applied.is_empty(), "these were never sent: {applied:?}");
    let astray = session.texts(
        "SELECT subscriptions.id || ' is of version ' || subscriptions.version
             || ' with ' || count(actions) || ' actions'
         FROM subscriptions
         LEFT JOIN actions ON actions.mode = subscriptions.mode AND subscription_id = id
         GROUP BY subscriptions.mode, id
         HAVING subscriptions.version <> count(actions)
             OR max(actions.version) <> count(actions) - 1",
    );
    assert!(astray.is_empty(), "{astray:?}");
}

/// Compares all rows that an action can change.
pub fn assert_same_state(found: &Session, expected: &Session) {
    for rows in [
        "SELECT to_jsonb(subscriptions) FROM subscriptions ORDER BY mode, id",
        "SELECT to_jsonb(subscription_discounts) FROM subscription_discounts ORDER BY mode, subscription_id, coupon_id",
        "SELECT to_jsonb(coupons) FROM coupons ORDER BY mode, id",
        "SELECT to_jsonb(prorations) - 'number' FROM prorations ORDER BY mode, subscription_id, at, to_price_id",
        "SELECT to_jsonb(actions) FROM actions ORDER BY mode, subscription_id, version",
        "SELECT to_jsonb(audit) - 'number' FROM audit WHERE outcome = 'applied' ORDER BY request_id",
    ] {
        let (found, expected) = (found.texts(rows), expected.texts(rows));
        assert_eq!(found.len(), expected.len(), "{rows}");
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{rows}");
        }
    }
}
