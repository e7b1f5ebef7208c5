//! That the verifier finds what is wrong: providers with one fault each yield exactly the finding for it, and a good one none.
//!
//! The provider is written by hand, with neither the macros nor the models of this repository, so that anything can be wrong with it.

mod base_path;
mod fault;
mod good;
mod hostile;
mod provider;
mod row;
mod rows;
