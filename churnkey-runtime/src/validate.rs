//! Checks of the rules that the types of the models cannot enforce.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::model::timestamp::Timestamp;

/// A model whose values can be checked against the protocol before they are sent.
pub trait Validate {
    /// The name of the model in messages, such as `price`.
    const MODEL: &'static str;

    /// Reports every rule that the model breaks.
    fn check(&self, violations: &mut Violations<'_>);

    /// Checks the model on its own.
    ///
    /// # Errors
    ///
    /// [`ValidationError`] lists every violation, in the order of the fields.
    fn validate(&self) -> Result<(), ValidationError> {
        validate_at(self, Path::ROOT)
    }

    /// Checks the model as a row of a page: the path of a violation begins with `data[index]`.
    ///
    /// # Errors
    ///
    /// [`ValidationError`] lists every violation, in the order of the fields.
    fn validate_row(&self, index: usize) -> Result<(), ValidationError> {
        let data = Path {
            parent: Some(&Path::ROOT),
            step: Step::Field("data"),
        };
        let row = Path {
            parent: Some(&data),
            step: Step::Index(index),
        };
        validate_at(self, row)
    }
}

fn validate_at<M: Validate + ?Sized>(model: &M, path: Path<'_>) -> Result<(), ValidationError> {
    let mut found = Vec::new();
    model.check(&mut Violations {
        found: &mut found,
        path,
    });
    if found.is_empty() {
        return Ok(());
    }
    Err(ValidationError {
        model: M::MODEL,
        violations: found,
    })
}

/// Collects the violations of a model at one place in it.
///
/// The path is a chain of borrows and is formatted only for a violation, so that a valid model
/// costs no allocation.
#[derive(Debug)]
pub struct Violations<'a> {
    found: &'a mut Vec<Violation>,
    path: Path<'a>,
}

impl Violations<'_> {
    /// Steps into a field, by its name on the wire.
    pub fn field(&mut self, name: &'static str) -> Violations<'_> {
        self.step(Step::Field(name))
    }

    /// Steps into an element of a list.
    pub fn index(&mut self, index: usize) -> Violations<'_> {
        self.step(Step::Index(index))
    }

    fn step(&mut self, step: Step) -> Violations<'_> {
        Violations {
            found: self.found,
            path: Path {
                parent: Some(&self.path),
                step,
            },
        }
    }

    /// Reports a broken rule at this place. The rule completes the sentence that the path begins,
    /// such as `must not be empty`, and never holds a value.
    pub fn add(&mut self, rule: impl Into<Cow<'static, str>>) {
        self.found.push(Violation {
            path: self.path.to_string(),
            rule: rule.into(),
        });
    }

    /// Reports the rule unless it holds.
    pub fn require(&mut self, holds: bool, rule: &'static str) {
        if !holds {
            self.add(rule);
        }
    }

    /// Requires a string that is not empty.
    pub fn require_text(&mut self, text: impl AsRef<str>) {
        self.require(!text.as_ref().is_empty(), "must not be empty");
    }

    /// Requires a number above zero.
    pub fn require_positive(&mut self, number: u32) {
        self.require(number > 0, "must be a whole number from 1");
    }

    /// Requires that the field `end`, if it is set, is not before `start`.
    pub(crate) fn require_order(&mut self, start: Option<Timestamp>, end: Option<Timestamp>) {
        if let (Some(start), Some(end)) = (start, end) {
            self.field("end")
                .require(start <= end, "must not be before start");
        }
    }

    /// Checks a model in a field of this one.
    pub fn model(&mut self, name: &'static str, model: &impl Validate) {
        model.check(&mut self.field(name));
    }

    /// Checks a list of models in a field of this one.
    pub fn models<'m, M: Validate + 'm>(
        &mut self,
        name: &'static str,
        models: impl IntoIterator<Item = &'m M>,
    ) {
        let mut list = self.field(name);
        for (index, model) in models.into_iter().enumerate() {
            model.check(&mut list.index(index));
        }
    }
}

/// The place in a model that is checked: each step has a reference to the one before.
#[derive(Clone, Copy, Debug)]
struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Root,
    Field(&'static str),
    Index(usize),
}

impl Path<'_> {
    const ROOT: Path<'static> = Path {
        parent: None,
        step: Step::Root,
    };

    fn is_root(&self) -> bool {
        matches!(self.step, Step::Root)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
            if !parent.is_root() && matches!(self.step, Step::Field(_)) {
                f.write_str(".")?;
            }
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Field(name) => f.write_str(name),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// The error of a model that breaks rules of the protocol. It names places and rules, never a
/// value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValidationError {
    /// The name of the model, such as `price`.
    pub model: &'static str,
    /// The broken rules in the order of the fields, at least one.
    pub violations: Vec<Violation>,
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid {}", self.model)?;
        if let Some((first, others)) = self.violations.split_first() {
            write!(f, ": {first}")?;
            if !others.is_empty() {
                write!(f, " (and {} more)", others.len())?;
            }
        }
        Ok(())
    }
}

impl Error for ValidationError {}

/// One broken rule of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The place in wire names, such as `amount.tiers[1].upTo`.
    pub path: String,
    /// The rule that is broken, such as `must be above the previous tier`.
    pub rule: Cow<'static, str>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{} ", self.path)?;
        }
        f.write_str(&self.rule)
    }
}
