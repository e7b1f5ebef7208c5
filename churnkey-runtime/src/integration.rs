//! The generic half of the runtime, compiled in the crate of the user's integration.

pub(crate) mod dispatch;
pub mod endpoint;
#[expect(clippy::module_inception, reason = "named after its trait")]
pub(crate) mod integration;
pub(crate) mod probe;
