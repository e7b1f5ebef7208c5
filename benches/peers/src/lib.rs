//! The same provider several times over, to be measured side by side: with churnkey, on axum by hand, and the least that hyper can do.

#![expect(
    missing_docs,
    reason = "programs to be measured, and nobody's dependency"
)]

pub mod cases;
pub mod data;
pub mod handwritten;
pub mod modules;
pub mod provider;
pub mod serve;

/// Who is measured in process.
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
