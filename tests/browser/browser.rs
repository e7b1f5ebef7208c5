//! The dashboard in a real browser. It needs Chromium on the PATH; `CHROMIUM` names another one. `SCREENSHOTS` is a directory that pictures of the pages are
//! written to, and `UPDATE_DOCS` brings those in `docs` up to date.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod flow;
mod hostile;
mod keyboard;
mod looks;
mod seat;
mod verify;
