//! A report for terminals and for other programs.

pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod paint;
pub(crate) mod simulated;
#[cfg(test)]
mod tests;
