//! Functions of a context in another file.

use churnkey::{Cancel, ChangePrice, Error, ExtendTrial, Extension, Mode, Result};

use super::Tenant;

/// A type alias of the user for the context.
type Context = super::Billing;

#[churnkey::action(cancel)]
#[inline]
#[tracing::instrument(skip_all, fields(customer = request.customer_id.as_str()))]
pub(super) async fn cancel(_: &Context, request: Cancel) -> Result<()> {
    tokio::task::yield_now().await;
    Ok(())
}

#[tracing::instrument(skip_all)]
#[churnkey::action(change_price, prorate)]
#[deprecated = "a lint that only the user controls"]
async fn switch(_: &crate::request_parts::Billing, _: ChangePrice) -> Result<()> {
    Ok(())
}

#[rustfmt::skip]
#[churnkey::action(extend_trial,)]
async fn extend(
    _: &super::Billing,
    ExtendTrial { duration: _duration, .. }: ExtendTrial,
    Extension(tenant): Extension<Tenant>,
    _mode: Mode,
) -> Result<()> {
    Err(Error::conflict(format!("test and {}", tenant.0)))
}
