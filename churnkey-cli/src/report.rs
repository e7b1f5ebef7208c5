//! A report for terminals and for other programs.

pub(crate) mod compared;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod paint;
pub(crate) mod simulated;
#[cfg(test)]
mod tests;
