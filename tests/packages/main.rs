//! The packages as they are published: metadata, contents, links and versions.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod contents;
mod metadata;
mod promises;
mod provider;
mod versions;
mod workspace;
