//! A client that implements Churnkey's protocol without code of the framework, and its tests of any
//! provider with data.
//!
//! Every assertion follows from the protocol page, and the manifest decides which parts of it
//! apply. Each test starts its own provider, or shares one that must not change.

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
mod snapshot;
pub mod walks;

pub use bad_input::{bodies, ids, queries, tokens};
pub use instance::Instance;

/// Starts a provider with its own data.
pub type Start = fn() -> Instance;

#[cfg(test)]
mod tests {
    #[test]
    fn all_tests_are_listed() {
        let list = include_str!("list.rs");
        let sources = [
            include_str!("actions.rs"),
            include_str!("bad_input/bodies.rs"),
            include_str!("bad_input/ids.rs"),
            include_str!("bad_input/queries.rs"),
            include_str!("bad_input/tokens.rs"),
            include_str!("manifest.rs"),
            include_str!("reading.rs"),
            include_str!("walks.rs"),
        ];
        let tests = sources.iter().flat_map(|source| source.lines());
        let tests = tests.filter_map(|line| {
            let (name, rest) = line.strip_prefix("pub fn ")?.split_once('(')?;
            rest.starts_with("start: Start)").then_some(name)
        });
        for test in tests {
            assert!(list.contains(&format!(" {test}\n")), "{test} is missing");
        }
    }
}
