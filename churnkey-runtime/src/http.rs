//! The half of the runtime that handles bytes and operations, and no type of the user.

pub(crate) mod auth;
pub(crate) mod body;
pub(crate) mod budgets;
pub(crate) mod encode;
pub(crate) mod extract;
pub(crate) mod handler;
pub(crate) mod limits;
mod log;
mod path;
pub(crate) mod reply;
pub(crate) mod request_context;
pub(crate) mod request_id;
pub(crate) mod router;
pub(crate) mod token;
pub(crate) mod trusted_proxies;
