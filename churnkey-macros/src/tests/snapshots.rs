//! The expansion of each macro, small enough to read: `src/snapshots`.
//!
//! `EXPANSIONS=overwrite cargo test -p churnkey-macros` writes them.

use std::fs;
use std::path::Path;

use churnkey_protocol::Side;
use proc_macro2::TokenStream;

use super::{expand, tokens};

#[test]
fn a_controller_expands_to_an_implementation() {
    matches(
        "controller",
        &expand(
            Side::Controller,
            "prices, retrieve",
            "pub async fn price(ctx: &Billing, id: PriceId) -> churnkey::Result<Option<Price>> { ctx.price(id).await }",
        ),
    );
}

#[test]
fn a_type_expands_to_requirement_checks() {
    matches(
        "controller_with_needs",
        &expand(
            Side::Controller,
            "prices, type = \"product\"",
            "#[cfg(feature = \"prices\")] async fn list(ctx: &Billing, page: PageRequest) -> Result<Page<Price>, BillingError> { ctx.prices(page) }",
        ),
    );
}

#[test]
fn an_action_takes_parts_of_the_request() {
    matches(
        "action",
        &expand(
            Side::Action,
            "pause, durations(period), allow_annual, crate = billing",
            "async fn pause(ctx: &Billing, request: Pause, mode: Mode) -> churnkey::Result<()> { ctx.pause(request, mode).await }",
        ),
    );
}

#[test]
fn a_mistake_expands_to_a_fallback() {
    matches(
        "mistake",
        &expand(
            Side::Controller,
            "prices",
            "fn retrieve(ctx: &Billing, id: &PriceId) -> churnkey::Result<Option<Price>> { ctx.price(id) }",
        ),
    );
}

#[test]
fn a_missing_context_expands_to_a_fallback() {
    matches(
        "mistake_without_context",
        &expand(
            Side::Controller,
            "prices",
            "async fn retrieve(id: PriceId) -> churnkey::Result<Option<Price>> { find(id).await }",
        ),
    );
}

#[test]
fn the_derive_expands_to_probes() {
    matches(
        "integration",
        &crate::integration::expand(tokens(
            "#[churnkey(name = \"Acme\", expect(cancel))] struct Billing { db: Db, cache: Cache }",
        )),
    );
}

#[test]
fn an_error_has_an_arm_for_each_variant() {
    matches(
        "into_error",
        &crate::into_error::expand(tokens(
            "enum BillingError {
                #[churnkey(not_found)] NoSuchCustomer,
                #[churnkey(conflict, message)] Locked { by: String },
                #[churnkey(unavailable(after = \"5s\"))] Busy,
                Database(#[from] sqlx::Error),
                Ledger { customer: String, source: LedgerError },
                Other(u8, u8),
            }",
        )),
    );
}

fn matches(name: &str, expansion: &TokenStream) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/snapshots/{name}.rs"));
    let file = syn::parse2(expansion.clone()).expect("an expansion is a sequence of items");
    let current = prettyplease::unparse(&file);
    if std::env::var_os("EXPANSIONS").is_some_and(|what| what == "overwrite") {
        fs::write(&path, current).expect("the snapshot can be written");
        return;
    }
    let reviewed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        reviewed == current,
        "the expansion is not that of {}; it is now\n\n{current}\n\n`EXPANSIONS=overwrite cargo test -p churnkey-macros` writes it there for review",
        path.display()
    );
}
