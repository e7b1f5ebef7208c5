//! The three instances, and the requests to them.

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
use crate::windows::{Effect, Windows};
use postgres_tests::instance;
use postgres_tests::server::{Database, Server};
use test_support::{Connection, Reply, Request, SmallDisk};

/// Runs from the start to the end, so that its memory can be measured.
pub(crate) const STABLE: usize = 0;
/// Is killed and started again.
pub(crate) const KILLED: usize = 1;
/// Is stopped by SIGTERM and started again.
pub(crate) const TERMINATED: usize = 2;
pub(crate) const INSTANCES: [usize; 3] = [STABLE, KILLED, TERMINATED];

/// More connections than all callers of one instance can use together, so that only a fault causes
/// a wait for one.
pub(crate) const POOL: usize = 24;

pub(crate) struct Soak {
    pub(crate) server: Arc<Server>,
    pub(crate) database: Database,
    /// The disk of the data, if it can be filled.
    pub(crate) disk: Option<Arc<SmallDisk>>,
    pub(crate) windows: Windows,
    pub(crate) tally: Tally,
    slots: [Slot; 3],
    token: RwLock<String>,
    ending: AtomicBool,
    directory: TempDir,
}

/// The current process of an instance.
struct Slot {
    process: Mutex<Option<Instance>>,
    endpoint: RwLock<Endpoint>,
}

/// An address, and the number of starts of the instance.
#[derive(Clone, Copy)]
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    generation: usize,
}

/// The connections of a caller, one for each instance.
#[derive(Default)]
pub(crate) struct KeptConnections([Option<(usize, Connection)>; 3]);

impl Soak {
    pub(crate) fn start(
        server: &Arc<Server>,
        database: &Database,
        disk: Option<Arc<SmallDisk>>,
    ) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let token = "rotated-token-0".to_owned();
        fs::write(directory.path().join("token"), &token).expect("a token file");
        let soak = Self {
            server: Arc::clone(server),
            database: database.clone(),
            disk,
            windows: Windows::default(),
            tally: Tally::default(),
            slots: INSTANCES.map(|_| Slot {
                process: Mutex::new(None),
                endpoint: RwLock::new(Endpoint {
                    generation: 0,
                    address: ([127, 0, 0, 1], 0).into(),
                }),
            }),
            token: RwLock::new(token),
            ending: AtomicBool::new(false),
            directory,
        };
        for instance in INSTANCES {
            soak.start_instance(instance);
        }
        soak
    }

    /// Starts an instance.
    pub(crate) fn start_instance(&self, instance: usize) {
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
        let slot = &self.slots[instance];
        {
            let mut endpoint = slot
                .endpoint
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            endpoint.generation += 1;
            endpoint.address = process.address;
        }
        *self.process(instance) = Some(process);
    }

    /// Stops an instance and checks its log.
    pub(crate) fn stop_instance(&self, instance: usize, end: impl FnOnce(Instance) -> String) {
        let process = self.process(instance).take().expect("the instance runs");
        logs::check_log(self, instance, &end(process));
    }

    pub(crate) fn process(&self, instance: usize) -> std::sync::MutexGuard<'_, Option<Instance>> {
        let process = &self.slots[instance].process;
        process.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn id(&self, instance: usize) -> Option<u32> {
        self.process(instance).as_ref().map(Instance::id)
    }

    fn endpoint(&self, instance: usize) -> Endpoint {
        let endpoint = self.slots[instance].endpoint.read();
        *endpoint.unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn address(&self, instance: usize) -> SocketAddr {
        self.endpoint(instance).address
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

    /// Builds a request of Churnkey. `path` is relative to `/churnkey`.
    pub(crate) fn request(&self, method: &str, path: &str, mode: &str) -> Request {
        Request::new(method, format!("/churnkey{path}"))
            .header("authorization", format!("Bearer {}", self.token()))
            .header("x-churnkey-mode", mode)
    }

    /// Sends a request on a kept connection or on a new one. Returns `None` if a fault prevented
    /// the response.
    pub(crate) fn send(
        &self,
        kind: &'static str,
        instance: usize,
        request: &Request,
        kept: Option<&mut KeptConnections>,
    ) -> Option<Reply> {
        self.exchange(
            kind,
            instance,
            Duration::ZERO,
            |Endpoint {
                 address,
                 generation,
             }| {
                let Some(KeptConnections(connections)) = kept else {
                    return Connection::new(address).send(request);
                };
                match &mut connections[instance] {
                    Some((of, connection)) if *of == generation => connection.send(request),
                    stale => {
                        let (_, connection) = stale.insert((generation, Connection::new(address)));
                        connection.send(request)
                    }
                }
            },
        )
    }

    /// Sends a request and checks the result against the faults. The data of the response can be as
    /// old as `age`.
    pub(crate) fn exchange(
        &self,
        kind: &'static str,
        instance: usize,
        age: Duration,
        send: impl FnOnce(Endpoint) -> io::Result<Reply>,
    ) -> Option<Reply> {
        let under_way = self.windows.begin();
        let answer = send(self.endpoint(instance));
        let took = under_way.since.elapsed();
        let since = under_way.since.checked_sub(age).unwrap_or(under_way.since);
        match answer {
            Ok(response) if response.status == 503 => {
                self.tally.count(kind, "503", 1);
                if response.header("retry-after").is_none() {
                    self.tally
                        .violation(format!("{kind}: a 503 without `Retry-After`"));
                }
                if !self.windows.explain(Effect::Unavailable, instance, since) {
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
                if !self.windows.explain(Effect::Disconnected, instance, since) {
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

    /// Sleeps, and returns `false` if the run is ending.
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
            let id = self.id(instance).expect("the instance runs");
            Resources::of(id).expect("the process runs")
        })
    }

    /// Stops the instances as an orchestrator does.
    pub(crate) fn shut_down(&self) {
        for instance in INSTANCES {
            self.stop_instance(instance, |process| self.stop(instance, process));
        }
    }

    /// Sends SIGTERM and returns the log.
    pub(crate) fn stop(&self, instance: usize, process: Instance) -> String {
        let log = process.shared_log();
        let ended = process.stop();
        if !ended.is_some_and(|status| status.success()) {
            self.tally
                .violation(format!("instance {instance} failed on SIGTERM: {ended:?}"));
        }
        // The last output of the process can still be in the pipe.
        thread::sleep(Duration::from_millis(300));
        log()
    }

    pub(crate) fn report(&self, run: Duration) {
        println!("\n| fault | times | duration, s |\n| --- | ---: | ---: |");
        let mut all = Duration::ZERO;
        for (fault, (times, time)) in self.windows.summary() {
            all += time;
            println!("| {fault} | {times} | {:.1} |", time.as_secs_f64());
        }
        println!(
            "\nA fault was active for {:.0} of {:.0} seconds.",
            all.as_secs_f64(),
            run.as_secs_f64()
        );
        self.tally.report();
    }
}

/// A rate limiter for work. It does not catch up after a delay.
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

    /// Waits for the next turn, and returns `false` if the run is ending.
    pub(crate) fn wait(&mut self, soak: &Soak) -> bool {
        self.next = Instant::now().max(self.next + self.every);
        soak.pause(self.next.saturating_duration_since(Instant::now()))
    }
}
