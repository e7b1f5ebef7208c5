//! The progress of a run, shown while it lasts.

use std::time::Duration;

use churnkey_verify::internal::counted;
use churnkey_verify::{Event, Module};
use indicatif::{ProgressBar, ProgressStyle};

/// A progress line on standard error, shown only on a terminal.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(super) fn new(quiet: bool) -> Self {
        if quiet {
            let bar = ProgressBar::hidden();
            return Self { bar };
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed_precise}  {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar }
    }

    pub(super) fn show(&self, event: &Event) {
        match event {
            Event::Began(module) => self.bar.set_message(module.as_str()),
            Event::Progress {
                module,
                items,
                requests,
                position,
                modules,
                ..
            } => {
                let position = (*position, *modules);
                self.bar
                    .set_message(message(*module, position, *items, *requests));
            }
            _ => {}
        }
    }

    /// Reports that the run was interrupted and waits for its last response.
    pub(super) fn stopping(&self) {
        self.bar.println("stopping: waiting for the last response");
    }

    /// Removes the line.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

fn message(module: Module, position: (usize, usize), items: u64, requests: u64) -> String {
    let module = match position {
        (_, 0) => module.to_string(),
        (position, modules) => format!("{module} ({position} of {modules})"),
    };
    let requests = counted(requests, ["request", "requests"]);
    match items {
        0 => format!("{module}: {requests}"),
        _ => format!(
            "{module}: {}, {requests}",
            counted(items, ["item", "items"])
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_names_the_module_and_counts() {
        assert_eq!(
            message(Module::Customers, (8, 16), 1_000_000, 10_001),
            "customers (8 of 16): 1,000,000 items, 10,001 requests"
        );
        assert_eq!(message(Module::Auth, (1, 0), 0, 1), "auth: 1 request");
    }
}
