//! The actions that Churnkey may request. Each action checks the request, makes the change and
//! writes its audit entry in one transaction that holds the write lock: of two concurrent requests
//! the second sees the changes of the first.
//!
//! Each function takes the id of its request for the audit, so identical concurrent requests are
//! not joined. They run one after the other, and the second finds that its change was made.

mod apply_coupon;
mod cancel;
mod cancel_all;
mod change_price;
mod extend_trial;
mod pause;
mod pause_all;
