//! The dashboard in a real browser. It needs Chromium on the PATH; `CHROMIUM` names another one. `SCREENSHOTS` is a directory that pictures of the pages are
//! written to, and `UPDATE_DOCS` brings those in `docs` up to date.

mod flow;
mod hostile;
mod keyboard;
mod looks;
mod seat;
#[allow(
    dead_code,
    reason = "it is shared with another test, which uses other parts of it"
)]
#[path = "../shop.rs"]
mod shop;
mod verify;
