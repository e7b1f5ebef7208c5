//! The faults, one after the other, so that each has its own window.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::soak::{INSTANCES, LEAVER, POOL, STEADY, Soak, VICTIM};
use crate::windows::Excuse::{ComeBack, CutOff};

/// What an instance logs that is told to read a token file with something else in it.
pub(crate) const REFUSED_TOKEN_FILE: &str = "the tokens stay as they were";

/// How long the database is kept busy or away.
const STALL: Duration = Duration::from_secs(4);

const PATIENCE: Duration = Duration::from_secs(60);

/// Faults until the time is over, with pauses in which nothing may go wrong.
pub(crate) fn inject(soak: &Soak, run: Duration) {
    let end = Instant::now() + run;
    let calm = (run / 120).clamp(Duration::from_millis(500), Duration::from_secs(5));
    let mut tokens = Tokens::default();
    let faults: [fn(&Soak); 9] = [
        kill,
        |soak| lock_table(soak, "subscriptions"),
        terminate,
        stop_backends,
        |soak| restart_database(soak, "immediate"),
        fill_pool,
        |soak| lock_table(soak, "customers"),
        |soak| restart_database(soak, "fast"),
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
        // Seldom enough that no request that a fault has kept waiting finds its token two behind.
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
        &[CutOff],
        Some(VICTIM),
        || {
            soak.bury(VICTIM, |mut process| {
                let log = process.shared_log();
                process.kill();
                log()
            });
            thread::sleep(Duration::from_secs(1));
            soak.revive(VICTIM);
        },
    );
}

fn terminate(soak: &Soak) {
    soak.windows.during(
        "SIGTERM of an instance, until it is back",
        &[CutOff, ComeBack],
        Some(LEAVER),
        || {
            soak.bury(LEAVER, |process| soak.stop(LEAVER, process));
            soak.revive(LEAVER);
        },
    );
}

fn lock_table(soak: &Soak, table: &str) {
    let session = soak.database.session();
    soak.windows.during(
        "a lock on a table of the database",
        &[ComeBack],
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

/// The database answers nobody who is connected to it, and does not hang up either.
fn stop_backends(soak: &Soak) {
    let session = soak.database.session();
    soak.windows.during("SIGSTOP of all connections in the database", &[ComeBack], None, || {
        let backends = session.texts(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'acme'",
        );
        // One may have ended meanwhile, which is why it does not matter whether each could be told.
        signal("-STOP", &backends);
        thread::sleep(STALL);
        signal("-CONT", &backends);
    });
}

fn restart_database(soak: &Soak, how: &'static str) {
    let fault = match how {
        "fast" => "a restart of the database",
        _ => "a crash of the database, until it has recovered",
    };
    soak.windows.during(fault, &[ComeBack], None, || {
        soak.server.stop(how);
        thread::sleep(Duration::from_secs(1));
        soak.server.start();
    });
}

/// Every connection of one instance waits for a row.
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
    soak.windows.during("a full pool of connections", &[ComeBack], Some(STEADY), || {
        session.run(&format!("BEGIN; SELECT 1 FROM subscriptions WHERE mode = 'test' AND id IN ({}) FOR UPDATE", ids.join(", ")));
        thread::scope(|scope| {
            for number in customers {
                scope.spawn(move || {
                    // There is no trial to extend: whenever it gets the row, it changes nothing.
                    let body = json!({
                        "customerId": format!("cus_test_{number:04}"), "subscriptionId": format!("sub_test_{number:04}_1"),
                        "duration": { "type": "period", "amount": 1, "unit": "day" },
                    });
                    let request = soak.request("POST", "/actions/subscription/extend-trial", "test").json(&body);
                    if let Some(response) = soak.send("action that waits", STEADY, &request, None)
                        && response.status != 409
                    {
                        soak.tally.violation(format!("a trial that is none: {} {}", response.status, response.text()));
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

/// No window: nobody may notice.
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
        wait_until("a wrong token file is not refused", || refusals() > already);
    }
    fs::write(&file, before).expect("a token file");
    soak.tally
        .count("SIGHUP", "with a token file that is wrong", 1);
}

#[derive(Default)]
struct Tokens {
    number: usize,
}

impl Tokens {
    /// No window: nobody may notice.
    fn rotate(&mut self, soak: &Soak) {
        let before = soak.token();
        self.number += 1;
        let new = format!("token-{}", self.number);
        fs::write(
            soak.token_file(),
            format!("{new}\n{before} until 2100-01-01T00:00:00Z\n"),
        )
        .expect("a token file");
        for instance in INSTANCES {
            hang_up(soak, instance);
        }
        for instance in INSTANCES {
            wait_until("the new token is not taken", || {
                status_with(soak, instance, &new) == Some(200)
            });
            if status_with(soak, instance, &before) != Some(200) {
                soak.tally
                    .violation(format!("instance {instance} refuses the previous token"));
            }
            if self.number > 1 {
                let old = format!("token-{}", self.number - 2);
                if status_with(soak, instance, &old) != Some(401) {
                    soak.tally.violation(format!(
                        "instance {instance} does not refuse a token of long ago"
                    ));
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
        "instance {instance} is not there"
    );
}

/// To processes of ours.
fn signal(name: &str, processes: &[String]) -> bool {
    let sent = Command::new("kill").arg(name).args(processes).output();
    sent.is_ok_and(|output| output.status.success())
}

fn wait_until(otherwise: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "{otherwise}");
        thread::sleep(Duration::from_millis(100));
    }
}
