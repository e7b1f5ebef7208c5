//! Random and mutated input: a macro returns tokens of bounded size in bounded time.

use std::time::Duration;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use quote::quote;

use super::{SIDES, tokens};

/// Words and signs of attributes and items, so that random input is close to valid input.
const VOCABULARY: &[&str] = &[
    "prices",
    "customers",
    "cancel",
    "pause",
    "apply_coupon",
    "retrieve",
    "list",
    "type",
    "r#type",
    "crate",
    "expect",
    "name",
    "schedules",
    "start_dates",
    "immediate",
    "end-of-period",
    "allow_annual",
    "churnkey",
    "async",
    "fn",
    "unsafe",
    "const",
    "extern",
    "pub",
    "struct",
    "enum",
    "union",
    "impl",
    "trait",
    "mod",
    "use",
    "self",
    "Self",
    "&",
    "&mut",
    "'a",
    "mut",
    "dyn",
    "Billing",
    "PriceId",
    "PageRequest",
    "Pause",
    "Option",
    "Result",
    "Price",
    "Page",
    "ctx",
    ":",
    "::",
    "->",
    "=>",
    "=",
    ",",
    ";",
    "<",
    ">",
    "#",
    "!",
    "?",
    "-",
    "...",
    "_",
    "0",
    "1.5",
    "\"product\"",
    "\"\"",
    "b\"x\"",
    "'c'",
    "true",
    "false",
    "where",
    "for",
    "é",
    "r#fn",
    "\"\\u{0}\"",
];

const ITEMS: &[&str] = &[
    "async fn retrieve(ctx: &Billing, id: PriceId) -> churnkey::Result<Option<Price>> { Ok(None) }",
    "#[cfg(test)] pub(crate) async fn list(ctx: &Billing, page: PageRequest, mode: Mode)
        -> Result<Page<Price>, MyError> { todo!() }",
    "async fn pause(&Billing: &Billing, Pause { .. }: churnkey::Pause) -> churnkey::Result<()> where Billing: Sync { Ok(()) }",
    "unsafe extern \"C\" fn pause<'a, T: Sync>(ctx: &'a State<Arc<T>>, ...) -> impl Sized {}",
    "#[derive(churnkey::Integration)] #[churnkey(name = \"Acme\", expect(cancel, customers(list)))] pub struct Billing { #[churnkey] db: Db }",
    "struct Billing<T, const N: usize>(T, [u8; N]) where T: Clone;",
    "enum Billing { Live(Db), Test { db: Db } }",
    "#[churnkey(crate = churnkey)] enum BillingError { #[churnkey(unavailable(after = \"5s\"))] Busy(#[from] E), #[churnkey(not_found, message = \"no\")] Gone { source: E } }",
];

const ARGUMENTS: &[&str] = &[
    "prices, retrieve, type = \"product\", crate = ::churnkey",
    "pause, start_dates(immediate, end_of_period), durations(period), allow_annual = false",
    "customers, find_by_email",
    "change_price, schedules(), prorate",
];

fn soup() -> impl Strategy<Value = TokenStream> {
    prop::collection::vec(select(VOCABULARY), 0..24)
        .prop_map(|words| words.join(" ").parse().unwrap_or_default())
}

fn nested() -> impl Strategy<Value = TokenStream> {
    soup().prop_recursive(4, 64, 6, |inner| {
        let delimiter = select(
            &[
                Delimiter::Parenthesis,
                Delimiter::Brace,
                Delimiter::Bracket,
                Delimiter::None,
            ][..],
        );
        prop::collection::vec((delimiter, inner.clone(), inner), 0..6).prop_map(|parts| {
            parts
                .into_iter()
                .flat_map(|(delimiter, before, inside)| {
                    before
                        .into_iter()
                        .chain([TokenTree::Group(Group::new(delimiter, inside))])
                })
                .collect()
        })
    })
}

/// Valid input with some tokens removed, doubled, replaced or exchanged, at any depth.
fn mutated(originals: &'static [&'static str]) -> impl Strategy<Value = TokenStream> {
    let edit = (any::<Index>(), 0..4_u8, select(VOCABULARY));
    (select(originals), prop::collection::vec(edit, 1..4)).prop_map(|(original, edits)| {
        edits
            .into_iter()
            .fold(tokens(original), |stream, (at, how, word)| {
                let size = count(&stream);
                if size == 0 {
                    return stream;
                }
                let word = word.parse().unwrap_or_default();
                edited(stream, &mut at.index(size), how, &word)
            })
    })
}

fn count(stream: &TokenStream) -> usize {
    stream
        .clone()
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => 1 + count(&group.stream()),
            _ => 1,
        })
        .sum()
}

fn edited(stream: TokenStream, at: &mut usize, how: u8, word: &TokenStream) -> TokenStream {
    let mut edited = Vec::new();
    let mut rest = stream.into_iter().peekable();
    while let Some(token) = rest.next() {
        let here = *at == 0;
        *at = at.wrapping_sub(1);
        match (here, how, token) {
            (true, 0, _) => {}
            (true, 1, token) => edited.extend([token.clone(), token]),
            (true, 2, _) => edited.extend(word.clone()),
            (true, _, token) => {
                edited.extend(rest.next());
                edited.push(token);
            }
            (false, _, TokenTree::Group(group)) => {
                let inside = self::edited(group.stream(), at, how, word);
                edited.push(TokenTree::Group(Group::new(group.delimiter(), inside)));
            }
            (false, _, token) => edited.push(token),
        }
    }
    edited.into_iter().collect()
}

fn arguments() -> impl Strategy<Value = TokenStream> {
    prop_oneof![
        nested(),
        mutated(ARGUMENTS),
        select(ARGUMENTS).prop_map(tokens)
    ]
}

fn items() -> impl Strategy<Value = TokenStream> {
    prop_oneof![nested(), mutated(ITEMS), select(ITEMS).prop_map(tokens)]
}

/// Limit of the output in characters, plus a part for each character of the input: a message may
/// list all modules, and a check contains two functions.
const SIZE: usize = 100_000;
const SIZE_PER_CHARACTER: usize = 500;
/// Limit in processor time, so that the result does not depend on the load of the machine.
const TIME: Duration = Duration::from_secs(2);

#[cfg(unix)]
fn time_of_this_thread() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.try_into().expect("it began at 0")
}

#[cfg(not(unix))]
fn time_of_this_thread() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> =
        std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

fn bounded(input: usize, expand: impl FnOnce() -> TokenStream) -> TokenStream {
    let before = time_of_this_thread();
    let output = expand();
    let took = time_of_this_thread() - before;
    assert!(took < TIME, "took {took:?}");
    let size = output.to_string().len();
    assert!(
        size <= SIZE + SIZE_PER_CHARACTER * input,
        "{size} characters from {input}"
    );
    output
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn an_attribute_expands_any_input(arguments in arguments(), item in items()) {
        for side in SIDES {
            let input = arguments.to_string().len() + item.to_string().len();
            let output = bounded(input, || {
                crate::operation::expand(side, arguments.clone(), item.clone())
            });
            // With some mistakes the body is another one.
            let mut kept: Vec<TokenTree> = item.clone().into_iter().collect();
            kept.pop_if(|last| matches!(last, TokenTree::Group(_)));
            let kept: TokenStream = kept.into_iter().collect();
            prop_assert!(output.to_string().contains(kept.to_string().trim()));
        }
    }

    #[test]
    fn the_derive_expands_any_input(item in items(), arguments in arguments()) {
        let attributed = quote!(#[churnkey(#arguments)] #item);
        for item in [item, attributed] {
            bounded(item.to_string().len(), || crate::integration::expand(item.clone()));
        }
    }
}

#[test]
fn deep_and_long_input_stays_within_the_limits() {
    let long = format!("prices, {}", "x".repeat(100_000));
    let many = format!("pause, start_dates({})", "immediat, ".repeat(2_000));
    let deep = format!("prices, type{}{}", "(".repeat(100), ")".repeat(100));
    let wide = format!(
        "async fn retrieve(ctx: &Billing, {}) -> X {{}}",
        "id: &PriceId, ".repeat(2_000)
    );
    // The parser of types is recursive, and its frames are large without optimization: some hundred
    // levels overflow the stack.
    let wrapped = format!(
        "async fn retrieve(ctx: &{}Billing{}, id: PriceId) -> X {{}}",
        "Arc<".repeat(30),
        ">".repeat(30)
    );
    for (arguments, item) in [
        (long.as_str(), ITEMS[0]),
        (many.as_str(), ITEMS[2]),
        (deep.as_str(), ITEMS[0]),
        ("prices", wide.as_str()),
        ("prices", wrapped.as_str()),
    ] {
        for side in SIDES {
            bounded(arguments.len() + item.len(), || {
                super::expand(side, arguments, item)
            });
        }
    }
}
