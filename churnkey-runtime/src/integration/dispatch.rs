//! The typed part of request handling, compiled in the user's crate for each function. The rest is
//! compiled once, behind [`Handler`].

use std::marker::PhantomData;
use std::sync::Arc;

use super::endpoint::OperationKind;
use super::integration::{OneFunctionFor, RemoveTheOther};
use crate::error::Result;
use crate::http::encode::Encode as _;
use crate::http::extract::{Arguments as _, Extracted};
use crate::http::handler::{Handler, PreparedCall};

/// The function of an operation, and the context that it takes.
struct Function<T, E> {
    context: Arc<T>,
    operation: PhantomData<fn() -> E>,
}

pub(super) fn handler<T, E>(context: &Arc<T>) -> Arc<dyn Handler>
where
    T: OneFunctionFor<E, RemoveTheOther> + Send + Sync + 'static,
    E: OperationKind,
{
    Arc::new(Function {
        context: Arc::clone(context),
        operation: PhantomData::<fn() -> E>,
    })
}

impl<T, E> Handler for Function<T, E>
where
    T: OneFunctionFor<E, RemoveTheOther> + Send + Sync + 'static,
    E: OperationKind,
{
    fn call(self: Arc<Self>, mut extracted: Extracted) -> Result<PreparedCall> {
        let input = E::Input::from_extracted(&mut extracted)?;
        let manifest = extracted.manifest();
        let (action, expectations, context) = extracted.finish();
        let action = match action {
            Some(key) if !T::EXTRAS.joinable => Some(key.unjoinable()),
            action => action,
        };
        let reply = Box::pin(async move {
            let output = self.context.call(input, &context).await?;
            let reply = output.encode(&expectations, manifest);
            reply.map_err(|error| match error.status().is_server_error() {
                true => error.within(format!("the answer of {}", T::FUNCTION)),
                // Nothing was found.
                false => error,
            })
        });
        Ok(PreparedCall { action, reply })
    }
}
