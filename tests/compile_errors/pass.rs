//! Providers without a mistake. The compiler accepts each, clippy lints it, and its test runs.

#![allow(
    dead_code,
    unreachable_pub,
    unused_macros,
    clippy::all,
    reason = "a case shows what users may write; `strict_lints` switches the lints on again"
)]

#[path = "cases/error/pass/errors_both_ways.rs"]
mod errors_both_ways;
#[path = "cases/controller/pass/every_operation.rs"]
mod every_operation;
#[path = "cases/action/pass/every_option.rs"]
mod every_option;
#[path = "cases/controller/pass/every_shape_of_function.rs"]
mod every_shape_of_function;
#[path = "cases/integration/pass/names_of_the_user.rs"]
mod names_of_the_user;
#[path = "cases/integration/pass/no_implicit_prelude.rs"]
mod no_implicit_prelude;
#[path = "cases/integration/pass/renamed.rs"]
mod renamed;
#[path = "cases/model/pass/required_fields_alone.rs"]
mod required_fields_alone;
#[path = "cases/integration/pass/required_only.rs"]
mod required_only;
#[path = "cases/integration/pass/strict_lints.rs"]
mod strict_lints;
#[path = "cases/integration/pass/two_integrations.rs"]
mod two_integrations;
