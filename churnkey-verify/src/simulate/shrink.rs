//! The shortest sequence that still shows a difference.

use std::ops::Range;

use super::play::{Course, play};
use super::sequence::{Plan, Sending, Sequence, Wait};
use super::setup::{Attempts, Setup};

/// The limit of attempts, so that a slow provider does not keep the run for hours.
const ATTEMPTS: u32 = 500;

/// Removes and simplifies as long as there is a difference, which may be another one than at first.
pub(super) async fn shrink(
    setup: &Setup,
    sequence: Sequence,
    course: Course,
    attempts: &mut Attempts,
) -> (Sequence, Course) {
    let mut best = (sequence, course);
    // What comes after the difference was not played.
    let played = usize::try_from(best.1.steps).unwrap_or(usize::MAX);
    best.0.steps.truncate(played);
    let mut left = ATTEMPTS;
    let mut chunk = best.0.steps.len().div_ceil(2);
    while chunk > 0 {
        let mut start = 0;
        while start < best.0.steps.len() && left > 0 {
            let mut shorter = best.0.clone();
            let end = shorter.steps.len().min(start + chunk);
            shorter.steps.drain(start..end);
            left -= 1;
            match attempt(setup, &shorter, attempts).await {
                Some(course) => best = (shorter, course),
                None => start += chunk,
            }
        }
        chunk /= 2;
    }
    loop {
        let mut is_better = false;
        for simpler in simpler(&best.0) {
            if left == 0 {
                return best;
            }
            left -= 1;
            if let Some(course) = attempt(setup, &simpler, attempts).await {
                best = (simpler, course);
                is_better = true;
                break;
            }
        }
        if !is_better {
            return best;
        }
    }
}

async fn attempt(setup: &Setup, sequence: &Sequence, attempts: &mut Attempts) -> Option<Course> {
    let course = play(setup, sequence, &attempts.prefix()).await;
    course.difference.is_some().then_some(course)
}

fn without_arrivals(sequence: &Sequence, removed: Range<usize>) -> Sequence {
    let mut shorter = sequence.clone();
    let end = removed.end.min(shorter.arrivals.len());
    shorter.arrivals.drain(removed.start..end);
    shorter.steps.retain(|step| !removed.contains(&step.target));
    for step in &mut shorter.steps {
        if step.target >= end {
            step.target -= end - removed.start;
        }
    }
    shorter
}

/// The same sequence without one step, without some arrivals and the steps about them, or with one
/// thing less special.
fn simpler(sequence: &Sequence) -> Vec<Sequence> {
    let mut simpler = Vec::new();
    for number in (0..sequence.steps.len()).rev() {
        let mut shorter = sequence.clone();
        shorter.steps.remove(number);
        simpler.push(shorter);
    }
    // Halves first: a sequence can have a hundred arrivals.
    let mut count = sequence.arrivals.len() / 2;
    while count > 0 {
        let starts = (0..sequence.arrivals.len()).step_by(count);
        simpler.extend(starts.map(|start| without_arrivals(sequence, start..start + count)));
        count /= 2;
    }
    let mut change = |differ: &dyn Fn(&mut Sequence)| {
        let mut changed = sequence.clone();
        differ(&mut changed);
        if changed != *sequence {
            simpler.push(changed);
        }
    };
    for number in 0..sequence.arrivals.len() {
        change(&|changed| changed.arrivals[number].unpaid = false);
        change(&|changed| changed.arrivals[number].trial_days = None);
        change(&|changed| changed.arrivals[number].quantity = 1);
    }
    for number in 0..sequence.steps.len() {
        change(&|changed| changed.steps[number].sending = Sending::Once);
        change(&|changed| changed.steps[number].wait = Wait::None);
        change(&|changed| changed.steps[number].plan = Plan::Read);
        change(&|changed| match &mut changed.steps[number].plan {
            Plan::Cancel { all, .. } | Plan::Pause { all, .. } => *all = false,
            Plan::ChangePrice { prorate, .. } => *prorate = false,
            _ => {}
        });
    }
    simpler
}
