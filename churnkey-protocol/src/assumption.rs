//! The list of everything that is assumed.
//!
//! Facts that the table marks as assumed come from the table. Rules that no constant of the table
//! expresses are in [`RULES`].

use core::fmt;

use crate::field::Field;
use crate::known::Known;
use crate::module::{Feature, Module};
use crate::operation::Operation;
use crate::table::MODULES;

/// A fact that Churnkey's guide does not state.
///
/// Its `Display` form is a short name, such as `changePrice.id` or `mode-letter-case`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assumption {
    /// The path of an operation.
    Path(&'static Operation),
    /// The key of an action in the manifest.
    ManifestKey(&'static Module),
    /// The key of a feature in the manifest.
    FeatureKey(&'static Module, &'static Feature),
    /// The name of a field of a body, and its presence there.
    FieldName(&'static Module, &'static Field),
    /// The presence of a field in every body of its action, under its own name.
    FieldRequired(&'static Module, &'static Field),
    /// A rule that is not part of the table.
    Rule(&'static Rule),
}

/// A rule with its statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its subject.
    pub topic: Topic,
    /// Its short name.
    pub name: &'static str,
    /// The reading, in one sentence.
    pub statement: &'static str,
}

/// The subject of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// `Authorization: <token>` without a scheme.
    BareToken,
    /// Letter case of the mode.
    ModeCase,
    /// A 401 for unknown paths without a token.
    UnknownPath,
    /// Default and cap of `limit`.
    Limit,
    /// Form of `cursor`.
    Cursor,
    /// Percent-encoding of ids.
    EncodedIds,
    /// Repetitions of an action.
    Repetition,
    /// `Content-Type` of an action.
    ContentType,
    /// Type of a boolean.
    Boolean,
    /// An absent schedule.
    AbsentSchedule,
    /// Name of the kind of a duration.
    DurationKind,
    /// Names of amount and unit of a period.
    DurationPeriod,
    /// Name and form of the end of a duration that is a date.
    DurationDate,
    /// Modules that are left out of the manifest.
    AbsentModule,
    /// A rule about what a provider sends, which no request shows.
    Sent,
}

const fn rule(topic: Topic, name: &'static str, statement: &'static str) -> Rule {
    Rule {
        topic,
        name,
        statement,
    }
}

/// Rules that no constant of the table expresses.
pub const RULES: &[Rule] = &[
    rule(
        Topic::BareToken,
        "bare-token",
        "The header `Authorization` may be the token alone, as well as `Bearer <token>`.",
    ),
    rule(
        Topic::ModeCase,
        "mode-letter-case",
        "The mode is written in lower case; any letter case is read, another word is a 400.",
    ),
    rule(
        Topic::UnknownPath,
        "unknown-path",
        "A path under `/churnkey` that does not exist is a 401 without a valid token.",
    ),
    rule(
        Topic::Limit,
        "limit",
        "`limit` may be absent, which means 10, and may be over 100, which is capped.",
    ),
    rule(
        Topic::Cursor,
        "cursor",
        "`cursor` comes back as text of at most 1 KiB.",
    ),
    rule(
        Topic::EncodedIds,
        "encoded-ids",
        "Ids in paths are percent-encoded and may hold any character.",
    ),
    rule(
        Topic::Repetition,
        "repetition",
        "The same action may be sent twice.",
    ),
    rule(
        Topic::ContentType,
        "content-type",
        "The body of an action is JSON whatever its `Content-Type` says.",
    ),
    rule(
        Topic::Boolean,
        "booleans",
        "A boolean of a body is `true` or `false`; the same as a string is read too.",
    ),
    rule(
        Topic::AbsentSchedule,
        "absent-schedule",
        "A schedule is sent even if the manifest leaves one choice; an absent one is read as that.",
    ),
    rule(
        Topic::DurationKind,
        "duration.type",
        "The kind of a duration is under `type`.",
    ),
    rule(
        Topic::DurationPeriod,
        "duration.amount",
        "A period has a number under `amount` and a singular, lower-case word under `unit`.",
    ),
    rule(
        Topic::DurationDate,
        "duration.date",
        "A date has an RFC 3339 date-time under `date`.",
    ),
    rule(
        Topic::AbsentModule,
        "absent-module",
        "A module that a provider does not have is left out of the manifest.",
    ),
    rule(
        Topic::Sent,
        "country",
        "The country of an address is an ISO 3166-1 alpha-2 code.",
    ),
    rule(
        Topic::Sent,
        "price-and-product",
        "A price of the type `product` has a `productId`, and only such a price.",
    ),
    rule(
        Topic::Sent,
        "product-and-family",
        "A product of the type `family` has a `familyId`, and only such a product.",
    ),
    rule(
        Topic::Sent,
        "amount",
        "A fixed amount is `flat` plus `unit` for each of the quantity.",
    ),
    rule(
        Topic::Sent,
        "tier-modes",
        "`graduated` prices each unit in its own tier, `total` all units in one tier.",
    ),
    rule(
        Topic::Sent,
        "status-names",
        "The status of a subscription is in lower case, with the fields of its member.",
    ),
    rule(
        Topic::Sent,
        "subscription-metadata",
        "A subscription may have `metadata`.",
    ),
    rule(
        Topic::Sent,
        "percent-scale",
        "A percentage is a whole percent, over 0 and up to 100.",
    ),
    rule(
        Topic::Sent,
        "family-texts",
        "`id` and `name` of a family are required, `description` is not.",
    ),
];

/// Everything that is assumed, in the order of the table, then the rules.
pub fn assumptions() -> impl Iterator<Item = Assumption> {
    let of_module = |module: &'static Module| {
        let paths = module.operations.iter();
        let paths = paths.filter(|operation| operation.known == Known::Assumed);
        let key = matches!(module.wire, Some((_, Known::Assumed)));
        let features = module.features.iter();
        let features = features.filter(|feature| feature.known == Known::Assumed);
        let names = module.fields.iter();
        let names = names.filter(|field| field.known == Known::Assumed);
        let required = module.fields.iter().filter(|field| field.required);
        paths
            .map(Assumption::Path)
            .chain(key.then_some(Assumption::ManifestKey(module)))
            .chain(features.map(move |feature| Assumption::FeatureKey(module, feature)))
            .chain(names.map(move |field| Assumption::FieldName(module, field)))
            .chain(required.map(move |field| Assumption::FieldRequired(module, field)))
    };
    MODULES
        .iter()
        .flat_map(of_module)
        .chain(RULES.iter().map(Assumption::Rule))
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(operation) => write!(f, "{}.path", operation.ident),
            Self::ManifestKey(module) => write!(f, "manifest.{}", module.name),
            Self::FeatureKey(module, feature) => {
                write!(f, "manifest.{}.{}", module.name, feature.wire)
            }
            Self::FieldName(module, field) => write!(f, "{}.{}.name", module.name, field.name),
            Self::FieldRequired(module, field) => write!(f, "{}.{}", module.name, field.name),
            Self::Rule(rule) => f.write_str(rule.name),
        }
    }
}

/// The reading, in one sentence.
pub struct Statement(pub Assumption);

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Assumption::Path(operation) => write!(f, "The path is `{}`.", operation.path),
            Assumption::ManifestKey(module) => match module.wire {
                Some((key, _)) => write!(f, "The key in the manifest is `{key}`."),
                None => Ok(()),
            },
            Assumption::FeatureKey(_, feature) => {
                write!(f, "The key in the manifest is `{}`.", feature.wire)
            }
            Assumption::FieldName(_, field) => {
                write!(f, "The body may have a field `{}`.", field.name)
            }
            Assumption::FieldRequired(_, field) => {
                write!(f, "Every body has the field `{}`.", field.name)
            }
            Assumption::Rule(rule) => f.write_str(rule.statement),
        }
    }
}
