//! One declaration for each request: struct, constructor, setters, reading and schema.

use churnkey_protocol as protocol;
#[cfg(feature = "openapi")]
use schemars::SchemaGenerator;
use serde::Serialize;
#[cfg(feature = "openapi")]
use serde_json::{Map, Value, json};

use super::field::Field;
use super::party::Party;
use crate::error::{Error, Result};
use crate::json::Object;
use crate::manifest::Actions;

/// A request that is read from the body of an action.
///
/// As JSON it has each field once, in one spelling, however the body was written.
pub trait ActionRequest: Clone + PartialEq + Send + Sync + Serialize + 'static {
    /// The module in the protocol table.
    #[doc(hidden)]
    const MODULE: &'static protocol::Module;

    /// Reads the fields, and refuses what the features of the provider switch off.
    #[doc(hidden)]
    fn read(body: &Object<'_>, actions: &Actions) -> Result<Self>;

    /// The customer and the subscription of the action.
    #[doc(hidden)]
    fn parties(&self) -> impl Iterator<Item = Party>;

    /// The JSON Schema of exactly the bodies that are read.
    #[cfg(feature = "openapi")]
    #[doc(hidden)]
    fn schema(actions: &Actions, generator: &mut SchemaGenerator) -> Value;
}

/// Declares a request by the constant of its module and its field in [`Actions`]. Fields are
/// required before the `;` and optional after it; `if` names the feature that narrows a field.
macro_rules! request {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident = $module:ident ($action:ident) {
            $($(#[doc = $field_doc:literal])+
            $vis:vis $field:ident: $ty:ty = $wire:literal $(if $feature:ident)?,)+
            $(; $($(#[doc = $opt_doc:literal])+
            $opt:ident: $opt_ty:ty = $opt_wire:literal $(if $opt_feature:ident)?,)+)?
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[doc = $field_doc])+ #[serde(rename = $wire)] $vis $field: $ty,)+
            $($(
                $(#[doc = $opt_doc])+
                #[serde(rename = $opt_wire, skip_serializing_if = "Option::is_none")]
                pub $opt: Option<$opt_ty>,
            )+)?
        }

        impl $name {
            /// A request as Churnkey sends it, for tests of your own function.
            pub fn new($($field: impl Into<$ty>),+) -> Self {
                Self {
                    $($field: $field.into(),)+
                    $($($opt: None,)+)?
                }
            }

            $($(
                #[doc = concat!("Sets `", stringify!($opt), "`.")]
                #[must_use]
                pub fn $opt(mut self, $opt: $opt_ty) -> Self {
                    self.$opt = Some($opt);
                    self
                }
            )+)?
        }

        impl $crate::action::request::ActionRequest for $name {
            const MODULE: &'static churnkey_protocol::Module =
                &churnkey_protocol::actions::$module;

            fn read(
                body: &$crate::json::Object<'_>,
                actions: &$crate::manifest::Actions,
            ) -> $crate::error::Result<Self> {
                let on = $crate::action::request::features(actions.$action)?;
                let _ = on;
                Ok(Self {
                    $($field: request!(@facts $name, $wire, $ty $(, $feature)?)
                        .read(body, request!(@rule on, $ty $(, $feature)?))?,)+
                    $($($opt: request!(@facts $name, $opt_wire, Option<$opt_ty> $(, $opt_feature)?)
                        .read(body, request!(@rule on, Option<$opt_ty> $(, $opt_feature)?))?,)+)?
                })
            }

            fn parties(&self) -> impl Iterator<Item = $crate::action::party::Party> {
                [$($crate::action::field::Field::party(&self.$field)),+].into_iter().flatten()
            }

            #[cfg(feature = "openapi")]
            fn schema(
                actions: &$crate::manifest::Actions,
                generator: &mut schemars::SchemaGenerator,
            ) -> serde_json::Value {
                let Some(on) = actions.$action else {
                    return serde_json::Value::Bool(false);
                };
                let _ = on;
                let description = concat!($($doc, "\n"),+);
                let mut object = $crate::action::request::ObjectSchema::new(description);
                $(object.add(
                    request!(@facts $name, $wire, $ty $(, $feature)?),
                    request!(@rule on, $ty $(, $feature)?),
                    concat!($($field_doc, "\n"),+),
                    generator,
                );)+
                $($(object.add(
                    request!(@facts $name, $opt_wire, Option<$opt_ty> $(, $opt_feature)?),
                    request!(@rule on, Option<$opt_ty> $(, $opt_feature)?),
                    concat!($($opt_doc, "\n"),+),
                    generator,
                );)+)?
                object.finish()
            }
        }

        // A constant of its own, because `cargo check` does not evaluate those in functions.
        const _: () = {
            $(request!(@facts $name, $wire, $ty $(, $feature)?);)+
            $($(request!(@facts $name, $opt_wire, Option<$opt_ty> $(, $opt_feature)?);)+)?
        };

        const _: () = assert!(
            [$($wire),+ $($(, $opt_wire)+)?].len()
                == <$name as $crate::action::request::ActionRequest>::MODULE.fields.len(),
            concat!("the protocol table has other fields for ", stringify!($name)),
        );
    };
    (@facts $name:ident, $wire:literal, $ty:ty, $feature:ident) => {
        request!(@find $name, $wire, $ty, Some(stringify!($feature)))
    };
    (@facts $name:ident, $wire:literal, $ty:ty) => {
        request!(@find $name, $wire, $ty, None)
    };
    (@find $name:ident, $wire:literal, $ty:ty, $feature:expr) => {
        const {
            $crate::action::request::FieldFacts::<$ty>::of(
                <$name as $crate::action::request::ActionRequest>::MODULE,
                $wire,
                $feature,
            )
        }
    };
    (@rule $on:ident, $ty:ty, $feature:ident) => {
        $on.$feature
    };
    (@rule $on:ident, $ty:ty) => {
        <$ty as $crate::action::field::Field>::OPEN
    };
}

pub(super) use request;

/// The features of an action whose request is being read.
///
/// The compiler has checked that they exist; a manifest without them refuses every request.
pub(super) fn features<F>(features: Option<F>) -> Result<F> {
    features.ok_or_else(|| Error::not_found("this provider does not have the action"))
}

/// A field of the protocol table with its Rust type.
#[derive(Clone, Copy)]
pub(super) struct FieldFacts<T> {
    facts: &'static protocol::Field,
    r#type: std::marker::PhantomData<fn() -> T>,
}

impl<T: Field> FieldFacts<T> {
    /// Finds a field. Unless the table agrees with the declaration, the crate does not compile.
    pub(super) const fn of(
        module: &'static protocol::Module,
        name: &str,
        feature: Option<&str>,
    ) -> Self {
        let Some(facts) = module.field(name) else {
            panic!("the protocol table does not have this field");
        };
        assert!(
            facts.kind.is(T::KIND),
            "the protocol table has another kind for this field"
        );
        let agree = match (module.opened_by(name), feature) {
            (Some(opened_by), Some(feature)) => protocol::equal(opened_by.name, feature),
            (None, None) => true,
            _ => false,
        };
        assert!(
            agree,
            "the protocol table has another feature for this field"
        );
        Self {
            facts,
            r#type: std::marker::PhantomData,
        }
    }

    /// Reads the field under any of its names. `null` means absent.
    pub(super) fn read(self, body: &Object<'_>, rule: T::Rule) -> Result<T> {
        let names = self.facts.names();
        let mut present = names.filter_map(|name| Some((name, body.get(name)?)));
        let (name, value) = match present.next() {
            Some((name, value)) => (name, Some(value)),
            None => (self.facts.name, None),
        };
        if let Some((other, _)) = present.find(|(_, other)| Some(*other) != value) {
            return Err(Error::bad_request(format!(
                "`{name}` and `{other}` must be the same, or one of them absent"
            )));
        }
        T::read(value, rule).map_err(|violation| {
            let dot = if violation.inner.is_empty() { "" } else { "." };
            Error::bad_request(format!(
                "`{name}{dot}{}` {}",
                violation.inner, violation.rule
            ))
        })
    }
}

/// The schema of a body, field by field.
#[cfg(feature = "openapi")]
pub(super) struct ObjectSchema {
    object: Value,
}

#[cfg(feature = "openapi")]
impl ObjectSchema {
    pub(super) fn new(docs: &str) -> Self {
        Self {
            object: json!({
                "description": first_paragraph(docs),
                "type": "object",
                "properties": {},
                "required": [],
            }),
        }
    }

    pub(super) fn add<T: Field>(
        &mut self,
        field: FieldFacts<T>,
        rule: T::Rule,
        docs: &str,
        generator: &mut SchemaGenerator,
    ) {
        let facts = field.facts;
        let mut schema = T::schema(rule, generator);
        schema["description"] = json!(first_paragraph(docs));
        if facts.aliases.is_empty() {
            self.object["properties"][facts.name] = schema;
            if let Some(required) = self.object["required"].as_array_mut()
                && T::is_required(rule)
            {
                required.push(json!(facts.name));
            }
        } else {
            // Equal values under two names are read too, which a schema cannot express.
            self.object["anyOf"] = facts
                .names()
                .map(|name| {
                    let absent = facts
                        .names()
                        .map(|other| (other, json!({ "type": "null" })));
                    let mut properties: Map<_, _> = absent
                        .map(|(other, absent)| (other.to_owned(), absent))
                        .collect();
                    properties.insert(name.to_owned(), schema.clone());
                    let mut form = json!({ "properties": properties, "required": [name] });
                    if name != facts.name {
                        let title = format!("With `{name}` in place of `{}` (assumed)", facts.name);
                        form["title"] = json!(title);
                    }
                    form
                })
                .collect();
        }
    }

    pub(super) fn finish(self) -> Value {
        self.object
    }
}

/// The first paragraph of a doc comment on one line.
#[cfg(feature = "openapi")]
fn first_paragraph(docs: &str) -> String {
    let lines = docs.lines().map(str::trim);
    let paragraph: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
    paragraph.join(" ")
}
