//! Several implementations of one provider, for comparison in benchmarks: with churnkey,
//! hand-written on axum, and a minimal one on hyper.

#![expect(
    missing_docs,
    reason = "the crate contains benchmarks only, no other crate depends on it"
)]

pub mod allocations;
pub mod cases;
pub mod data;
pub mod handwritten;
pub mod modules;
pub mod provider;
pub mod serve;

/// A peer that can be measured in process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    Churnkey,
    AxumChecked,
    AxumPlain,
}

impl Peer {
    pub const ALL: [Self; 3] = [Self::Churnkey, Self::AxumChecked, Self::AxumPlain];

    pub fn name(self) -> &'static str {
        match self {
            Self::Churnkey => "churnkey",
            Self::AxumChecked => "axum-checked",
            Self::AxumPlain => "axum-plain",
        }
    }

    pub fn router(self) -> axum::Router {
        match self {
            Self::Churnkey => provider::router(),
            Self::AxumChecked => handwritten::router::<true>(),
            Self::AxumPlain => handwritten::router::<false>(),
        }
    }
}
