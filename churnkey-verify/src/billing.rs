//! A reference model of subscriptions: the state, the charges and the credits that the requests of
//! a retention service lead to. It is pure: no I/O, no clock, no randomness.
//!
//! The model follows the protocol and, for everything that the protocol leaves open, the numbered
//! rules of [`docs/billing-rules.md`]; a rule is cited as `rule 7`. Time stands still until
//! [`Company::advance`] moves it.
//!
//! ```
//! use churnkey_runtime::{Amount, BillingCycle, Currency, Price, Timestamp};
//! use churnkey_verify::billing::{Company, EntryKind, Outcome, Request};
//!
//! let at = |text: &str| text.parse::<Timestamp>().unwrap();
//! let mut company = Company::new(at("2026-01-31T12:00:00Z"));
//! company.add_price(Price::standalone(
//!     "desk",
//!     BillingCycle::monthly(),
//!     Amount::fixed(Currency::USD, 1900),
//! ));
//! company.subscribe("sub", "ann", "desk", 3, None).unwrap();
//!
//! company.advance(at("2026-03-01T00:00:00Z"));
//! let cancel = Request::cancel("ann", "sub");
//! assert_eq!(company.apply(&cancel), Ok(Outcome::Applied));
//!
//! let charges: Vec<i64> = company.ledger().iter().map(|entry| entry.amount).collect();
//! assert_eq!(charges, [5700, 5700]);
//! assert!(company.ledger().iter().all(|entry| entry.kind == EntryKind::Charge));
//! ```
//!
//! [`docs/billing-rules.md`]: https://docs.rs/crate/churnkey/latest/source/docs/billing-rules.md

mod calendar;
mod company;
mod discount;
mod ledger;
mod offers;
mod request;
mod schedule;
mod subscription;
#[cfg(test)]
mod tests;

pub use company::{Company, UnknownPrice};
pub use discount::GivenDiscount;
pub use ledger::{Entry, EntryKind};
pub use request::{Outcome, Refusal, Request};
pub use subscription::{PlannedPause, State, Subscription};
