//! The dashboard over HTTP: who gets in, what is shown, and what is done.

mod access;
mod actions;
mod desk;
mod live;
mod pages;
mod secrets;
mod verification;
