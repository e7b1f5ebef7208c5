//! The options of a variant: `not_found, message`.

use std::time::Duration;

use syn::LitStr;

use crate::args::{self, Arg, Value};
use crate::errors::Errors;
use crate::message::{any_of, nearest};

/// The response that a variant chooses.
#[derive(Default)]
pub(super) struct Response {
    /// Without one, the variant keeps the response of the error that it wraps, else it is a 500.
    pub(super) status: Option<Status>,
    /// The message that is sent: a fixed one of the status; the text of the variant; this one.
    pub(super) message: Option<Option<LitStr>>,
}

pub(super) enum Status {
    /// A constructor of `churnkey::Error` that takes a message.
    Named {
        constructor: &'static str,
        title: &'static str,
    },
    Unavailable(Duration),
    Internal,
}

const NAMED: [(&str, &str); 3] = [
    ("bad_request", "Bad Request"),
    ("not_found", "Not Found"),
    ("conflict", "Conflict"),
];
const UNAVAILABLE: &str = "unavailable";
const INTERNAL: &str = "internal";
const MESSAGE: &str = "message";

const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

impl Response {
    pub(super) fn parse(arguments: Vec<Arg>, errors: &Errors) -> Self {
        let mut response = Self::default();
        let mut chosen: Option<Arg> = None;
        let mut message: Option<Arg> = None;
        for argument in arguments {
            if argument.is(MESSAGE) {
                response.message = self::message(&argument, errors);
                if message.is_some() {
                    twice(&argument, errors);
                }
                message = Some(argument);
                continue;
            }
            let Some(status) = status(&argument, errors) else {
                continue;
            };
            match &chosen {
                Some(first) if first.word() == argument.word() => twice(&argument, errors),
                Some(first) => errors.on(
                    &argument.name,
                    format_args!("`{}` stands beside `{}`", argument.name, first.name),
                    "keep one status",
                ),
                None => {}
            }
            response.status = status.or(response.status);
            chosen = Some(argument);
        }
        if let Some(message) = &message {
            agrees(message, chosen.as_ref(), errors);
        }
        response
    }
}

fn twice(argument: &Arg, errors: &Errors) {
    errors.on(
        &argument.name,
        format_args!("`{}` is given twice", argument.name),
        "remove one of them",
    );
}

/// A message needs a status that sends one.
fn agrees(message: &Arg, status: Option<&Arg>, errors: &Errors) {
    match status {
        None if errors.is_empty() => errors.on(
            &message.name,
            "`message` has no status",
            "write one before it, such as `not_found, message`",
        ),
        Some(status) if status.is(UNAVAILABLE) || status.is(INTERNAL) => errors.on(
            &message.name,
            format_args!("`{}` has a fixed message", status.name),
            "remove `message`; the text of the error goes to the log",
        ),
        _ => {}
    }
}

fn message(argument: &Arg, errors: &Errors) -> Option<Option<LitStr>> {
    let Value::Assigned(value) = &argument.value else {
        if let Value::List(_) = argument.value {
            errors.on(
                argument,
                "`message` is no list",
                "write `message` for the text of the variant, or `message = \"..\"`",
            );
        }
        return Some(None);
    };
    match syn::parse2::<LitStr>(value.clone()) {
        Ok(text) => Some(Some(text)),
        Err(_) => {
            if !value.is_empty() {
                errors.on(
                    value,
                    "the message is text in quotes",
                    "write `message = \"..\"`, or `message` for the text of the variant",
                );
            }
            None
        }
    }
}

/// The status of a word; the inner `None` is one that was reported already.
fn status(argument: &Arg, errors: &Errors) -> Option<Option<Status>> {
    if argument.is(UNAVAILABLE) {
        return Some(after(argument, errors).map(Status::Unavailable));
    }
    let named = NAMED.iter().find(|(word, _)| argument.is(word));
    let status = match named {
        Some((constructor, title)) => Status::Named { constructor, title },
        None if argument.is(INTERNAL) => Status::Internal,
        None => {
            unknown(argument, errors);
            return None;
        }
    };
    if !matches!(argument.value, Value::None) {
        errors.on(
            argument,
            format_args!("`{}` stands alone", argument.name),
            format_args!("write `{0}`, or `{0}, message = \"..\"`", argument.name),
        );
    }
    Some(Some(status))
}

fn unknown(argument: &Arg, errors: &Errors) {
    let named = NAMED.iter().map(|(word, _)| *word);
    let words: Vec<&str> = named.chain([UNAVAILABLE, INTERNAL]).collect();
    let wrong = format!("`{}` is not a response", argument.name);
    match nearest(&argument.word(), words.iter().copied().chain([MESSAGE])) {
        Some(guess) => errors.on(
            &argument.name,
            wrong,
            format_args!("did you mean `{guess}`?"),
        ),
        None => errors.on(
            &argument.name,
            wrong,
            format_args!("write {}", any_of(words)),
        ),
    }
}

/// The value of `Retry-After`.
fn after(argument: &Arg, errors: &Errors) -> Option<Duration> {
    let help = "write `unavailable(after = \"5s\")`, the value of `Retry-After`";
    let Value::List(group) = &argument.value else {
        errors.on(argument, "`unavailable` has no time", help);
        return None;
    };
    let mut options = args::parse(group.stream(), errors);
    let (Some(option), true) = (options.pop(), options.is_empty()) else {
        errors.at(group.span(), "`unavailable` takes one time", help);
        return None;
    };
    let Value::Assigned(value) = &option.value else {
        errors.on(&option, "`after` has no value", help);
        return None;
    };
    if !option.is("after") {
        errors.on(
            &option.name,
            format_args!("`{}` is not an option of `unavailable`", option.name),
            help,
        );
        return None;
    }
    let text = syn::parse2::<LitStr>(value.clone()).ok();
    let time = text.as_ref().and_then(|text| duration(&text.value()));
    if time.is_none() && !value.is_empty() {
        errors.on(
            value,
            "this is not a time",
            "write a number and its unit in quotes, such as `\"5s\"`, `\"500ms\"` or `\"2m\"`",
        );
    }
    time
}

fn duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
    let number: u64 = number.parse().ok()?;
    number.checked_mul(*millis).map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        let table = [
            ("5s", Some(5_000)),
            ("500ms", Some(500)),
            ("2m", Some(120_000)),
            ("1 h", Some(3_600_000)),
            ("5", None),
            ("s", None),
            ("-5s", None),
            ("1.5s", None),
            ("99999999999999999999s", None),
            ("9999999999999999999h", None),
        ];
        for (text, millis) in table {
            assert_eq!(duration(text), millis.map(Duration::from_millis), "{text}");
        }
    }
}
