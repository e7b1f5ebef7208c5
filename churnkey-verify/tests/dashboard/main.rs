//! The dashboard over HTTP: who gets in, what is shown, and what is done.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod actions;
mod books;
mod desk;
mod live;
mod pages;
mod secrets;
mod shop;
mod verification;
