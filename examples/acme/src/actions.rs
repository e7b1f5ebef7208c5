//! What Churnkey may change. Each action checks, changes and leaves its entry in the audit in one
//! transaction, in which nobody else can change anything: of two requests at once the second sees
//! what the first has done.

mod apply_coupon;
mod cancel;
mod cancel_all;
mod change_price;
mod extend_trial;
mod pause;
mod pause_all;
