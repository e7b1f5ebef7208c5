//! Tests of each check: a provider with one fault has exactly one finding, and a good one has none.
//!
//! The provider uses neither the macros nor the models of this repository, so that it can have any
//! fault.

mod base_path;
mod fault;
mod good;
mod hostile;
mod provider;
mod row;
mod rows;
