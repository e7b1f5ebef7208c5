use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use test_support::conformance::Instance;

use postgres_tests::caller::{Action, Caller};
use postgres_tests::consistency::{assert_applied_once, assert_same_state, run_sequentially};
use postgres_tests::instance;
use postgres_tests::plan::{Flow, flows};
use postgres_tests::server::Server;
use postgres_tests::session::Session;

/// The number of customers in each mode. Their flows have about 1100 actions.
const CUSTOMERS: usize = 300;

/// The number of concurrent callers.
const WORKERS: usize = 12;

/// The instance that is killed.
const KILLED: usize = 1;

const TIMEOUT: Duration = Duration::from_secs(240);

#[test]
fn killed_instance_and_database_restart_lose_no_action() {
    let server = Server::durable();
    let (alone, together) = (server.company(), server.company());
    let moment = alone.stop_the_clock();
    together.stop_the_clock_at(&moment);
    let mut flows = flows(&together.session(), 1..=CUSTOMERS);
    let actions: Vec<Action> = flows.iter().flatten().cloned().collect();

    // The actions that are running when the instance is killed, and when the database is stopped.
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
            // The instance can be busy or reach its lock timeout with a 503, so the test repeats
            // the request.
            while let Ok(refused) = caller.send(action, KILLED) {
                assert_eq!(refused.status, 503, "the lock is held");
                thread::sleep(Duration::from_millis(10));
            }
        };
        // Only the killed instance receives these actions, so all of them are running on it.
        interrupt_actions(
            &before_the_kill,
            &caller,
            first,
            &together.session(),
            |session| {
                instances[KILLED].kill();
                session.run("ROLLBACK");
            },
        );
        instances[KILLED] = instance::start_on(&together);
        caller.set_address(KILLED, instances[KILLED].address);

        load.allow(80);
        load.wait_for(55);
        interrupt_actions(
            &before_the_stop,
            &caller,
            |_| {},
            &together.session(),
            |_| {
                let stopped = Instant::now();
                server.stop("immediate");
                let refused = caller.unavailable.load(Ordering::Relaxed);
                load.allow(100);
                wait_until("the callers get no 503 without a database", || {
                    caller.unavailable.load(Ordering::Relaxed) >= refused + 3
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
        caller.unread_responses.load(Ordering::Relaxed),
        caller.cut_off.load(Ordering::Relaxed),
        caller.unavailable.load(Ordering::Relaxed),
        session.number("SELECT count(*) FROM audit WHERE outcome = 'repeated'"),
    );
    assert_applied_once(&actions, &session);
    run_sequentially(&actions, &alone);
    let expected = alone.session();
    assert_eq!(
        expected.number("SELECT count(*) FROM audit WHERE outcome = 'repeated'"),
        0
    );
    assert_applied_once(&actions, &expected);
    assert_same_state(&session, &expected);
}

/// The load during the faults. It is released in parts, so that each fault occurs before the load
/// ends.
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
                self.perform(action);
                self.answered.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn next_flow(&self) -> Option<&Flow> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let flow = self.flows.get(next)?;
        wait_until("the load is not released", || {
            next < self.allowed.load(Ordering::Relaxed)
        });
        Some(flow)
    }

    fn allow(&self, percent: usize) {
        self.allowed
            .store(self.flows.len() * percent / 100, Ordering::Relaxed);
    }

    /// Waits until this percentage of all actions is answered. It must be at least ten less than
    /// the released percentage, because some flows have more actions than others.
    fn wait_for(&self, percent: usize) {
        let share = self.flows.iter().map(Vec::len).sum::<usize>() * percent / 100;
        wait_until("the callers make no progress", || {
            self.answered.load(Ordering::Relaxed) >= share
        });
    }

    fn perform(&self, action: &Action) {
        let first = self.caller.next();
        match first % 5 {
            // The response is lost, and the repetition can overtake the first request.
            1 => {
                self.caller.send_and_hang_up(action, first).ok();
                self.caller.send_until_answered(action, first + 1);
            }
            // The same request is sent to two instances at once.
            3 => thread::scope(|scope| {
                scope.spawn(|| self.caller.send_until_answered(action, first));
                self.caller.send_until_answered(action, first + 1);
            }),
            _ => self.caller.send_until_answered(action, first),
        }
    }
}

/// Locks some subscriptions, so that the actions on them begin but cannot end. Then runs `end`,
/// which ends the actions and the lock, and repeats the actions until they are answered.
fn interrupt_actions<T>(
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
                    caller.send_until_answered(action, caller.next());
                }
            });
        }
        wait_until("the actions do not start", || {
            session.waiting() >= flows.len() as i64
        });
        fault(session)
    })
}

fn wait_until(failure: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + TIMEOUT;
    while !condition() {
        assert!(Instant::now() < deadline, "{failure}");
        thread::sleep(Duration::from_millis(5));
    }
}
