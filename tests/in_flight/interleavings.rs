//! Property test: after any order of requests, disconnects and restarts, the database holds the
//! same state as after sending each action once, one after the other.

mod run;

use std::fmt;

use churnkey::Mode;
use proptest::prelude::*;
use proptest::sample::select;

use self::run::Run;
use crate::action::{Action, Change, Name};
use crate::database::{COUPONS, CUSTOMERS, Outcome, PRICES, Subscriptions};

/// A step of a script. A number selects one of the possible callers or functions. A step without
/// any is skipped.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A caller sends an action in one of several JSON forms.
    Send(Action, u8),
    /// A caller repeats an action that no caller has received a response to.
    Repeat(u8, u8),
    /// A caller hangs up.
    Disconnect(u8),
    /// A function continues: through its transaction, or from there to its end.
    Proceed(u8),
    /// A function loses its database connection before its transaction, or after it. In the second
    /// case no caller learns that the action was applied.
    Fail(u8),
    Panic(u8),
    /// The request timeout of all waiting callers expires.
    Deadline,
    /// The process stops after it has finished all accepted actions, and starts again.
    Restart,
    /// The process stops immediately, and starts again.
    Crash,
}

#[derive(Clone)]
struct Script(Vec<Step>);

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|step| write!(f, "\n    {step:?}"))
    }
}

fn actions() -> impl Strategy<Value = Action> {
    let customers = CUSTOMERS.map(|(customer, _)| customer);
    let subscriptions: Vec<Name> = CUSTOMERS
        .iter()
        .flat_map(|(_, ids)| *ids)
        .copied()
        .collect();
    let change = (
        0..7_u8,
        select(subscriptions),
        1..4_u32,
        any::<prop::sample::Index>(),
    );
    let change = change.prop_map(|(kind, subscription, amount, which)| match kind {
        0 => Change::Cancel(subscription),
        1 => Change::CancelAll,
        2 => Change::Pause(subscription, amount),
        3 => Change::PauseAll(amount),
        4 => Change::ApplyCoupon(subscription, COUPONS[which.index(COUPONS.len())]),
        5 => Change::Reprice(subscription, PRICES[which.index(PRICES.len())]),
        _ => Change::ExtendTrial(subscription, amount),
    });
    let mode = prop_oneof![4 => Just(Mode::Live), 1 => Just(Mode::Test)];
    (mode, change, select(customers.to_vec()), 0..8_u8).prop_map(|(mode, change, other, odds)| {
        let action = |customer| Action {
            mode,
            customer,
            change,
        };
        match action(other).subscription() {
            // Sometimes the action names the wrong customer.
            Some(subscription) if odds > 0 => action(owner(subscription)),
            _ => action(other),
        }
    })
}

fn owner(subscription: Name) -> Name {
    let ids = CUSTOMERS
        .iter()
        .find(|(_, ids)| ids.contains(&subscription));
    ids.map_or("unknown", |(customer, _)| customer)
}

fn scripts() -> impl Strategy<Value = Script> {
    let step = prop_oneof![
        8 => (actions(), any::<u8>()).prop_map(|(action, spelling)| Step::Send(action, spelling)),
        6 => any::<(u8, u8)>().prop_map(|(which, spelling)| Step::Repeat(which, spelling)),
        4 => any::<u8>().prop_map(Step::Disconnect),
        12 => any::<u8>().prop_map(Step::Proceed),
        2 => any::<u8>().prop_map(Step::Fail),
        1 => any::<u8>().prop_map(Step::Panic),
        1 => Just(Step::Deadline),
        1 => Just(Step::Restart),
        1 => Just(Step::Crash),
    ];
    prop::collection::vec(step, 1..60).prop_map(Script)
}

/// Applies each distinct action once, in the order of the last time that it changed something: an
/// action that was overwritten in between has been requested again. An action that never changed
/// anything takes the place of its first attempt.
fn clean_run(journal: &[(Action, Outcome)]) -> Subscriptions {
    let position = |action: &Action| {
        let of_it = |(other, _): &(Action, Outcome)| other == action;
        let applied = |entry: &(Action, Outcome)| of_it(entry) && entry.1 == Outcome::Applied;
        journal
            .iter()
            .rposition(applied)
            .or(journal.iter().position(of_it))
    };
    let mut subscriptions = Subscriptions::new();
    for (at, (action, _)) in journal.iter().enumerate() {
        if position(action) == Some(at) {
            subscriptions.apply(*action);
        }
    }
    subscriptions
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_interleaving_ends_like_a_clean_run(script in scripts()) {
        let mut run = Run::new();
        for step in &script.0 {
            run.step(*step)?;
        }
        run.finish_all()?;
        let journal = run.database().journal();
        prop_assert_eq!(run.database().subscriptions(), clean_run(&journal), "{:?}", journal);
        // Coupons and extensions are never added twice, even if another action ran in between.
        for (at, (action, outcome)) in journal.iter().enumerate() {
            let adds = matches!(action.change, Change::ApplyCoupon(..) | Change::ExtendTrial(..));
            let twice = journal[..at].contains(&(*action, Outcome::Applied));
            prop_assert!(!(adds && twice && *outcome == Outcome::Applied), "{:?} twice", action);
        }
    }
}
