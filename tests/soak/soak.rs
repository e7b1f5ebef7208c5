//! The three instances, and how they are spoken to.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};
use test_support::conformance::Instance;

use tempfile::TempDir;

use crate::bad_input::FAILURES;
use crate::logs;
use crate::resources::Resources;
use crate::tally::Tally;
use crate::windows::{Excuse, Windows};
use postgres_tests::instance;
use postgres_tests::server::{Database, Server};
use test_support::{Connection, Reply, Request};

/// It lives from the start to the end, so that its memory tells something.
pub(crate) const STEADY: usize = 0;
/// It is killed and started again.
pub(crate) const VICTIM: usize = 1;
/// It is told to end and started again.
pub(crate) const LEAVER: usize = 2;
pub(crate) const INSTANCES: [usize; 3] = [STEADY, VICTIM, LEAVER];

/// More than all callers together can have in use at one instance, so that a wait for one is always a fault's doing.
pub(crate) const POOL: usize = 24;

pub(crate) struct Soak {
    pub(crate) server: Arc<Server>,
    pub(crate) database: Database,
    pub(crate) windows: Windows,
    pub(crate) tally: Tally,
    places: [Place; 3],
    token: RwLock<String>,
    ending: AtomicBool,
    directory: TempDir,
}

/// Where an instance is, one life after the other.
struct Place {
    process: Mutex<Option<Instance>>,
    whereabouts: RwLock<Whereabouts>,
}

/// An address, and how often the instance has been started until it was there.
#[derive(Clone, Copy)]
pub(crate) struct Whereabouts {
    pub(crate) address: SocketAddr,
    life: usize,
}

/// The connections that a caller keeps, one for each instance.
#[derive(Default)]
pub(crate) struct Kept([Option<(usize, Connection)>; 3]);

impl Soak {
    pub(crate) fn start(server: &Arc<Server>, database: &Database) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let token = "token-0".to_owned();
        fs::write(directory.path().join("token"), &token).expect("a token file");
        let soak = Self {
            server: Arc::clone(server),
            database: database.clone(),
            windows: Windows::default(),
            tally: Tally::default(),
            places: INSTANCES.map(|_| Place {
                process: Mutex::new(None),
                whereabouts: RwLock::new(Whereabouts {
                    life: 0,
                    address: ([127, 0, 0, 1], 0).into(),
                }),
            }),
            token: RwLock::new(token),
            ending: AtomicBool::new(false),
            directory,
        };
        for instance in INSTANCES {
            soak.revive(instance);
        }
        soak
    }

    /// Starts an instance.
    pub(crate) fn revive(&self, instance: usize) {
        let file = self.token_file();
        let settings = [
            ("CK_INTEGRATION_TOKEN", ""),
            (
                "CK_INTEGRATION_TOKEN_FILE",
                file.to_str().expect("a path in UTF-8"),
            ),
            ("ACME_DATABASE_CONNECTIONS", &POOL.to_string()),
            ("CHURNKEY_MAX_FAILURES_PER_MINUTE", &FAILURES.to_string()),
        ];
        let process = instance::start_with(&self.database, &settings);
        let place = &self.places[instance];
        {
            let mut whereabouts = place
                .whereabouts
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            whereabouts.life += 1;
            whereabouts.address = process.address;
        }
        *self.process(instance) = Some(process);
    }

    /// Ends the life of an instance, and looks through what it has logged.
    pub(crate) fn bury(&self, instance: usize, end: impl FnOnce(Instance) -> String) {
        let process = self.process(instance).take().expect("it lives");
        logs::look_through(self, instance, &end(process));
    }

    pub(crate) fn process(&self, instance: usize) -> std::sync::MutexGuard<'_, Option<Instance>> {
        let process = &self.places[instance].process;
        process.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn id(&self, instance: usize) -> Option<u32> {
        self.process(instance).as_ref().map(Instance::id)
    }

    fn whereabouts(&self, instance: usize) -> Whereabouts {
        let whereabouts = self.places[instance].whereabouts.read();
        *whereabouts.unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn address(&self, instance: usize) -> SocketAddr {
        self.whereabouts(instance).address
    }

    pub(crate) fn token_file(&self) -> PathBuf {
        self.directory.path().join("token")
    }

    pub(crate) fn token(&self) -> String {
        self.token
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn use_token(&self, token: String) {
        *self.token.write().unwrap_or_else(PoisonError::into_inner) = token;
    }

    /// A request of Churnkey's. `path` stands below `/churnkey`.
    pub(crate) fn request(&self, method: &str, path: &str, mode: &str) -> Request {
        Request::new(method, format!("/churnkey{path}"))
            .header("authorization", format!("Bearer {}", self.token()))
            .header("x-churnkey-mode", mode)
    }

    /// Sends a request on a connection that is kept, or on a new one, and answers with the response, unless a fault has seen to it that there is none.
    pub(crate) fn send(
        &self,
        kind: &'static str,
        instance: usize,
        request: &Request,
        kept: Option<&mut Kept>,
    ) -> Option<Reply> {
        self.exchange(
            kind,
            instance,
            Duration::ZERO,
            |Whereabouts { address, life }| {
                let Some(Kept(connections)) = kept else {
                    return Connection::new(address).send(request);
                };
                match &mut connections[instance] {
                    Some((of, connection)) if *of == life => connection.send(request),
                    stale => {
                        let (_, connection) = stale.insert((life, Connection::new(address)));
                        connection.send(request)
                    }
                }
            },
        )
    }

    /// Sends something and judges what comes back. The answer may be as old as `age`.
    pub(crate) fn exchange(
        &self,
        kind: &'static str,
        instance: usize,
        age: Duration,
        send: impl FnOnce(Whereabouts) -> io::Result<Reply>,
    ) -> Option<Reply> {
        let under_way = self.windows.begin();
        let answer = send(self.whereabouts(instance));
        let took = under_way.since.elapsed();
        let since = under_way.since.checked_sub(age).unwrap_or(under_way.since);
        match answer {
            Ok(response) if response.status == 503 => {
                self.tally.count(kind, "503", 1);
                if response.header("retry-after").is_none() {
                    self.tally
                        .violation(format!("{kind}: a 503 without `Retry-After`"));
                }
                if !self.windows.explain(Excuse::ComeBack, instance, since) {
                    self.tally.violation(format!("{kind}: instance {instance} answered 503 after {took:.1?}, and no fault was on"));
                }
                None
            }
            Ok(response) => {
                self.tally.count(kind, &response.status.to_string(), 1);
                if !self.windows.touch(since) {
                    self.tally.took(kind, took);
                }
                Some(response)
            }
            Err(cause) => {
                self.tally.count(kind, "cut off", 1);
                if !self.windows.explain(Excuse::CutOff, instance, since) {
                    self.tally.violation(format!("{kind}: instance {instance} gave no answer ({cause}) after {took:.1?}, and no fault was on"));
                }
                None
            }
        }
    }

    pub(crate) fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }

    /// Sleeps, and answers whether to go on.
    pub(crate) fn pause(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while !self.is_ending() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            thread::sleep(left.min(Duration::from_millis(200)));
        }
        false
    }

    pub(crate) fn resources_of_all(&self) -> [Resources; 3] {
        INSTANCES.map(|instance| {
            let id = self.id(instance).expect("it lives");
            Resources::of(id).expect("it can be looked at")
        })
    }

    /// Ends the instances as an orchestrator would.
    pub(crate) fn shut_down(&self) {
        for instance in INSTANCES {
            self.bury(instance, |process| self.stop(instance, process));
        }
    }

    /// SIGTERM; answers with the log.
    pub(crate) fn stop(&self, instance: usize, process: Instance) -> String {
        let log = process.shared_log();
        let ended = process.stop();
        if !ended.is_some_and(|status| status.success()) {
            self.tally.violation(format!(
                "instance {instance} did not end well on SIGTERM: {ended:?}"
            ));
        }
        // What the process wrote last may still be in the pipe.
        thread::sleep(Duration::from_millis(300));
        log()
    }

    pub(crate) fn report(&self, run: Duration) {
        println!("\n| fault | times | its windows, s |\n| --- | ---: | ---: |");
        let mut all = Duration::ZERO;
        for (fault, (times, time)) in self.windows.summary() {
            all += time;
            println!("| {fault} | {times} | {:.1} |", time.as_secs_f64());
        }
        println!(
            "\nA fault was on for {:.0} of {:.0} seconds.",
            all.as_secs_f64(),
            run.as_secs_f64()
        );
        self.tally.report();
    }
}

/// Work at a rate: it is never made up for what was missed.
pub(crate) struct Pace {
    every: Duration,
    next: Instant,
}

impl Pace {
    pub(crate) fn per_second(times: u32) -> Self {
        Self {
            every: Duration::from_secs(1) / times,
            next: Instant::now(),
        }
    }

    /// Waits for the next turn, and answers whether there is one.
    pub(crate) fn turn(&mut self, soak: &Soak) -> bool {
        self.next = Instant::now().max(self.next + self.every);
        soak.pause(self.next.saturating_duration_since(Instant::now()))
    }
}
