//! The actions that Churnkey may request. Each action checks the request, makes the change and
//! writes its audit entry in one transaction that holds the write lock: of two concurrent requests
//! the second sees the changes of the first.

mod apply_coupon;
mod cancel;
mod cancel_all;
mod change_price;
mod extend_trial;
mod pause;
mod pause_all;
