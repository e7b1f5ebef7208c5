// Every option in every form, and extracted arguments after one of ours with the name `request`.
include!("../../support/provider.rs");

use churnkey::{
    ApplyCoupon, Cancel, CancelAll, ChangePrice, ExtendTrial, Headers, Integration, IntoError,
    Mode, Pause, PauseAll, RequestId, Result,
};

#[derive(churnkey::Integration)]
#[churnkey(
    modes(shared),
    name = "Acme",
    expect(
        cancel,
        cancel_all,
        pause,
        pause_all,
        apply_coupon,
        change_price,
        extend_trial,
        coupons
    )
)]
struct Billing;

provide!(required coupons);

#[churnkey::action(cancel, schedules(end_of_period))]
async fn cancel(
    _: &Billing,
    request: Cancel,
    mode: Mode,
    id: RequestId,
    headers: Headers,
) -> Result<()> {
    let _ = (request, mode, id, headers);
    Ok(())
}

#[churnkey::action(cancel_all)]
async fn cancel_all(_: &Billing, _: CancelAll) -> Result<()> {
    Ok(())
}

#[churnkey::action(
    pause,
    start_dates(immediate, end_of_period),
    durations(date),
    allow_annual = true
)]
async fn any_name_will_do(_: &Billing, _: Pause) -> Result<(), Locked> {
    Err(Locked)
}

struct Locked;

impl IntoError for Locked {
    fn into_error(self) -> churnkey::Error {
        churnkey::Error::conflict("locked")
    }
}

#[churnkey::action(pause_all)]
async fn pause_all(_: &Billing, _: PauseAll, _: churnkey::Extension<u32>) -> Result<()> {
    Ok(())
}

#[churnkey::action(apply_coupon)]
async fn apply_coupon(_: &Billing, _: ApplyCoupon) -> Result<(), churnkey::Error> {
    Ok(())
}

#[churnkey::action(change_price, prorate = false)]
async fn change_price(_: &Billing, _: ChangePrice) -> Result<()> {
    Ok(())
}

#[churnkey::action(extend_trial, all)]
async fn extend_trial(_: &Billing, _: ExtendTrial) -> Result<()> {
    Ok(())
}

#[test]
fn compiles_and_runs() {
    let actions = Billing::MANIFEST.actions;
    assert!(
        actions
            .cancel
            .is_some_and(|cancel| !cancel.schedules.immediate && cancel.schedules.end_of_period)
    );
    assert!(actions.pause.is_some_and(|pause| pause.allow_annual
        && !pause.durations.period
        && pause.start_dates.immediate));
    assert!(
        actions
            .change_price
            .is_some_and(|change| !change.prorate && change.schedules.immediate)
    );
    assert!(
        actions
            .extend_trial
            .is_some_and(|extend| extend.multiple && extend.durations.date)
    );
    assert!(actions.apply_coupon.is_some());
}
