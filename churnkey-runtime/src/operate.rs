//! The part of a request's way that knows its types. It is all that is compiled anew in each user's crate, for each function; what comes before
//! and after goes through [`Operate`] and is compiled once.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use axum::http::request::Parts;

use crate::answer::Encode as _;
use crate::incoming::{Decode as _, Incoming};
use crate::operation::Endpoint;
use crate::provider::{Integration, Provides};
use crate::reply::Reply;
use crate::{RequestContext, RequestId, Result};

pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Calls the function of one operation.
pub(crate) trait Operate: Send + Sync {
    /// From the request as it was read to the answer.
    fn operate(
        self: Arc<Self>,
        incoming: Incoming,
        id: RequestId,
        parts: Parts,
    ) -> BoxFuture<'static, Result<Reply>>;
}

/// The function of an operation, and the context that it takes.
struct Function<T, E> {
    context: Arc<T>,
    endpoint: PhantomData<fn() -> E>,
}

pub(crate) fn function<T: Integration + Provides<E> + Send + Sync, E: Endpoint>(
    context: &Arc<T>,
) -> Arc<dyn Operate> {
    Arc::new(Function {
        context: Arc::clone(context),
        endpoint: PhantomData::<fn() -> E>,
    })
}

impl<T: Integration + Provides<E> + Send + Sync, E: Endpoint> Operate for Function<T, E> {
    fn operate(
        self: Arc<Self>,
        mut incoming: Incoming,
        id: RequestId,
        parts: Parts,
    ) -> BoxFuture<'static, Result<Reply>> {
        Box::pin(async move {
            let input = E::Input::decode(&mut incoming)?;
            let request = RequestContext::new(incoming.mode(), id, parts);
            input.guard(&*self.context, &request).await?;
            let output = self.context.call(input, &request).await?;
            output.encode(&incoming.into_asked(), &T::MANIFEST)
        })
    }
}
