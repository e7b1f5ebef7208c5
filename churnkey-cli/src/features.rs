//! The features of a manifest in one spelling, and their effect at Churnkey.

use std::collections::BTreeSet;

use churnkey_protocol::{Feature, FeatureKind, MODULES, Module};
use churnkey_verify::internal::DeclaredManifest;
use serde_json::Value;

/// The features that a manifest declares, such as `actions.pause.durations.date`.
///
/// Both spellings of a key are one feature. A flag that is off is none.
pub(crate) fn features(manifest: &Value) -> Result<BTreeSet<String>, String> {
    let (declared, flaws) = DeclaredManifest::read(manifest);
    let mut features = BTreeSet::new();
    for (module, key) in listed() {
        let Some(named) = verified(module).filter(|module| declared.has(*module)) else {
            continue;
        };
        let path = format!("{}.{key}", module.side.wire());
        for feature in module.features {
            let path = format!("{path}.{}", feature.wire);
            match feature.kind {
                FeatureKind::Flag if declared.is_on(named, feature.name) => {
                    features.insert(path);
                }
                FeatureKind::Flag => {}
                FeatureKind::Variants(_) => {
                    let variant = declared.variant(named);
                    features.extend(variant.map(|word| format!("{path}.{word}")));
                }
                list => {
                    let words = list.words().iter();
                    let on = words.filter(|word| declared.allows(named, list, word.wire));
                    features.extend(on.map(|word| format!("{path}.{}", word.wire)));
                }
            }
        }
        features.insert(path);
    }
    match flaws.first() {
        // A module with a fault is not declared, and the others are read.
        Some(flaw) if features.is_empty() => {
            Err(format!("the manifest has a fault at `{}`", flaw.path))
        }
        _ => Ok(features),
    }
}

/// The sentence on a feature that appears in a manifest or disappears from it.
fn effect(feature: &str, is_added: bool) -> String {
    let verb = match is_added {
        true => "shows",
        false => "hides",
    };
    match subject(feature) {
        Some(Subject::Required) => "Every provider needs this controller.".to_owned(),
        Some(Subject::Shown(what)) => format!("Churnkey {verb} {what}."),
        None => "This version of the program does not know its effect.".to_owned(),
    }
}

/// The part of Churnkey that depends on a feature.
enum Subject {
    Required,
    Shown(String),
}

/// The modules that a manifest lists, with their keys.
fn listed() -> impl Iterator<Item = (&'static Module, &'static str)> {
    MODULES
        .iter()
        .filter_map(|module| Some((module, module.wire?.0)))
}

fn verified(module: &Module) -> Option<churnkey_verify::Module> {
    churnkey_verify::Module::named(&module.name.replace('_', "-"))
}

fn subject(feature: &str) -> Option<Subject> {
    let mut parts = feature.splitn(3, '.');
    let side = parts.next()?;
    let key = parts.next()?;
    let (module, _) = listed().find(|(module, own)| module.side.wire() == side && *own == key)?;
    let Some(rest) = parts.next() else {
        return match module.required {
            true => Some(Subject::Required),
            false => Some(Subject::Shown(subject_of_module(module)?.to_owned())),
        };
    };
    let (key, word) = rest.split_once('.').unwrap_or((rest, ""));
    let feature = module.features.iter().find(|feature| feature.wire == key)?;
    subject_of_feature(module, feature, word).map(Subject::Shown)
}

/// The effect of a module, as in the table of the README.
fn subject_of_module(module: &Module) -> Option<&'static str> {
    Some(match module.name {
        "coupons" => "a choice of coupons",
        "products" => "prices grouped by product",
        "families" => "products grouped by family",
        "cancel" => "cancellation, and all offers on the way to it",
        "pause" => "pause offers",
        "apply_coupon" => "discount offers",
        "change_price" => "offers of another plan",
        "extend_trial" => "offers of a longer trial",
        _ => return None,
    })
}

fn subject_of_feature(module: &Module, feature: &Feature, word: &str) -> Option<String> {
    let offer = match module.name {
        "cancel" => "cancellations",
        "pause" => "pauses",
        "change_price" => "changes of the plan",
        "extend_trial" => "extensions of a trial",
        "prices" => "prices",
        "products" => "products",
        _ => return None,
    };
    Some(match (feature.name, word) {
        (_, "immediate") => format!("{offer} that take effect at once"),
        (_, "end-of-period") => format!("{offer} at the end of the paid period"),
        (_, "period") => format!("{offer} for a number of days, weeks or months"),
        (_, "date") => format!("{offer} until a date"),
        ("type", word) => format!("{offer} of the type `{word}`"),
        ("allow_annual", _) => "the option to pause annual subscriptions".to_owned(),
        ("prorate", _) => "the option to prorate a change of the plan".to_owned(),
        ("multiple", _) => "the option to extend a trial more than once".to_owned(),
        ("unpause", _) => "the option to end a pause before a cancellation".to_owned(),
        _ => return None,
    })
}

/// Features that were dropped and added, in that order, each with its effect.
pub(crate) fn changes(old: &BTreeSet<String>, new: &BTreeSet<String>) -> Vec<(String, String)> {
    let dropped = old.difference(new).map(|name| (name, false));
    let added = new.difference(old).map(|name| (name, true));
    let all = dropped.chain(added);
    all.map(|(name, is_added)| {
        let change = if is_added { "added" } else { "dropped" };
        (format!("{change} {name}"), effect(name, is_added))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Every feature of the protocol's table.
    fn all() -> Vec<String> {
        let mut all = Vec::new();
        for (module, key) in listed() {
            let path = format!("{}.{key}", module.side.wire());
            for feature in module.features {
                let path = format!("{path}.{}", feature.wire);
                match feature.kind {
                    FeatureKind::Flag => all.push(path),
                    FeatureKind::Variants(variants) => {
                        all.extend(variants.iter().map(|one| format!("{path}.{}", one.word)));
                    }
                    list => {
                        let words = list.words().iter();
                        all.extend(words.map(|word| format!("{path}.{}", word.wire)));
                    }
                }
            }
            all.push(path);
        }
        all
    }

    #[test]
    fn every_feature_of_the_protocol_has_an_effect() {
        let all = all();
        assert!(all.len() > 25, "{all:?}");
        for feature in all {
            assert!(subject(&feature).is_some(), "{feature}");
        }
        assert!(subject("actions.refund").is_none());
    }

    #[test]
    fn spelling_of_a_key_is_no_change() {
        let manifest = |key: &str| {
            json!({
                "controllers": { "customers": true, "subscriptions": true, "coupons": true,
                                 "prices": { "enabled": true, "type": "standalone" } },
                "actions": { "cancel": { "schedules": { "immediate": true } },
                             key: { "enabled": true } },
            })
        };
        let [camel, kebab] = ["applyCoupon", "apply-coupon"].map(|key| features(&manifest(key)));
        assert_eq!(camel, kebab);
        let names = camel.expect("features");
        for name in [
            "actions.applyCoupon",
            "actions.cancel.schedules.immediate",
            "controllers.prices.type.standalone",
        ] {
            assert!(names.contains(name), "{names:?}");
        }
    }

    #[test]
    fn change_says_what_churnkey_does() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let old = set(&["actions.pause", "actions.pause.durations.date"]);
        let new = set(&["actions.pause", "actions.changePrice"]);
        let pair = |one: &str, two: &str| (one.to_owned(), two.to_owned());
        assert_eq!(
            changes(&old, &new),
            [
                pair(
                    "dropped actions.pause.durations.date",
                    "Churnkey hides pauses until a date."
                ),
                pair(
                    "added actions.changePrice",
                    "Churnkey shows offers of another plan."
                ),
            ]
        );
    }

    #[test]
    fn manifest_with_a_fault_is_refused() {
        let fault = features(&json!({ "controllers": [] })).expect_err("a fault");
        assert!(fault.contains("controllers"), "{fault}");
    }
}
