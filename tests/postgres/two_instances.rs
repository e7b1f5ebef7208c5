//! Two instances at once, which share only the database.

use std::thread;
use test_support::conformance::Instance;

use serde_json::{Value, json};

use postgres_tests::caller::{Action, Caller};
use postgres_tests::instance;
use postgres_tests::server::{Database, Server};

struct Two {
    caller: Caller,
    database: Database,
    _instances: [Instance; 2],
}

impl Two {
    fn start() -> Self {
        let database = Server::shared().company();
        database.stop_the_clock();
        let instances = [instance::start_on(&database), instance::start_on(&database)];
        Self {
            caller: Caller::of(&instances),
            database,
            _instances: instances,
        }
    }

    /// Sends each action to each instance, all at once, and returns the statuses in order.
    fn send_to_both(&self, actions: &[Action]) -> Vec<u16> {
        let sent: Vec<_> = actions
            .iter()
            .flat_map(|action| [(action, 0), (action, 1)])
            .collect();
        let mut statuses: Vec<u16> = thread::scope(|scope| {
            let waiting: Vec<_> = sent
                .iter()
                .map(|(action, turn)| scope.spawn(|| self.caller.send(action, *turn)))
                .collect();
            let answers = waiting.into_iter().map(|one| one.join().expect("no panic"));
            answers
                .map(|answer| answer.expect("an answer").status)
                .collect()
        });
        statuses.sort_unstable();
        statuses
    }

    fn texts(&self, sql: &str) -> Vec<String> {
        self.database.session().texts(sql)
    }
}

fn action(path: &'static str, body: Value) -> Action {
    Action {
        request_id: "twin".to_owned(),
        mode: "test",
        path,
        body,
    }
}

/// Returns each kind of action, on a customer for whom it can be carried out.
fn actions() -> Vec<Action> {
    let weeks = json!({ "type": "period", "amount": 2, "unit": "week" });
    let on = |customer: u32, mut body: Value| {
        body["customerId"] = json!(format!("cus_test_{customer:04}"));
        body["subscriptionId"] = json!(format!("sub_test_{customer:04}_1"));
        body
    };
    vec![
        action(
            "subscription/cancel",
            on(10, json!({ "scheduledAt": "immediate" })),
        ),
        action(
            "subscription/cancel",
            on(20, json!({ "scheduledAt": "end-of-period" })),
        ),
        action(
            "subscription/pause",
            on(40, json!({ "startAt": "immediate", "duration": weeks })),
        ),
        action(
            "subscription/apply-coupon",
            on(70, json!({ "id": "coupon_welcome" })),
        ),
        action(
            "subscription/extend-trial",
            on(1, json!({ "duration": weeks })),
        ),
        action(
            "customer/pause",
            json!({ "customerId": "cus_test_0007", "startAt": "immediate", "duration": weeks, "allowAnnual": true }),
        ),
        action(
            "customer/cancel",
            json!({ "customerId": "cus_test_0017", "scheduledAt": "immediate" }),
        ),
    ]
}

#[test]
fn concurrent_duplicates_on_two_instances_apply_once() {
    let two = Two::start();
    let mut actions = actions();
    let price = two.texts("SELECT replace(price_id, 'desk_monthly', 'desk_annual') FROM subscriptions WHERE id = 'sub_test_0080_1'");
    let body = json!({
        "customerId": "cus_test_0080", "subscriptionId": "sub_test_0080_1", "id": price[0], "scheduledAt": "immediate", "prorate": true,
    });
    actions.push(action("subscription/change-price", body));
    for action in &actions {
        let twins = vec![action.clone(); 4];
        assert_eq!(two.send_to_both(&twins), [200; 8], "{action:?}");

        let customer = action.body["customerId"].as_str().expect("a customer");
        let applied = format!(
            "SELECT count(*) FROM audit WHERE customer = '{customer}' AND outcome = 'applied'"
        );
        assert_eq!(two.texts(&applied), ["1"], "{action:?}");
    }
    assert_eq!(two.texts("SELECT count(*) FROM prorations"), ["1"]);
    assert_eq!(
        two.texts("SELECT redemptions FROM coupons WHERE mode = 'test' AND id = 'coupon_welcome'"),
        ["1"]
    );
    // Three subscriptions for each of the two customer-wide actions, and one for each of the other
    // actions.
    assert_eq!(two.texts("SELECT sum(version) FROM subscriptions"), ["12"]);
    assert_eq!(two.texts("SELECT count(*) FROM actions"), ["12"]);
}

#[test]
fn concurrent_redemptions_on_two_instances_respect_the_limit() {
    let two = Two::start();
    two.texts(
        "UPDATE coupons SET max_redemptions = 3 WHERE mode = 'test' AND id = 'coupon_welcome'",
    );
    let contenders: Vec<Action> = (0..8)
        .map(|number| {
            let number = 10 * number + 1;
            action("subscription/apply-coupon", json!({
                "customerId": format!("cus_test_{number:04}"), "subscriptionId": format!("sub_test_{number:04}_1"), "id": "coupon_welcome",
            }))
        })
        .collect();

    let statuses = two.send_to_both(&contenders);

    // Both requests of a customer succeed, or both are rejected.
    assert_eq!(statuses, [[200; 6].as_slice(), &[409; 10]].concat());
    assert_eq!(
        two.texts("SELECT count(*) FROM subscription_discounts WHERE coupon_id = 'coupon_welcome'"),
        ["3"]
    );
    assert_eq!(
        two.texts("SELECT redemptions FROM coupons WHERE mode = 'test' AND id = 'coupon_welcome'"),
        ["3"]
    );
}

#[test]
fn customer_and_subscription_actions_do_not_deadlock() {
    let two = Two::start();
    let weeks = json!({ "type": "period", "amount": 2, "unit": "week" });
    for customer in [7, 17, 27, 37] {
        let customer = format!("{customer:04}");
        let mut at_once = vec![
            action(
                "customer/pause",
                json!({ "customerId": format!("cus_test_{customer}"), "startAt": "immediate", "duration": weeks, "allowAnnual": true }),
            ),
            action(
                "customer/cancel",
                json!({ "customerId": format!("cus_test_{customer}"), "scheduledAt": "end-of-period" }),
            ),
        ];
        for index in [3, 2, 1] {
            at_once.push(action("subscription/cancel", json!({
                "customerId": format!("cus_test_{customer}"), "subscriptionId": format!("sub_test_{customer}_{index}"), "scheduledAt": "immediate",
            })));
        }
        assert_eq!(two.send_to_both(&at_once), [200; 10]);
    }
    let canceled = "SELECT count(*) FROM subscriptions WHERE mode = 'test' AND status = 'canceled'
                    AND customer_id IN (
                        'cus_test_0007', 'cus_test_0017', 'cus_test_0027', 'cus_test_0037')";
    assert_eq!(two.texts(canceled), ["12"]);
}

#[test]
fn unique_key_prevents_duplicates_without_the_lock() {
    let two = Two::start();
    let session = two.database.session();
    let extend = action(
        "subscription/extend-trial",
        json!({
            "customerId": "cus_test_0001", "subscriptionId": "sub_test_0001_1", "duration": { "type": "period", "amount": 1, "unit": "month" },
        }),
    );
    // A transaction that takes no lock inserts the action first and is about to commit.
    session.run(
        "BEGIN;
         INSERT INTO actions (mode, subscription_id, version, action, details, at)
         VALUES ('test', 'sub_test_0001_1', 0, 'extend_trial', '{\"duration\": {\"type\": \"period\", \"amount\": 1, \"unit\": \"month\"}}', company_time())",
    );
    thread::scope(|scope| {
        let waiting = scope.spawn(|| two.caller.send(&extend, 0).expect("an answer").status);
        while session.waiting() == 0 {
            assert!(
                !waiting.is_finished(),
                "the action is finished before the key is free"
            );
            thread::yield_now();
        }
        session.run("COMMIT");
        // The transaction has failed on the key, starts again, and finds that the change was made.
        assert_eq!(waiting.join().expect("no panic"), 200);
    });
    assert_eq!(two.texts("SELECT outcome FROM audit"), ["repeated"]);
    assert_eq!(two.texts("SELECT count(*) FROM actions"), ["1"]);
}

#[test]
fn concurrent_first_starts_create_the_company_once() {
    let database = Server::shared().empty();
    let instances: Vec<Instance> = thread::scope(|scope| {
        let starting: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| instance::start_on(&database)))
            .collect();
        starting
            .into_iter()
            .map(|one| one.join().expect("an instance"))
            .collect()
    });
    assert_eq!(instances.len(), 4);
    let session = database.session();
    assert_eq!(session.number("SELECT count(*) FROM customers"), 1000);
    assert_eq!(session.number("SELECT count(*) FROM migrations"), 1);
}
