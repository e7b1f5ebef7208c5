//! Connect a billing system to Churnkey.
