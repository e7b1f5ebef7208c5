use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use test_support::conformance::Instance;

use postgres_tests::accounts::{account_for, assert_same_books, carry_out_alone};
use postgres_tests::caller::{Action, Caller};
use postgres_tests::instance;
use postgres_tests::plan::{Flow, flows};
use postgres_tests::server::Server;
use postgres_tests::session::Session;

/// Of each mode. Their flows have some 1100 actions.
const CUSTOMERS: usize = 300;

/// Callers at a time.
const WORKERS: usize = 12;

/// The instance that is killed.
const VICTIM: usize = 1;

const PATIENCE: Duration = Duration::from_secs(240);

#[test]
fn three_instances_of_which_one_is_killed_and_a_database_that_is_restarted_lose_no_action_and_do_none_twice()
 {
    let server = Server::durable();
    let (alone, together) = (server.company(), server.company());
    let moment = alone.stop_the_clock();
    together.stop_the_clock_at(&moment);
    let mut flows = flows(&together.session(), 1..=CUSTOMERS);
    let actions: Vec<Action> = flows.iter().flatten().cloned().collect();

    // What is in the middle of being done as the instance is killed, and as the database is.
    let mut some_trials = || -> Vec<Flow> {
        let mut next = || {
            let trial = flows
                .iter()
                .position(|flow| flow[0].path == "subscription/extend-trial");
            flows.remove(trial.expect("a trial"))
        };
        (0..4).map(|_| next()).collect()
    };
    let (before_the_kill, before_the_stop) = (some_trials(), some_trials());
    let mut instances: Vec<Instance> = (0..3).map(|_| instance::start_on(&together)).collect();
    let caller = Caller::of(&instances);
    let load = Load {
        caller: &caller,
        flows: &flows,
        next: AtomicUsize::new(0),
        allowed: AtomicUsize::new(0),
        answered: AtomicUsize::new(0),
    };

    let began = Instant::now();
    let away = thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| load.work());
        }

        load.allow(50);
        load.wait_for(20);
        let first = |action: &Action| {
            // The victim may be too busy, or give up the wait; it is not asked to stop trying.
            while let Ok(refused) = caller.send(action, VICTIM) {
                assert_eq!(refused.status, 503, "nobody can have the lock");
                thread::sleep(Duration::from_millis(10));
            }
        };
        // Nobody but the victim has been sent these, so that it is in the middle of all of them.
        in_the_middle(
            &before_the_kill,
            &caller,
            first,
            &together.session(),
            |session| {
                instances[VICTIM].kill();
                session.run("ROLLBACK");
            },
        );
        instances[VICTIM] = instance::start_on(&together);
        caller.moved(VICTIM, instances[VICTIM].address);

        load.allow(80);
        load.wait_for(55);
        in_the_middle(
            &before_the_stop,
            &caller,
            |_| {},
            &together.session(),
            |_| {
                let stopped = Instant::now();
                server.stop("immediate");
                let refused = caller.refused_for_now.load(Ordering::Relaxed);
                load.allow(100);
                wait_until("nobody has noticed that the database is away", || {
                    caller.refused_for_now.load(Ordering::Relaxed) >= refused + 3
                });
                server.start();
                stopped.elapsed()
            },
        )
    });
    let took = began.elapsed();
    drop(instances);

    let session = together.session();
    println!(
        "{} actions in {took:.1?}, the database away for {away:.1?}, sent {} times: {} answers left unread, {} connections cut off, {} times 503; {} entries say `repeated`",
        actions.len(),
        caller.sent.load(Ordering::Relaxed),
        caller.left_unread.load(Ordering::Relaxed),
        caller.cut_off.load(Ordering::Relaxed),
        caller.refused_for_now.load(Ordering::Relaxed),
        session.number("SELECT count(*) FROM audit WHERE outcome = 'repeated'"),
    );
    account_for(&actions, &session);
    carry_out_alone(&actions, &alone);
    let expected = alone.session();
    assert_eq!(
        expected.number("SELECT count(*) FROM audit WHERE outcome = 'repeated'"),
        0
    );
    account_for(&actions, &expected);
    assert_same_books(&session, &expected);
}

/// What goes on around the faults. It is let go in parts so that no fault, however long in coming, finds it at its end.
struct Load<'a> {
    caller: &'a Caller,
    flows: &'a [Flow],
    next: AtomicUsize,
    allowed: AtomicUsize,
    answered: AtomicUsize,
}

impl Load<'_> {
    fn work(&self) {
        while let Some(flow) = self.next_flow() {
            for action in flow {
                self.carry_out(action);
                self.answered.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn next_flow(&self) -> Option<&Flow> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let flow = self.flows.get(next)?;
        wait_until("nobody lets the load go on", || {
            next < self.allowed.load(Ordering::Relaxed)
        });
        Some(flow)
    }

    fn allow(&self, percent: usize) {
        self.allowed
            .store(self.flows.len() * percent / 100, Ordering::Relaxed);
    }

    /// For so many of a hundred actions, at least ten fewer than are allowed, as some flows have more actions than others.
    fn wait_for(&self, percent: usize) {
        let share = self.flows.iter().map(Vec::len).sum::<usize>() * percent / 100;
        wait_until("the callers get no further", || {
            self.answered.load(Ordering::Relaxed) >= share
        });
    }

    fn carry_out(&self, action: &Action) {
        let first = self.caller.next();
        match first % 5 {
            // The answer is lost, and the repetition may overtake the first sending.
            1 => {
                self.caller.send_and_hang_up(action, first).ok();
                self.caller.until_answered(action, first + 1);
            }
            // The same request to two instances at once.
            3 => thread::scope(|scope| {
                scope.spawn(|| self.caller.until_answered(action, first));
                self.caller.until_answered(action, first + 1);
            }),
            _ => self.caller.until_answered(action, first),
        }
    }
}

/// Keeps some subscriptions locked so that the actions on them have begun and cannot end, does what ends them and the lock, and
/// has them sent until they are answered.
fn in_the_middle<T>(
    flows: &[Flow],
    caller: &Caller,
    first: impl Fn(&Action) + Sync,
    session: &Session,
    fault: impl FnOnce(&Session) -> T,
) -> T {
    let ids: Vec<String> = flows
        .iter()
        .map(|flow| flow[0].body["subscriptionId"].to_string().replace('"', "'"))
        .collect();
    session.run("BEGIN");
    session.run(&format!(
        "SELECT 1 FROM subscriptions WHERE id IN ({}) FOR UPDATE",
        ids.join(", ")
    ));
    thread::scope(|scope| {
        for flow in flows {
            let first = &first;
            scope.spawn(move || {
                first(&flow[0]);
                for action in flow {
                    caller.until_answered(action, caller.next());
                }
            });
        }
        wait_until("the actions do not begin", || {
            session.waiting() >= flows.len() as i64
        });
        fault(session)
    })
}

fn wait_until(otherwise: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "{otherwise}");
        thread::sleep(Duration::from_millis(5));
    }
}
