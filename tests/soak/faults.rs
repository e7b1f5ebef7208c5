//! The faults. They run one after the other, so that each has its own window.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use test_support::{Connection, PipeSwitch, Request};

use crate::soak::{INSTANCES, KILLED, POOL, STABLE, Soak, TERMINATED};
use crate::windows::Effect::{Disconnected, Unavailable};

/// The log message of an instance that is signaled to read an invalid token file.
pub(crate) const REFUSED_TOKEN_FILE: &str = "the tokens stay as they were";

/// The duration of a fault of the database.
const STALL: Duration = Duration::from_secs(4);

/// Longer than the deadline of an action of the example, which is 10 s.
const HANG: Duration = Duration::from_secs(12);

const TIMEOUT: Duration = Duration::from_secs(60);

/// Injects faults until the time is over, with pauses in which no request may fail.
pub(crate) fn inject(soak: &Soak, run: Duration) {
    let end = Instant::now() + run;
    let calm = (run / 120).clamp(Duration::from_millis(500), Duration::from_secs(5));
    let mut tokens = Tokens::default();
    let faults: [fn(&Soak); 13] = [
        close_log,
        kill,
        |soak| lock_table(soak, "subscriptions"),
        terminate,
        |soak| stop_backends(soak, "SIGSTOP of all connections in the database", STALL),
        fill_disk,
        |soak| restart_database(soak, "immediate"),
        fill_pool,
        stall_logs,
        |soak| lock_table(soak, "customers"),
        |soak| restart_database(soak, "fast"),
        |soak| stop_backends(soak, "the same, beyond the deadline of an action", HANG),
        refuse_token_file,
    ];
    let calm_down = || {
        thread::sleep(calm.min(end.saturating_duration_since(Instant::now())));
        Instant::now() < end
    };
    for (fault, turn) in faults.iter().cycle().zip(1_usize..) {
        if !calm_down() {
            return;
        }
        fault(soak);
        // The interval is long enough that no delayed request has a token that was replaced twice.
        if turn % 3 == 2 {
            if !calm_down() {
                return;
            }
            tokens.rotate(soak);
        }
    }
}

fn kill(soak: &Soak) {
    soak.windows.during(
        "SIGKILL of an instance, until it is back",
        &[Disconnected],
        Some(KILLED),
        || {
            soak.stop_instance(KILLED, |mut process| {
                let log = process.shared_log();
                process.kill();
                log()
            });
            thread::sleep(Duration::from_secs(1));
            soak.start_instance(KILLED);
        },
    );
}

fn terminate(soak: &Soak) {
    soak.windows.during(
        "SIGTERM of an instance, until it is back",
        &[Disconnected, Unavailable],
        Some(TERMINATED),
        || {
            soak.stop_instance(TERMINATED, |process| soak.stop(TERMINATED, process));
            soak.start_instance(TERMINATED);
        },
    );
}

fn lock_table(soak: &Soak, table: &str) {
    let session = soak.database.session();
    soak.windows.during(
        "a lock on a table of the database",
        &[Unavailable],
        None,
        || {
            session.run(&format!(
                "BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"
            ));
            thread::sleep(STALL);
            session.run("ROLLBACK");
        },
    );
}

/// Stops all server processes that hold connections: they neither respond nor disconnect.
fn stop_backends(soak: &Soak, fault: &'static str, time: Duration) {
    let session = soak.database.session();
    soak.windows.during(fault, &[Unavailable], None, || {
        let backends = session.texts(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'acme'",
        );
        // A process can have ended in the meantime, so the result of the signal is ignored.
        signal("-STOP", &backends);
        thread::sleep(time);
        signal("-CONT", &backends);
    });
}

/// Fills the disk of the data, if the data is on a small one.
fn fill_disk(soak: &Soak) {
    let Some(disk) = &soak.disk else { return };
    let fault = "a full disk of the database, until all instances are ready";
    soak.windows.during(fault, &[Unavailable], None, || {
        disk.fill();
        thread::sleep(STALL);
        disk.free();
        for instance in INSTANCES {
            wait_until("an instance does not become ready", || {
                let probe = Request::new("GET", "/readyz");
                let answer = Connection::new(soak.address(instance)).send(&probe);
                answer.is_ok_and(|answer| answer.status == 200)
            });
        }
    });
}

/// Runs without a window, because no request may fail: the readers of all logs stop for a while.
fn stall_logs(soak: &Soak) {
    let pipes = INSTANCES.map(|instance| log_pipe(soak, instance));
    let stalled = pipes.each_ref().map(PipeSwitch::stall);
    thread::sleep(HANG);
    drop(stalled);
    soak.tally.count("log", "stalled", INSTANCES.len());
}

/// Runs without a window, because no request may fail: the log of the instance that is killed next
/// is closed.
fn close_log(soak: &Soak) {
    log_pipe(soak, KILLED).close();
    thread::sleep(STALL);
    soak.tally.count("log", "closed", 1);
}

fn log_pipe(soak: &Soak, instance: usize) -> PipeSwitch {
    soak.process(instance)
        .as_ref()
        .expect("it lives")
        .log_pipe()
}

fn restart_database(soak: &Soak, how: &'static str) {
    let fault = match how {
        "fast" => "a restart of the database",
        _ => "a crash of the database, until it has recovered",
    };
    soak.windows.during(fault, &[Unavailable], None, || {
        soak.server.stop(how);
        thread::sleep(Duration::from_secs(1));
        soak.server.start();
    });
}

/// Blocks every connection of one instance on a row lock.
fn fill_pool(soak: &Soak) {
    let session = soak.database.session();
    let customers: Vec<usize> = (10..)
        .step_by(10)
        .filter(|n| n % 60 != 30 && n % 60 != 50)
        .take(POOL)
        .collect();
    let ids: Vec<String> = customers
        .iter()
        .map(|number| format!("'sub_test_{number:04}_1'"))
        .collect();
    soak.windows.during("a full pool of connections", &[Unavailable], Some(STABLE), || {
        session.run(&format!("BEGIN; SELECT 1 FROM subscriptions WHERE mode = 'test' AND id IN ({}) FOR UPDATE", ids.join(", ")));
        thread::scope(|scope| {
            for number in customers {
                scope.spawn(move || {
                    // The subscription has no trial, so the action changes nothing when it gets the
                    // row.
                    let body = json!({
                        "customerId": format!("cus_test_{number:04}"), "subscriptionId": format!("sub_test_{number:04}_1"),
                        "duration": { "type": "period", "amount": 1, "unit": "day" },
                    });
                    let request = soak.request("POST", "/actions/subscription/extend-trial", "test").json(&body);
                    if let Some(response) = soak.send("blocked action", STABLE, &request, None)
                        && response.status != 409
                    {
                        soak.tally.violation(format!("an extension without a trial got {} {}", response.status, response.text()));
                    }
                });
            }
            let deadline = Instant::now() + STALL;
            while session.waiting() < POOL as i64 && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(20));
            }
            thread::sleep(STALL / 2);
            session.run("ROLLBACK");
        });
    });
}

/// Runs without a window, because no request may fail.
fn refuse_token_file(soak: &Soak) {
    let file = soak.token_file();
    let before = fs::read(&file).expect("the token file");
    fs::write(&file, "two words\n").expect("a token file");
    for instance in INSTANCES {
        let log = soak
            .process(instance)
            .as_ref()
            .expect("it lives")
            .shared_log();
        let refusals = || log().matches(REFUSED_TOKEN_FILE).count();
        let already = refusals();
        hang_up(soak, instance);
        wait_until("an invalid token file is not rejected", || {
            refusals() > already
        });
    }
    fs::write(&file, before).expect("a token file");
    soak.tally.count("SIGHUP", "with an invalid token file", 1);
}

#[derive(Default)]
struct Tokens {
    number: usize,
}

impl Tokens {
    /// Runs without a window, because no request may fail.
    fn rotate(&mut self, soak: &Soak) {
        let before = soak.token();
        self.number += 1;
        let new = format!("rotated-token-{}", self.number);
        fs::write(
            soak.token_file(),
            format!("{new}\n{before} until 2100-01-01T00:00:00Z\n"),
        )
        .expect("a token file");
        for instance in INSTANCES {
            hang_up(soak, instance);
        }
        for instance in INSTANCES {
            wait_until("the new token is not accepted", || {
                status_with(soak, instance, &new) == Some(200)
            });
            if status_with(soak, instance, &before) != Some(200) {
                soak.tally
                    .violation(format!("instance {instance} rejects the previous token"));
            }
            if self.number > 1 {
                let old = format!("rotated-token-{}", self.number - 2);
                if status_with(soak, instance, &old) != Some(401) {
                    soak.tally
                        .violation(format!("instance {instance} accepts an expired token"));
                }
            }
        }
        soak.use_token(new);
        soak.tally.count("SIGHUP", "with another token", 1);
    }
}

fn status_with(soak: &Soak, instance: usize, token: &str) -> Option<u16> {
    let request = soak
        .request("GET", "/features", "test")
        .without("authorization")
        .header("authorization", format!("Bearer {token}"));
    soak.send("token", instance, &request, None)
        .map(|response| response.status)
}

fn hang_up(soak: &Soak, instance: usize) {
    let id = soak.id(instance).expect("it lives");
    assert!(
        signal("-HUP", &[id.to_string()]),
        "instance {instance} is not running"
    );
}

/// Sends a signal to processes of this test.
fn signal(name: &str, processes: &[String]) -> bool {
    let sent = Command::new("kill").arg(name).args(processes).output();
    sent.is_ok_and(|output| output.status.success())
}

fn wait_until(failure: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + TIMEOUT;
    while !condition() {
        assert!(Instant::now() < deadline, "{failure}");
        thread::sleep(Duration::from_millis(100));
    }
}
