//! Comparison of a JSON value with a model of the protocol.

use std::borrow::Cow;

use churnkey_protocol::Model;
use churnkey_runtime::validate::Validate;
use churnkey_runtime::{
    Coupon, Currency, Customer, Price, Product, ProductFamily, Subscription, Timestamp,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::kind::kind;
use crate::module::Module;
use crate::printable::tame;

mod alike;
mod fix;
mod shape;
mod text;

pub(crate) use alike::is_alike;
pub(crate) use fix::word as word_fix;

use shape::{Field, Shape};
use text::{is_country, is_wordlike, one_of};

/// A place in a model that does not follow the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFlaw {
    /// The module of the model. A price in a subscription belongs to prices.
    pub module: Module,
    /// Path in that model, without indexes.
    pub path: String,
    /// Path in the whole value, with indexes: `items[0].price.amount.unit`.
    pub place: String,
    /// The expected value.
    pub expected: String,
    /// The received value.
    pub found: String,
    /// The protocol has no such field.
    pub(crate) is_unknown_field: bool,
    /// The name of the field is similar to that of a missing one.
    pub(crate) is_misspelt: bool,
    /// The fix for this value, in place of the one of the check.
    pub(crate) fix: Option<String>,
}

/// Every place of a value that does not follow the protocol.
///
/// The models of the runtime decide. They report only the first error, and without the path inside
/// a union, so the shape is checked first.
pub fn flaws(module: Module, value: &Value) -> Vec<ModelFlaw> {
    let Some(model) = module.model() else {
        return Vec::new();
    };
    if let Some(flaw) = not_an_item(module, value) {
        return vec![flaw];
    }
    let mut walker = Walker {
        module,
        place: String::new(),
        flaws: Vec::new(),
    };
    walker.value("", value, shape::of(model));
    let mut flaws = walker.flaws;
    if flaws.iter().all(|flaw| flaw.is_unknown_field) {
        let violations = match model {
            Model::Customer => decoded::<Customer>(module, value),
            Model::Price => decoded::<Price>(module, value),
            Model::Subscription => decoded::<Subscription>(module, value),
            Model::Coupon => decoded::<Coupon>(module, value),
            Model::Product => decoded::<Product>(module, value),
            Model::Family => decoded::<ProductFamily>(module, value),
        };
        // A field with a wrong name explains a violation.
        let is_misspelt = flaws.iter().any(|flaw| flaw.is_misspelt);
        for mut violation in violations {
            let (object, name) = violation
                .path
                .rsplit_once('.')
                .unwrap_or(("", &violation.path));
            let in_object = |flaw: &&ModelFlaw| {
                flaw.is_misspelt && flaw.path.rsplit_once('.').map_or("", |path| path.0) == object
            };
            let to = format!("to `{name}`.");
            let is_cause = |flaw: &&ModelFlaw| {
                in_object(flaw) && flaw.fix.as_ref().is_some_and(|fix| fix.contains(&to))
            };
            if let Some(cause) = flaws.iter().find(is_cause).cloned() {
                flaws.retain(|flaw| *flaw != cause);
                violation.fix = cause.fix;
                flaws.push(violation);
            } else if !is_misspelt {
                flaws.push(violation);
            }
        }
    }
    flaws
}

/// The flaw of a value that has the item in another one.
fn not_an_item(module: Module, value: &Value) -> Option<ModelFlaw> {
    let has_id = |value: &Value| value.get("id").is_some();
    let (found, fix) = match value {
        Value::Array(items) if items.first().is_some_and(has_id) => (
            "a list".to_owned(),
            "Send the item itself, not a list with it.".to_owned(),
        ),
        // `next` may stand beside the item. A model has more fields.
        Value::Object(fields) if !has_id(value) && fields.len() <= 2 => {
            let mut fields = fields.iter();
            fields.find_map(|(name, value)| {
                let name = tame(name);
                match value {
                    Value::Array(items) if items.first().is_some_and(has_id) => Some((
                        format!("an object with the list `{name}`"),
                        format!("Send one item itself, not a list in `{name}`."),
                    )),
                    Value::Object(_) if has_id(value) && name != "price" && name != "coupon" => {
                        Some((
                            format!("an object with the item in `{name}`"),
                            format!("Send the item itself, without `{name}` around it."),
                        ))
                    }
                    _ => None,
                }
            })?
        }
        _ => return None,
    };
    Some(ModelFlaw {
        module,
        path: String::new(),
        place: String::new(),
        expected: "the fields of the item".to_owned(),
        found,
        is_unknown_field: false,
        is_misspelt: false,
        fix: Some(fix),
    })
}

/// Returns true if two values are the same model.
///
/// Spellings of a date may differ, and `null` equals an absent field.
pub(crate) fn same(module: Module, one: &Value, other: &Value) -> bool {
    if one == other {
        return true;
    }
    fn normal<M: DeserializeOwned + serde::Serialize>(value: &Value) -> Option<Value> {
        let model: M = serde_json::from_value(value.clone()).ok()?;
        serde_json::to_value(model).ok()
    }
    let Some(model) = module.model() else {
        return false;
    };
    let normal = match model {
        Model::Customer => normal::<Customer>,
        Model::Price => normal::<Price>,
        Model::Subscription => normal::<Subscription>,
        Model::Coupon => normal::<Coupon>,
        Model::Product => normal::<Product>,
        Model::Family => normal::<ProductFamily>,
    };
    // An invalid model has a finding of its own.
    match (normal(one), normal(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

fn decoded<M: DeserializeOwned + Validate>(module: Module, value: &Value) -> Vec<ModelFlaw> {
    let flaw = |path: &str, rule: String| {
        let place = path.to_owned();
        let fix = fix::of_rule(&rule);
        let (module, path) = innermost(module, path);
        ModelFlaw {
            module,
            path,
            place,
            expected: rule,
            found: "another value".to_owned(),
            is_unknown_field: false,
            is_misspelt: false,
            fix,
        }
    };
    match serde_json::from_value::<M>(value.clone()) {
        Err(fault) => vec![flaw("", tame(&fault.to_string()))],
        Ok(model) => match model.validate() {
            Ok(()) => Vec::new(),
            Err(invalid) => {
                let faults = invalid.violations.iter();
                faults
                    .map(|fault| flaw(&fault.path, fault.rule.to_string()))
                    .collect()
            }
        },
    }
}

/// The innermost model of a path, and the path in it, without indexes.
fn innermost(mut module: Module, path: &str) -> (Module, String) {
    let mut inner = Vec::new();
    for step in path.split('.').filter(|step| !step.is_empty()) {
        let (name, is_list) = match step.split_once('[') {
            Some((name, _)) => (name, "[]"),
            None => (step, ""),
        };
        let entered = match name {
            "price" => Some(Module::Prices),
            "coupon" => Some(Module::Coupons),
            _ => None,
        };
        match entered {
            Some(entered) => {
                module = entered;
                inner.clear();
            }
            None => inner.push(format!("{name}{is_list}")),
        }
    }
    (module, inner.join("."))
}

/// The fields with the charge of a price or a tier, or the value of a coupon.
const CHARGE: [&str; 2] = ["unit", "flat"];

struct Walker {
    module: Module,
    /// The place of the current value in the whole value.
    place: String,
    flaws: Vec<ModelFlaw>,
}

impl Walker {
    fn value(&mut self, path: &str, value: &Value, shape: &'static Shape) {
        match shape {
            Shape::Model(module, _) if !value.is_object() => {
                let one = module.as_str().trim_end_matches('s');
                let fix = format!("Send the whole {one} as an object, not only its id.");
                self.wrong_with(path, "an object", kind(value), Some(fix));
            }
            Shape::Model(module, shape) => {
                let outer = std::mem::replace(&mut self.module, *module);
                self.value("", value, shape);
                self.module = outer;
            }
            Shape::Object(fields) => {
                if let Some(object) = self.object(path, value, shape) {
                    self.fields(path, object, &[fields], None);
                }
            }
            Shape::Union {
                tag,
                members,
                common,
            } => {
                if let Some(object) = self.object(path, value, shape) {
                    self.union(path, object, tag, members, common);
                }
            }
            Shape::List(items) => match value.as_array() {
                Some(list) => {
                    let path = format!("{path}[]");
                    for (index, item) in list.iter().enumerate() {
                        let step = format!("[{index}]");
                        self.at(&step, |walker| walker.value(&path, item, items));
                    }
                }
                None => self.wrong_with(path, "a list", kind(value), Some(fix::list(value))),
            },
            leaf => {
                if let Some((expected, found)) = mismatch(leaf, value) {
                    self.wrong_with(path, expected, found, fix::of(leaf, value));
                }
            }
        }
    }

    /// Walks on at a place below the current one: a field, or an index in brackets.
    fn at(&mut self, step: &str, walk: impl FnOnce(&mut Self)) {
        let length = self.place.len();
        self.place = match step.starts_with('[') {
            true => format!("{}{step}", self.place),
            false => join(&self.place, step),
        };
        walk(self);
        self.place.truncate(length);
    }

    fn object<'v>(
        &mut self,
        path: &str,
        value: &'v Value,
        shape: &Shape,
    ) -> Option<&'v Map<String, Value>> {
        if !value.is_object() {
            self.wrong_with(path, "an object", kind(value), fix::object(shape, value));
        }
        value.as_object()
    }

    fn union(
        &mut self,
        path: &str,
        object: &Map<String, Value>,
        tag: &'static str,
        members: &'static [(&'static str, &'static [Field])],
        common: &'static [Field],
    ) {
        let word = object.get(tag).unwrap_or(&Value::Null);
        match members.iter().find(|(name, _)| word.as_str() == Some(name)) {
            Some((_, own)) => self.fields(path, object, &[common, own], Some(tag)),
            None => {
                let names: Vec<_> = members.iter().map(|(name, _)| *name).collect();
                let other = object.iter().find(|(name, value)| {
                    let is_member = value.as_str().is_some_and(|text| names.contains(&text));
                    word.is_null() && is_member && *name != tag
                });
                let fix = match other {
                    Some((name, _)) => Some(fix::rename(&tame(name), tag)),
                    None => fix::word(&names, word),
                };
                let found = match other {
                    Some((name, _)) => format!("nothing, but `{}`", tame(name)).into(),
                    None => word_found(word),
                };
                self.at(tag, |walker| {
                    walker.wrong_with(&join(path, tag), one_of(&names), found, fix);
                });
                // Without the tag, only the common fields can be checked.
                for field in common {
                    self.field(path, object, field);
                }
            }
        }
    }

    fn fields(
        &mut self,
        path: &str,
        object: &Map<String, Value>,
        groups: &[&'static [Field]],
        tag: Option<&str>,
    ) {
        let known = || groups.iter().flat_map(|fields| fields.iter());
        for field in known() {
            self.field(path, object, field);
        }
        for (name, value) in object {
            let is_known = tag == Some(name) || known().any(|field| field.name == name);
            if !is_known && !value.is_null() {
                let is_missing = |field: &&Field| object.get(field.name).is_none_or(Value::is_null);
                let mut missing = known().filter(is_missing);
                let similar = missing.find(|field| is_alike(field.name, name));
                let fix = similar.map(|field| fix::rename(&tame(name), field.name));
                // Without this field, the model charges or deducts nothing.
                let has_charge = CHARGE
                    .iter()
                    .any(|charge| object.get(*charge).is_some_and(|value| !value.is_null()));
                let is_money = |field: &Field| matches!(field.shape, Shape::Money);
                let takes_charge = known().any(|field| field.name == CHARGE[0] && is_money(field));
                let is_charge = similar.is_some_and(|field| CHARGE.contains(&field.name))
                    || fix::is_charge(name);
                if takes_charge && !has_charge && is_charge {
                    let to = similar.map_or(CHARGE[0], |field| field.name);
                    self.at(to, |walker| {
                        walker.wrong_with(
                            &join(path, to),
                            expected(&Shape::Money),
                            format!("nothing, but `{}`", tame(name)),
                            Some(fix::rename(&tame(name), to)),
                        );
                    });
                    continue;
                }
                // A missing required field has a finding, which the name explains.
                if let Some(field) = similar.filter(|field| field.required) {
                    let absent = join(path, field.name);
                    let module = self.module;
                    let mut flaws = self.flaws.iter_mut();
                    if let Some(flaw) =
                        flaws.rfind(|flaw| flaw.module == module && flaw.path == absent)
                    {
                        flaw.found = format!("nothing, but `{}`", tame(name));
                        flaw.fix = fix;
                        continue;
                    }
                }
                self.flaws.push(ModelFlaw {
                    module: self.module,
                    path: join(path, &tame(name)),
                    place: join(&self.place, name),
                    expected: "a field of the protocol".to_owned(),
                    found: match similar {
                        Some(field) => format!("another name, similar to `{}`", field.name),
                        None => "another name".to_owned(),
                    },
                    is_unknown_field: true,
                    is_misspelt: similar.is_some(),
                    fix,
                });
            }
        }
    }

    fn field(&mut self, path: &str, object: &Map<String, Value>, field: &'static Field) {
        let path = join(path, field.name);
        self.at(field.name, |walker| match object.get(field.name) {
            Some(value) if !value.is_null() => walker.value(&path, value, field.shape),
            Some(_) if field.required => {
                let fix = Some(fix::NULL.to_owned());
                walker.wrong_with(&path, expected(field.shape), "null", fix);
            }
            _ if field.required => walker.wrong(&path, expected(field.shape), "nothing"),
            _ => {}
        });
    }

    fn wrong(
        &mut self,
        path: &str,
        expected: impl Into<Cow<'static, str>>,
        found: impl Into<Cow<'static, str>>,
    ) {
        self.wrong_with(path, expected, found, None);
    }

    fn wrong_with(
        &mut self,
        path: &str,
        expected: impl Into<Cow<'static, str>>,
        found: impl Into<Cow<'static, str>>,
        fix: Option<String>,
    ) {
        self.flaws.push(ModelFlaw {
            module: self.module,
            path: path.to_owned(),
            place: self.place.clone(),
            expected: expected.into().into_owned(),
            found: found.into().into_owned(),
            is_unknown_field: false,
            is_misspelt: false,
            fix,
        });
    }
}

/// The expected and the found value, if a value without parts does not fit.
fn mismatch(shape: &Shape, value: &Value) -> Option<(Cow<'static, str>, Cow<'static, str>)> {
    let fits = match shape {
        Shape::Text => value.is_string(),
        Shape::Id => value.as_str().is_some_and(|text| !text.is_empty()),
        Shape::Money => value.as_i64().is_some(),
        Shape::Whole => value.as_u64().is_some(),
        Shape::Count => value
            .as_u64()
            .is_some_and(|count| (1..=u64::from(u32::MAX)).contains(&count)),
        Shape::Percent => value
            .as_f64()
            .is_some_and(|percent| percent > 0.0 && percent <= 100.0),
        // The runtime accepts lowercase letters; Churnkey may not.
        Shape::Currency => value.as_str().is_some_and(|text| {
            text.parse::<Currency>()
                .is_ok_and(|currency| currency.to_string() == text)
        }),
        Shape::Country => value.as_str().is_some_and(is_country),
        Shape::Moment => value
            .as_str()
            .is_some_and(|text| text.parse::<Timestamp>().is_ok()),
        Shape::Metadata => {
            let fields = value.as_object();
            fields.is_some_and(|fields| fields.values().all(Value::is_string))
        }
        Shape::Word(words) => value.as_str().is_some_and(|text| words.contains(&text)),
        Shape::List(_) | Shape::Object(_) | Shape::Union { .. } | Shape::Model(..) => true,
    };
    if fits {
        return None;
    }
    let found = match (shape, value) {
        (Shape::Word(_), _) => word_found(value),
        (Shape::Currency | Shape::Country, Value::String(text)) if is_wordlike(text) => {
            format!("`{text}`").into()
        }
        (Shape::Moment, Value::String(text)) if is_datelike(text) => format!("`{text}`").into(),
        (Shape::Money | Shape::Whole | Shape::Count, Value::Number(number)) => {
            match number.as_f64().is_some_and(|number| number.fract() != 0.0) {
                true => "a number with a fraction".into(),
                false => "a number out of range".into(),
            }
        }
        (Shape::Percent, Value::Number(_)) => "a number out of range".into(),
        (Shape::Metadata, Value::Object(_)) => "a value that is not a string".into(),
        _ => kind(value).into(),
    };
    Some((expected(shape), found))
}

fn expected(shape: &Shape) -> Cow<'static, str> {
    match shape {
        Shape::Text => "a string".into(),
        Shape::Id => "a non-empty string".into(),
        Shape::Money => "a whole number of minor units".into(),
        Shape::Whole => "a whole number, at least 0".into(),
        Shape::Count => "a whole number, at least 1".into(),
        Shape::Percent => "a number above 0 and at most 100".into(),
        Shape::Currency => "an ISO 4217 code such as `USD`".into(),
        Shape::Country => "a two-letter ISO 3166-1 code such as `DE`".into(),
        Shape::Moment => "a date such as `2026-05-01T00:00:00.000Z`".into(),
        Shape::Metadata => "a flat object of strings".into(),
        Shape::Word(words) => one_of(words).into(),
        Shape::List(_) => "a list".into(),
        Shape::Object(_) | Shape::Union { .. } | Shape::Model(..) => "an object".into(),
    }
}

/// The found value in place of a word. Longer strings are not shown, because they may be personal.
fn word_found(value: &Value) -> Cow<'static, str> {
    match value.as_str() {
        Some(text) if is_wordlike(text) => format!("`{text}`").into(),
        _ => kind(value).into(),
    }
}

fn is_datelike(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"TZtz:.,/+- ".contains(&byte))
}

fn join(path: &str, step: &str) -> String {
    match path.is_empty() {
        true => step.to_owned(),
        false => format!("{path}.{step}"),
    }
}

#[cfg(test)]
mod tests;
