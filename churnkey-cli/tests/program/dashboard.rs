//! Tests of the dashboard over HTTP: authentication, pages and actions.

mod access;
mod actions;
mod live;
mod pages;
mod pins;
#[cfg(unix)]
mod recording;
mod requests;
mod secrets;
mod session;
mod verification;
