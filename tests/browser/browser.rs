//! Tests of the dashboard in a real browser. They need Chromium on the PATH, or its path in
//! `CHROMIUM`. If `SCREENSHOTS` names a directory, screenshots of the pages are written to it. If
//! `UPDATE_DOCS` is set, the screenshots in `docs` are updated.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod appearance;
mod flow;
mod hostile;
mod keyboard;
mod requests;
mod session;
mod verify;
