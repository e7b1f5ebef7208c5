//! Tests of the dashboard over HTTP: authentication, pages and actions.

mod access;
mod actions;
mod catalogue;
mod live;
mod pages;
mod pins;
#[cfg(unix)]
mod recording;
mod requests;
mod runs;
mod secrets;
mod session;
mod verification;
