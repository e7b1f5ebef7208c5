//! Tests of the dashboard over HTTP: authentication, pages and actions.

mod access;
mod actions;
mod live;
mod pages;
mod secrets;
mod session;
mod verification;
