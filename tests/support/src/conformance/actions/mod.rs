//! Every action, sent twice: it has its effect once, on the subscription that it names, and no
//! other effect.

pub mod cancel;
mod harness;
pub mod offers;
pub mod pause;
