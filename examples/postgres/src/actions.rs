//! The actions that Churnkey may request. Each action locks its rows, checks the request, makes the
//! change and writes its audit entry in one transaction: of two concurrent requests the second sees
//! the changes of the first, even if another instance handled it.

mod apply_coupon;
mod cancel;
mod cancel_all;
mod change_price;
mod extend_trial;
mod pause;
mod pause_all;
