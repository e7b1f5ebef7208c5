//! A report for terminals and for other programs.

pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod paint;
#[cfg(test)]
mod tests;
