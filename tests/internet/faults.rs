//! Functions that panic, exceed the timeout or return a 503, and callers that disconnect.

use std::time::Duration;

use crate::support::{Host, SHORT, cancel, eventually, get, log_of};

fn with_id(request: &str, id: &str) -> String {
    request.replacen("\r\n", &format!("\r\nX-Request-Id: {id}\r\n"), 1)
}

#[test]
fn panic_is_a_500_and_the_connection_continues() {
    let host = Host::new();
    let mut peer = host.peer();
    for (request, id) in [
        (get("/customers/panic"), "panic-in-a-controller"),
        (cancel("panic"), "panic-in-an-action"),
    ] {
        for _ in 0..3 {
            let reply = peer.ask(with_id(&request, id));
            assert_eq!(reply.error(500), "Internal Server Error");
            assert_eq!(reply.header("x-request-id"), Some(id));
            assert_eq!(reply.header("connection"), None);
        }
        let log = log_of(id).join("\n");
        assert!(log.contains("panicked"), "{log}");
        assert!(
            !peer
                .ask(&request)
                .header("x-request-id")
                .unwrap()
                .is_empty()
        );
    }
    assert_eq!(peer.ask(get("/customers/c")).document()["id"], "c");
    peer.ask(cancel("s")).is_done();
}

#[test]
fn panic_does_not_affect_concurrent_requests() {
    let host = Host::new();
    let mut waiting = host.peer();
    waiting.send(get("/customers/wait"));
    eventually("it waits", || host.billing.begun() == 1);
    for _ in 0..20 {
        host.ask(get("/customers/panic")).error(500);
        host.ask(cancel("panic")).error(500);
    }
    host.billing.open_gate();
    assert_eq!(waiting.reply().document()["id"], "wait");
}

#[test]
fn function_can_return_503_with_retry_after() {
    let host = Host::new();
    let mut peer = host.peer();
    for request in [get("/customers/busy"), cancel("busy")] {
        let reply = peer.ask(request);
        assert_eq!(reply.error(503), "Service Unavailable");
        // 1.5 seconds are rounded up.
        assert_eq!(reply.retry_after(), 2);
        assert!(reply.header("x-request-id").is_some());
    }
    assert_eq!(peer.ask(get("/customers/c")).status, 200);
}

#[test]
fn cause_of_a_500_is_logged_but_never_sent() {
    let host = Host::new();
    for (request, id) in [
        (get("/customers/broken"), "broken-controller"),
        (cancel("broken"), "broken-action"),
    ] {
        let reply = host.ask(with_id(&request, id));
        assert_eq!(reply.error(500), "Internal Server Error");
        assert!(log_of(id).join("\n").contains("the secret inner cause"));
    }
}

#[test]
fn controller_beyond_the_timeout_is_a_503() {
    let host = Host::with_provider(|provider| provider.request_timeout(SHORT));
    let mut peer = host.peer();
    let reply = peer.ask(get("/customers/wait"));
    assert_eq!(reply.error(503), "Service Unavailable");
    reply.retry_after();
    assert_eq!((host.billing.ended(), host.billing.dropped()), (0, 1));
    assert_eq!(peer.ask(get("/customers/c")).document()["id"], "c");
}

#[test]
fn timed_out_action_runs_on_and_its_repetition_joins() {
    let host = Host::with_provider(|provider| provider.request_timeout(SHORT));
    let mut peer = host.peer();
    let reply = peer.ask(with_id(&cancel("wait"), "late-action"));
    assert_eq!(reply.error(503), "Service Unavailable");
    reply.retry_after();
    assert_eq!(host.billing.dropped(), 0);

    // The repetition joins the running action instead of starting it again.
    for _ in 0..3 {
        assert_eq!(host.ask(cancel("wait")).status, 503);
    }
    host.billing.open_gate();
    eventually("it ends", || host.billing.ended() == 1);
    assert_eq!((host.billing.begun(), host.billing.dropped()), (1, 0));
    eventually("the outcome is logged", || {
        log_of("late-action").join("\n").contains("status=200")
    });
}

#[test]
fn joined_callers_get_the_same_reply() {
    let host = Host::new();
    let mut wait = Duration::from_millis(20);
    // The time that the server needs to read the requests is unknown. If some requests arrive too
    // late to join, the test tries again with a longer wait.
    eventually("all callers join the first one", || {
        wait *= 2;
        let begun = host.billing.begun();
        let mut callers: Vec<_> = (0..20).map(|_| host.peer()).collect();
        for caller in &mut callers {
            caller.send(cancel("wait"));
        }
        std::thread::sleep(wait);
        host.billing.open_gate_wide();
        for caller in &mut callers {
            caller.reply().is_done();
        }
        host.billing.close_gate();
        host.billing.begun() == begun + 1
    });
}

#[test]
fn disconnect_drops_reads_but_not_actions() {
    let host = Host::new();
    let mut writer = host.peer();
    writer.send(with_id(&cancel("wait"), "abandoned-action"));
    eventually("the action has begun", || host.billing.begun() == 1);
    drop(writer);
    let mut reader = host.peer();
    reader.send(get("/customers/wait"));
    eventually("the read has begun", || host.billing.begun() == 2);
    drop(reader);
    eventually("the read is dropped", || host.billing.dropped() == 1);
    host.billing.open_gate();
    eventually("the action ends", || host.billing.ended() == 1);
    eventually("its outcome is logged", || {
        log_of("abandoned-action").join("\n").contains("status=200")
    });
}

#[test]
fn actions_beyond_the_limit_are_rejected_with_503() {
    let host = Host::with_provider(|provider| provider.max_actions(1));
    let mut first = host.peer();
    first.send(cancel("wait"));
    eventually("the action has begun", || host.billing.begun() == 1);
    let reply = host.ask(cancel("other"));
    assert_eq!(reply.error(503), "Service Unavailable");
    reply.retry_after();
    assert_eq!(host.billing.begun(), 1);
    host.billing.open_gate();
    first.reply().is_done();
    host.ask(cancel("other")).is_done();
}

#[test]
fn action_beyond_its_deadline_is_given_up() {
    let host = Host::with_provider(|provider| provider.action_deadline(SHORT));
    let mut caller = host.peer();
    caller.send(with_id(&cancel("wait"), "given-up-action"));
    eventually("the action has begun", || host.billing.begun() == 1);
    let mut next = host.peer();
    next.send(cancel("other"));
    let reply = caller.reply();
    assert_eq!(reply.error(503), "Service Unavailable");
    reply.retry_after();
    next.reply().is_done();
    assert_eq!((host.billing.ended(), host.billing.dropped()), (1, 1));
    let log = log_of("given-up-action").join("\n");
    assert!(log.contains("ERROR") && log.contains("given up"), "{log}");
}
