//! The interface between the two halves: the function of one operation, without its types.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::extract::Extracted;
use super::reply::Reply;
use crate::actions_in_flight::ActionKey;
use crate::error::Result;

/// The function of one operation.
pub(crate) trait Handler: Send + Sync {
    /// Decodes the input of the function.
    ///
    /// # Errors
    ///
    /// The request does not have the input of the function.
    fn call(self: Arc<Self>, extracted: Extracted) -> Result<PreparedCall>;
}

/// A function with its input, ready to run.
pub(crate) struct PreparedCall {
    /// The deduplication key, if the operation is an action.
    pub(crate) action: Option<ActionKey>,
    pub(crate) reply: Pin<Box<dyn Future<Output = Result<Reply>> + Send>>,
}
