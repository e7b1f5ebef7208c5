//! The error of an annotated function.

#[expect(clippy::module_inception, reason = "named after its type")]
mod error;
mod into_error;
mod result_ext;

pub use error::{Error, Result};
pub use into_error::IntoError;
pub use result_ext::ResultExt;
