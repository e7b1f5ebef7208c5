//! What Churnkey may change. Each action takes the rows that it is about, checks, changes and leaves its entry in
//! the audit, all in one transaction: of two requests at once the second sees what the first has done, whichever
//! instances they came to.

mod apply_coupon;
mod cancel;
mod cancel_all;
mod change_price;
mod extend_trial;
mod pause;
mod pause_all;
