//! A client that implements Churnkey's protocol without code of the framework, and its tests of any
//! provider that has data and offers every option.
//!
//! Every assertion follows from the protocol page. Starting a provider and reading all its data
//! takes longer than most tests, so the tests share providers where one cannot affect another.

pub mod actions;
pub mod bad_input;
pub mod checker;
pub mod client;
mod guarded;
mod instance;
mod list;
pub mod manifest;
pub mod moment;
pub mod reading;
mod shared;
mod snapshot;
pub mod walks;

pub use actions::{cancel, offers, pause};
pub use bad_input::{bodies, fields, ids, queries, tokens};
pub use instance::Instance;

/// Starts a provider with its own data.
pub type Start = fn() -> Instance;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn all_tests_are_listed() {
        let sources = [
            include_str!("actions/cancel.rs"),
            include_str!("actions/offers.rs"),
            include_str!("actions/pause.rs"),
            include_str!("bad_input/bodies.rs"),
            include_str!("bad_input/fields.rs"),
            include_str!("bad_input/ids.rs"),
            include_str!("bad_input/queries.rs"),
            include_str!("bad_input/tokens.rs"),
            include_str!("manifest.rs"),
            include_str!("reading.rs"),
            include_str!("walks.rs"),
        ];
        let lines = |source: &&'static str| source.lines();
        let tests: BTreeSet<_> = sources
            .iter()
            .flat_map(lines)
            .filter_map(|line| {
                let (name, rest) = line.strip_prefix("pub fn ")?.split_once('(')?;
                rest.starts_with("start: Start)").then_some(name)
            })
            .collect();
        let is_name = |line: &&str| line.ends_with(char::is_alphanumeric) && !line.contains(' ');
        let listed = include_str!("list.rs").lines().map(str::trim);
        assert_eq!(listed.filter(is_name).collect::<BTreeSet<_>>(), tests);
    }
}
