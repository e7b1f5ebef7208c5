//! Resources of the processes: memory, threads and files.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::soak::{INSTANCES, POOL, STABLE, Soak};

const EVERY: Duration = Duration::from_secs(2);

/// The time after which every limit has closed a disconnected connection, plus a margin.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The minimum duration of a run whose memory is checked.
const MIN_RUN: Duration = Duration::from_secs(120);

/// The runtime reads a token file in a blocking thread, which tokio keeps for a while.
const TEMPORARY_THREADS: u64 = 2;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Resources {
    pub(crate) rss_kib: u64,
    pub(crate) threads: u64,
    pub(crate) files: u64,
}

pub(crate) struct Sample {
    at: Duration,
    of: [Option<Resources>; 3],
}

impl Resources {
    /// Returns `None` if the process has ended.
    pub(crate) fn of(id: u32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let number = |field: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(field))?;
            line.trim().split(' ').next()?.parse().ok()
        };
        Some(Self {
            rss_kib: number("VmRSS:")?,
            threads: number("Threads:")?,
            files: fs::read_dir(format!("/proc/{id}/fd")).ok()?.count() as u64,
        })
    }
}

/// Samples until the load ends.
pub(crate) fn sample(soak: &Soak, run: Duration) -> Vec<Sample> {
    let began = Instant::now();
    let mut samples = Vec::new();
    while soak.pause(EVERY.min(run / 20)) {
        samples.push(Sample {
            at: began.elapsed(),
            of: INSTANCES.map(|instance| Resources::of(soak.id(instance)?)),
        });
    }
    samples
}

/// Asserts that the resources of the stable instance do not grow. Pools and caches fill during the
/// first fifth. A shorter run cannot be used to check memory.
pub(crate) fn assert_no_growth(
    soak: &Soak,
    run: Duration,
    idle: &[Resources; 3],
    samples: &[Sample],
) {
    let median_of = |fifth: usize| {
        let part = &samples[samples.len() * fifth / 5..samples.len() * (fifth + 1) / 5];
        let mut rss: Vec<u64> = part
            .iter()
            .filter_map(|sample| Some(sample.of[STABLE]?.rss_kib))
            .collect();
        rss.sort_unstable();
        rss[rss.len() / 2]
    };
    let fifths = [0, 1, 2, 3, 4].map(median_of);
    println!("instance {STABLE} held, in KiB, the median of each fifth of the run: {fifths:?}");
    let (early, late) = (fifths[1], fifths[4]);
    if run >= MIN_RUN && late > early + early / 10 + 2048 {
        soak.tally
            .violation(format!("memory grows: from {early} KiB to {late} KiB"));
    }
    let threads = samples.iter().filter_map(|sample| sample.of[STABLE]);
    let most = threads.map(|one| one.threads).max().unwrap_or_default();
    let base = idle[STABLE].threads;
    if most > base + TEMPORARY_THREADS {
        soak.tally
            .violation(format!("threads grow: from {base} to {most}"));
    }
}

/// Waits until the resources of all callers are released: an instance then has only the files from
/// its start, and those of its pool.
pub(crate) fn wait_for_release(soak: &Soak, idle: &[Resources; 3]) {
    let deadline = Instant::now() + TIMEOUT;
    for (instance, idle) in INSTANCES.iter().zip(idle) {
        let most = idle.files + POOL as u64;
        loop {
            let id = soak.id(*instance).expect("it lives");
            let now = Resources::of(id).expect("the process runs");
            if now.files <= most && now.threads <= idle.threads {
                println!(
                    "instance {instance} without load: {} files ({} at the start), {} threads ({})",
                    now.files, idle.files, now.threads, idle.threads
                );
                break;
            }
            if Instant::now() > deadline {
                soak.tally.violation(format!(
                    "instance {instance} does not release its resources: {now:?}, {idle:?} at the start"
                ));
                break;
            }
            thread::sleep(Duration::from_millis(200));
        }
    }
}

/// Prints the table for the documentation.
pub(crate) fn report(samples: &[Sample]) {
    println!(
        "\n| instance | RSS in KiB, after a fifth | in the middle | at the end | maximum | threads, maximum | files, maximum |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for instance in INSTANCES {
        let lives: Vec<_> = samples
            .iter()
            .filter_map(|sample| Some((sample.at, sample.of[instance]?)))
            .collect();
        let after = |share: u32| {
            let end = samples.last().map_or(Duration::ZERO, |last| last.at);
            let at = end * share / 10;
            let found = lives.iter().find(|(moment, _)| *moment >= at);
            found.or(lives.last()).map_or(0, |(_, one)| one.rss_kib)
        };
        let most = |of: fn(&Resources) -> u64| {
            lives
                .iter()
                .map(|(_, one)| of(one))
                .max()
                .unwrap_or_default()
        };
        println!(
            "| {instance} | {} | {} | {} | {} | {} | {} |",
            after(2),
            after(5),
            after(10),
            most(|one| one.rss_kib),
            most(|one| one.threads),
            most(|one| one.files),
        );
    }
}
