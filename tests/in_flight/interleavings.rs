//! Whatever callers do, and however often the process ends: the books end as if each action had been sent once, one after the other.

mod run;

use std::fmt;

use churnkey::Mode;
use proptest::prelude::*;
use proptest::sample::select;

use self::run::Run;
use crate::action::{Action, Name, What};
use crate::books::{Books, COUPONS, CUSTOMERS, Outcome, PRICES};

/// What happens next. A number chooses among those to whom it can happen; where there is nobody, nothing does.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A caller sends an action, spelled in one of several ways.
    Send(Action, u8),
    /// A caller sends an action again that nobody has had an answer to.
    Repeat(u8, u8),
    /// A caller hangs up.
    Disconnect(u8),
    /// A function goes on: to its transaction and through it, or from there to its end.
    Proceed(u8),
    /// A function loses its database: before its transaction, or after it, so that nobody learns that it was done.
    Fail(u8),
    Panic(u8),
    /// Everybody who waits has waited long enough.
    Deadline,
    /// The process ends and starts again, once all that it has accepted is done.
    Restart,
    /// The process ends there and then, and starts again.
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
        .flat_map(|(_, theirs)| *theirs)
        .copied()
        .collect();
    let what = (
        0..7_u8,
        select(subscriptions),
        1..4_u32,
        any::<prop::sample::Index>(),
    );
    let what = what.prop_map(|(kind, subscription, amount, which)| match kind {
        0 => What::Cancel(subscription),
        1 => What::CancelAll,
        2 => What::Pause(subscription, amount),
        3 => What::PauseAll(amount),
        4 => What::ApplyCoupon(subscription, COUPONS[which.index(COUPONS.len())]),
        5 => What::ChangePrice(subscription, PRICES[which.index(PRICES.len())]),
        _ => What::ExtendTrial(subscription, amount),
    });
    let mode = prop_oneof![4 => Just(Mode::Live), 1 => Just(Mode::Test)];
    (mode, what, select(customers.to_vec()), 0..8_u8).prop_map(|(mode, what, other, luck)| {
        let action = |customer| Action {
            mode,
            customer,
            what,
        };
        match action(other).subscription() {
            // Now and then the wrong customer is named.
            Some(subscription) if luck > 0 => action(owner(subscription)),
            _ => action(other),
        }
    })
}

fn owner(subscription: Name) -> Name {
    let theirs = CUSTOMERS
        .iter()
        .find(|(_, theirs)| theirs.contains(&subscription));
    theirs.map_or("nobody", |(customer, _)| customer)
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

/// Each distinct action once and alone: in the order in which they last took effect, for what was overwritten in between was asked for again. One that never did comes where it
/// was first found to have nothing to do.
fn clean_run(journal: &[(Action, Outcome)]) -> Books {
    let position = |action: &Action| {
        let of_it = |(other, _): &(Action, Outcome)| other == action;
        let applied = |entry: &(Action, Outcome)| of_it(entry) && entry.1 == Outcome::Applied;
        journal
            .iter()
            .rposition(applied)
            .or(journal.iter().position(of_it))
    };
    let mut books = Books::new();
    for (at, (action, _)) in journal.iter().enumerate() {
        if position(action) == Some(at) {
            books.apply(*action);
        }
    }
    books
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_of_sends_disconnects_repeats_and_restarts_ends_as_a_clean_run_would(script in scripts()) {
        let mut run = Run::new();
        for step in &script.0 {
            run.step(*step)?;
        }
        run.settle_up()?;
        let journal = run.database().journal();
        prop_assert_eq!(run.database().books(), clean_run(&journal), "{:?}", journal);
        // What adds is never added twice, even if something else was done in between.
        for (at, (action, outcome)) in journal.iter().enumerate() {
            let adds = matches!(action.what, What::ApplyCoupon(..) | What::ExtendTrial(..));
            let twice = journal[..at].contains(&(*action, Outcome::Applied));
            prop_assert!(!(adds && twice && *outcome == Outcome::Applied), "{:?} twice", action);
        }
    }
}
