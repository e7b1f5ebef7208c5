use std::future::poll_fn;
use std::panic::panic_any;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::task::Poll;
use std::thread;

use axum::http::StatusCode;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::task::yield_now;

use super::*;
use crate::action::ApplyCoupon;

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .build()
        .expect("a runtime can be made")
}

/// A cancellation that differs from others of its customer by a number.
fn cancellation(customer: &str, number: usize) -> ActionKey {
    let subscription = format!("subscription {} of {customer}", number % 2);
    let request = ApplyCoupon::new(customer, subscription, number.to_string());
    ActionKey::new(Operation::ApplyCouponToSubscription, Mode::Live, &request)
}

impl InFlight {
    fn new(most: usize) -> Self {
        let mut in_flight = Self::default();
        in_flight.at_most(most);
        in_flight.at_most_for_customer(most);
        in_flight
    }

    fn keeps_nothing(&self) -> bool {
        let state = lock(&self.state);
        state.actions == 0 && state.queues.is_empty() && self.tasks.is_empty()
    }
}

#[test]
fn concurrent_actions_keep_their_order_and_leave_nothing() {
    const CUSTOMERS: [&str; 3] = ["ada", "bob", "cy"];
    let in_flight = InFlight::new(usize::MAX);
    let busy: Arc<[AtomicBool; 3]> = Arc::default();
    let ran = Arc::new(AtomicUsize::new(0));
    thread::scope(|threads| {
        for thread in 0..4 {
            let (in_flight, busy, ran) = (in_flight.clone(), Arc::clone(&busy), Arc::clone(&ran));
            threads.spawn(move || {
                runtime().block_on(async {
                    let mut outcomes = Vec::new();
                    for number in 0..2500 {
                        let customer = number % CUSTOMERS.len();
                        let key = cancellation(CUSTOMERS[customer], number * 4 + thread);
                        let (busy, ran) = (Arc::clone(&busy), Arc::clone(&ran));
                        let accepted = in_flight.accept(key, async move {
                            let alone = !busy[customer].swap(true, Ordering::SeqCst);
                            yield_now().await;
                            busy[customer].store(false, Ordering::SeqCst);
                            ran.fetch_add(1, Ordering::SeqCst);
                            if alone {
                                Reply::empty()
                            } else {
                                Error::conflict("two at once").into()
                            }
                        });
                        outcomes.push(accepted.expect("there is no limit").outcome);
                        // Some end while others arrive.
                        if number % 50 == 0 {
                            yield_now().await;
                        }
                    }
                    for outcome in outcomes {
                        assert_eq!(outcome.await.status(), StatusCode::OK);
                    }
                });
            });
        }
    });
    assert_eq!(ran.load(Ordering::SeqCst), 10_000);
    runtime().block_on(in_flight.end());
    assert!(in_flight.keeps_nothing(), "{in_flight:?}");
}

#[test]
fn action_during_runtime_shutdown_is_a_500() {
    let in_flight = InFlight::new(10);
    let (sender, ended) = mpsc::channel();
    let accepting = in_flight.clone();
    thread::spawn(move || {
        let gone = runtime();
        let handle = gone.handle().clone();
        drop(gone);
        let _inside = handle.enter();
        let work = async {
            yield_now().await;
            Reply::empty()
        };
        let accepted = accepting.accept(cancellation("ada", 1), work);
        sender.send(accepted.expect("there is a place").outcome)
    });
    let outcome = ended
        .recv_timeout(Duration::from_secs(20))
        .expect("accepting does not deadlock");
    let status = runtime().block_on(outcome).status();
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(in_flight.keeps_nothing(), "{in_flight:?}");
}

#[test]
fn action_without_waiting_ends_when_it_is_accepted() {
    let in_flight = InFlight::new(10);
    let done = Arc::new(AtomicBool::new(false));
    let work = {
        let done = Arc::clone(&done);
        async move {
            done.store(true, Ordering::SeqCst);
            Reply::empty()
        }
    };
    // Without a runtime, which an action that waits would need.
    let accepted = in_flight.accept(cancellation("ada", 1), work);
    assert!(done.load(Ordering::SeqCst));
    assert!(in_flight.keeps_nothing(), "{in_flight:?}");
    let outcome = accepted.expect("there is a place").outcome;
    let reply = outcome.now_or_never().expect("the outcome is there");
    assert_eq!(reply.status(), StatusCode::OK);
}

#[test]
fn dropped_queued_action_does_not_reorder_the_others() {
    let in_flight = InFlight::new(10);
    let (serving, ending) = (runtime(), runtime());
    let let_go = Arc::new(Notify::new());
    let running = serving.block_on(async {
        let let_go = Arc::clone(&let_go);
        let work = async move {
            let_go.notified().await;
            Reply::empty()
        };
        in_flight.accept(cancellation("ada", 1), work)
    });
    let waiting = ending
        .block_on(async { in_flight.accept(cancellation("ada", 2), async { Reply::empty() }) });
    let began = Arc::new(AtomicBool::new(false));
    let last = serving.block_on(async {
        let began = Arc::clone(&began);
        let work = async move {
            began.store(true, Ordering::SeqCst);
            Reply::empty()
        };
        in_flight.accept(cancellation("ada", 4), work)
    });
    drop(ending);
    serving.block_on(async {
        for _ in 0..10 {
            yield_now().await;
        }
        assert!(!began.load(Ordering::SeqCst));
        let dropped = waiting.expect("there is a place").outcome.await;
        assert_eq!(dropped.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let_go.notify_one();
        for accepted in [running, last] {
            let outcome = accepted.expect("there is a place").outcome;
            assert_eq!(outcome.await.status(), StatusCode::OK);
        }
    });
    assert!(began.load(Ordering::SeqCst));
    assert!(in_flight.keeps_nothing(), "{in_flight:?}");
}

#[test]
fn disconnected_joined_callers_are_released_early() {
    let in_flight = InFlight::new(10);
    runtime().block_on(async {
        let let_go = Arc::new(Notify::new());
        let accept = || {
            let let_go = Arc::clone(&let_go);
            let accepted = in_flight.accept(cancellation("ada", 1), async move {
                let_go.notified().await;
                Reply::empty()
            });
            accepted.expect("there is a place")
        };
        let (first, stays) = (accept(), accept());
        assert!(!first.joined && stays.joined);
        for _ in 0..1000 {
            assert!(accept().joined);
        }
        let kept = |in_flight: &InFlight| {
            let state = lock(&in_flight.state);
            let entries = state.queues.values().flatten();
            entries.map(|entry| entry.joined.len()).sum::<usize>()
        };
        assert!(kept(&in_flight) <= 2, "{}", kept(&in_flight));
        let_go.notify_one();
        for accepted in [first, stays] {
            assert_eq!(accepted.outcome.await.status(), StatusCode::OK);
        }
    });
    assert!(in_flight.keeps_nothing(), "{in_flight:?}");
}

#[test]
fn panicking_action_is_a_500_and_frees_its_queue() {
    let in_flight = InFlight::new(10);
    runtime().block_on(async {
        let panics = in_flight.accept(
            cancellation("ada", 1),
            poll_fn(|_| -> Poll<Reply> { panic_any(()) }),
        );
        let next = in_flight.accept(cancellation("ada", 2), async { Reply::empty() });
        let panicked = panics.expect("there is a place").outcome.await;
        assert_eq!(panicked.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let next = next.expect("there is a place").outcome.await;
        assert_eq!(next.status(), StatusCode::OK);
        in_flight.end().await;
    });
    assert!(in_flight.keeps_nothing(), "{in_flight:?}");
}
