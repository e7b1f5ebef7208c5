//! The data that a provider sends to Churnkey.
