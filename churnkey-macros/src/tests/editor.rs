//! Half-typed code: the expansion keeps the item as it is, so that completion and go-to-definition
//! in an editor still work.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::{SIDES, expand, tokens};
use churnkey_protocol::Side;

const ITEM: &str = "/// Finds a price.
    pub(crate) async fn retrieve(ctx: &Billing, id: PriceId)
    -> churnkey::Result<Option<Price>> { Ok(ctx.find(id).await?) }";

#[test]
fn a_half_typed_body_is_unchanged() {
    for body in [
        "{ ctx. }",
        "{ let price = }",
        "{ Ok(ctx.find(id). }",
        "{ match id { }",
        "{ if let Some( = id {} }",
        "{ let x: Vec< = 3; }",
        "{ .await }",
        "{ #[ ] }",
        "{ => ? :: }",
    ] {
        let item = ITEM.replace("{ Ok(ctx.find(id).await?) }", body);
        // Text that cannot be lexed never reaches a macro.
        if item.parse::<TokenStream>().is_err() {
            continue;
        }
        let expansion = expand(Side::Controller, "prices", &item);
        assert_starts_with(&expansion, &item);
        assert!(
            !expansion.to_string().contains("compile_error"),
            "errors of a body are reported by the compiler alone: {body}"
        );
        let file = parse(&without_bodies(expansion));
        assert_eq!(functions(&file), ["retrieve"], "{body}");
        assert_eq!(implementations(&file), 1, "{body}");
    }
}

#[test]
fn a_half_typed_attribute_keeps_the_function() {
    for arguments in [
        "",
        "p",
        "pr",
        "prices,",
        "prices, ",
        "prices, ty",
        "prices, type",
        "prices, type =",
        "prices, type = \"",
        "prices, type = \"pro\"",
        "prices, re",
        "prices retrieve",
        "prices,,",
        ", prices",
        "=",
        "prices =",
        "prices(",
        "prices, crate",
        "prices, crate =",
        "prices, crate = ::",
        "#",
        "\"prices\"",
        "prices::",
        "-",
        "pause, start_dates(",
        "pause, start_dates(imm",
        "3",
        "'a",
    ] {
        for side in SIDES {
            if arguments.parse::<TokenStream>().is_err() {
                continue;
            }
            let expansion = expand(side, arguments, ITEM);
            assert_starts_with(&expansion, ITEM);
            assert_eq!(functions(&parse(&expansion)), ["retrieve"], "`{arguments}`");
        }
    }
}

#[test]
fn a_half_typed_signature_is_unchanged() {
    for item in [
        "async fn retrieve(ctx: &Billing, id: PriceId) {}",
        "async fn retrieve(ctx: &Billing, id: ) -> churnkey::Result<Option<Price>> {}",
        "async fn retrieve(ctx: &Billing, id) -> churnkey::Result<Option<Price>> {}",
        "async fn retrieve(ctx: &, id: PriceId) -> churnkey::Result<Option<Price>> {}",
        "async fn retrieve(ctx: &Billing, id: PriceId) -> {}",
        "async fn retrieve(ctx: &Billing, id: PriceId) -> churnkey::Result<Option<> {}",
        "async fn retrieve() {}",
        "async fn retrieve",
        "async fn",
        "fn retrieve(ctx: &Billing) {}",
        "pub",
        "async",
        "",
    ] {
        for (side, arguments) in [
            (Side::Controller, "prices"),
            (Side::Action, "pause"),
            (Side::Action, ""),
        ] {
            // The names in the body of a signature that cannot be parsed would be unknown.
            let signature = item.trim_end_matches("{}");
            assert_starts_with(&expand(side, arguments, item), signature);
        }
    }
}

#[test]
fn an_item_that_is_no_function_is_unchanged() {
    for item in [
        "pub struct Prices { all: Vec<Price> }",
        "enum Prices {}",
        "trait Prices { async fn retrieve(&self); }",
        "impl Billing { fn retrieve(&self) {} }",
        "unsafe impl Send for Billing {}",
        "mod prices { pub fn retrieve() {} }",
        "const PRICES: u32 = 3;",
        "static PRICES: u32 = 3;",
        "use churnkey::Price;",
        "type Prices = Vec<Price>;",
        "macro_rules! prices { () => {} }",
        "extern crate churnkey;",
    ] {
        for side in SIDES {
            let expansion = expand(side, "prices", item);
            assert_starts_with(&expansion, item);
            let errors = expansion.to_string().matches("compile_error").count();
            assert_eq!(
                errors,
                if side == Side::Controller { 1 } else { 2 },
                "{item}"
            );
            parse(&expansion);
        }
    }
}

#[test]
fn a_half_typed_derive_implements_integration() {
    for attributes in [
        "",
        "#[churnkey]",
        "#[churnkey()]",
        "#[churnkey(name)]",
        "#[churnkey(name = )]",
        "#[churnkey(name = \"Acme\", exp)]",
        "#[churnkey(name = \"Acme\", expect(can))]",
        "#[churnkey(name = \"Acme\", expect(customers(find_by)))]",
        "#[churnkey = 3]",
        "#[churnkey(\"Acme\")]",
    ] {
        for shape in [
            "struct Billing;",
            "struct Billing { db: Db }",
            "struct Billing(Db);",
            "enum Billing {}",
            "struct Billing<T>(T);",
        ] {
            let expansion = crate::integration::expand(tokens(&format!("{attributes} {shape}")));
            let text = expansion.to_string();
            assert!(text.contains("compile_error"), "{attributes} {shape}");
            assert!(
                text.contains("Integration for Billing"),
                "{attributes} {shape}"
            );
            parse(&expansion);
        }
    }
}

#[test]
fn only_a_function_with_its_own_await_becomes_async() {
    for body in [
        "{ g().await }",
        "{ if ready { h(g().await) } }",
        "{ async { 1 }; g().await }",
        "{ async fn h() -> u8 { 1 } h(g().await) }",
    ] {
        let expansion = expand(
            Side::Action,
            "pause",
            &format!("#[a] pub(crate) fn f() {body}"),
        );
        assert_starts_with(&expansion, &format!("#[a] pub(crate) async fn f() {body}"));
        parse(&expansion);
    }
    for item in [
        "fn f() { g() }",
        "fn f() { async move { g().await } }",
        "fn f() { async |x: u8| -> u8 { g(x).await } }",
        "fn f() { async fn h() { g().await } h() }",
        "fn f() { self.r#await }",
        "const fn f() { g().await }",
        "unsafe fn f() { g().await }",
        "impl A { fn f() { g().await } }",
        "type F = fn();",
    ] {
        assert_starts_with(&expand(Side::Action, "pause", item), item);
    }
}

/// Asserts that the expansion begins with the tokens of the item.
fn assert_starts_with(expansion: &TokenStream, item: &str) {
    let (expansion, item) = (expansion.to_string(), tokens(item).to_string());
    assert!(
        expansion.starts_with(item.trim_end()),
        "the item\n    {item}\nbecame\n    {expansion}"
    );
}

fn parse(expansion: &TokenStream) -> syn::File {
    syn::parse2(expansion.clone()).unwrap_or_else(|error| panic!("{error}: {expansion}"))
}

/// The expansion without the body of the user's function, which may not parse.
fn without_bodies(expansion: TokenStream) -> TokenStream {
    let mut after_generated = false;
    expansion
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::Brace && !after_generated =>
            {
                after_generated = true;
                TokenTree::Group(Group::new(Delimiter::Brace, TokenStream::new()))
            }
            token => token,
        })
        .collect()
}

fn functions(file: &syn::File) -> Vec<String> {
    file.items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Fn(function) => Some(function.sig.ident.to_string()),
            _ => None,
        })
        .collect()
}

fn implementations(file: &syn::File) -> usize {
    file.items
        .iter()
        .filter(|item| matches!(item, syn::Item::Impl(_)))
        .count()
}
