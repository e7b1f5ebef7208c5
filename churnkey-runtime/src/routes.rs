//! Which operation a path asks for.
//!
//! The paths of the protocol are few and fixed, and what is found under a path may be told to nobody without the token. So axum is given one route that takes all of
//! `/churnkey`, and the lookup is here, behind admission.

use std::sync::Arc;

use percent_encoding::percent_decode_str;

use crate::operate::Operate;
use crate::{Error, Operation, Result};

/// The paths of the protocol, with the functions that a provider has.
pub(crate) struct Routes(Vec<Route>);

struct Route {
    template: Vec<Segment>,
    operation: Operation,
    function: Option<Arc<dyn Operate>>,
}

/// Literals sort before parameters, and so win: `/customers/email/..` is a search, never a customer's subscriptions.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(&'static str),
    Param(&'static str),
}

/// What a path names.
pub(crate) enum Found<'r> {
    Features,
    Operation(Operation, &'r Arc<dyn Operate>, Params),
}

impl Routes {
    pub(crate) fn new(functions: impl IntoIterator<Item = (Operation, Arc<dyn Operate>)>) -> Self {
        let mut functions: Vec<_> = functions.into_iter().collect();
        // Operations without a function keep their paths from others that would match: `email` is a customer's id nowhere.
        let mut routes: Vec<_> = Operation::ALL
            .iter()
            .map(|&operation| Route {
                template: template(operation),
                operation,
                function: functions
                    .iter()
                    .position(|(of, _)| *of == operation)
                    .map(|index| functions.swap_remove(index).1),
            })
            .collect();
        routes.sort_by(|a, b| a.template.cmp(&b.template));
        Self(routes)
    }

    /// What is behind a path that begins with `/churnkey`.
    ///
    /// # Errors
    ///
    /// 404 where there is nothing; 400 if an id is not percent-encoded UTF-8.
    pub(crate) fn find(&self, path: &str) -> Result<Found<'_>> {
        let no_such_path = || Error::not_found("there is no such path");
        let rest = path.strip_prefix(ROOT).ok_or_else(no_such_path)?;
        if rest == "features" {
            return Ok(Found::Features);
        }
        let mut segments = [""; MOST_SEGMENTS];
        let segments = split(rest, &mut segments).ok_or_else(no_such_path)?;
        let route = self
            .0
            .iter()
            .find(|route| route.matches(segments))
            .ok_or_else(no_such_path)?;
        let function = route.function.as_ref().ok_or_else(no_such_path)?;
        let params = Params::read(&route.template, segments)?;
        if params.0.iter().any(|(_, value)| value.is_empty()) {
            return Err(no_such_path());
        }
        Ok(Found::Operation(route.operation, function, params))
    }
}

const ROOT: &str = "/churnkey/";

/// Behind the root: `customers/{customerId}/subscriptions/{subscriptionId}`.
const MOST_SEGMENTS: usize = 4;

/// The segments of a path, unless there are more than any path of the protocol has.
fn split<'s, 'p>(path: &'p str, into: &'s mut [&'p str; MOST_SEGMENTS]) -> Option<&'s [&'p str]> {
    let mut count = 0;
    for segment in path.split('/') {
        *into.get_mut(count)? = segment;
        count += 1;
    }
    Some(&into[..count])
}

fn template(operation: Operation) -> Vec<Segment> {
    let path = operation.path();
    path.strip_prefix(ROOT)
        .unwrap_or(path)
        .split('/')
        .map(|segment| {
            match segment
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'))
            {
                Some(name) => Segment::Param(name),
                None => Segment::Literal(segment),
            }
        })
        .collect()
}

impl Route {
    fn matches(&self, segments: &[&str]) -> bool {
        self.template.len() == segments.len()
            && self
                .template
                .iter()
                .zip(segments)
                .all(|(expected, segment)| match expected {
                    Segment::Literal(literal) => segment == literal,
                    Segment::Param(_) => true,
                })
    }
}

/// The ids of a path, percent-decoded (**assumed**).
pub(crate) struct Params(Vec<(&'static str, String)>);

impl Params {
    fn read(template: &[Segment], segments: &[&str]) -> Result<Self> {
        let badly_encoded = || Error::bad_request("the path must be percent-encoded UTF-8");
        let mut params = Vec::new();
        for (segment, text) in template.iter().zip(segments) {
            let Segment::Param(name) = segment else {
                continue;
            };
            let value = if !text.contains('%') {
                (*text).to_owned()
            } else if is_percent_encoded(text) {
                let value = percent_decode_str(text).decode_utf8();
                value.map_err(|_| badly_encoded())?.into_owned()
            } else {
                return Err(badly_encoded());
            };
            params.push((*name, value));
        }
        Ok(Self(params))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let param = self.0.iter().find(|(key, _)| *key == name);
        param.map(|(_, value)| value.as_str())
    }
}

/// Whether each `%` begins an escape. The decoder takes one that does not for itself, and so for an id that Churnkey never meant.
fn is_percent_encoded(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|rest| matches!(rest.as_bytes(), [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()))
}
