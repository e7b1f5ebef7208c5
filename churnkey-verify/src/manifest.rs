//! The feature manifest of a provider.

use std::collections::BTreeMap;

use churnkey_protocol::{
    self as protocol, ANNOUNCED, Feature, FeatureKind, Known, MODULES, Need, Side, Variant, Word,
};
use serde_json::{Map, Value};

use crate::check::{self, Check};
use crate::kind::kind;
use crate::model;
use crate::module::Module;
use crate::printable::tame;

/// The modules that a provider declares, with their features.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredManifest {
    modules: BTreeMap<Module, Vec<Declared>>,
}

/// A feature as a manifest declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Declared {
    feature: &'static Feature,
    value: Declaration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Declaration {
    /// The words of a list that are on.
    Words(Vec<&'static Word>),
    Flag(bool),
    Variant(&'static Variant),
}

/// A rule that a manifest breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestFlaw {
    pub(crate) check: &'static str,
    /// The place in the manifest; empty for all of it.
    pub path: String,
    /// The expected value.
    pub expected: String,
    /// The received value.
    pub found: String,
    /// The fix for this value, in place of the one of the check.
    pub(crate) fix: Option<String>,
}

impl ManifestFlaw {
    /// The check that fails.
    pub(crate) fn check(&self) -> &'static Check {
        let mut checks = check::CHECKS
            .iter()
            .filter(|check| check.modules.contains(&Module::Manifest));
        checks
            .find(|check| check.name == self.check)
            .expect("a flaw has a check of the manifest")
    }
}

impl DeclaredManifest {
    /// Reads a manifest and lists its flaws.
    ///
    /// The result has every module without a flaw of its own.
    pub fn read(manifest: &Value) -> (Self, Vec<ManifestFlaw>) {
        let mut reader = Reader { flaws: Vec::new() };
        let declared = reader.manifest(manifest);
        if reader.flaws.is_empty() {
            reader.needs(&declared);
        }
        (declared, reader.flaws)
    }

    /// Returns true if a module is declared.
    ///
    /// The manifest does not list the customer-wide actions: a provider of the single form may have
    /// them.
    pub fn has(&self, module: Module) -> bool {
        module.protocol().is_none() || self.features_of(module).is_some()
    }

    /// Returns true if a list of a module is declared with a word on the wire.
    pub fn allows(&self, module: Module, list: FeatureKind, word: &str) -> bool {
        let features = self.features_of(module).into_iter().flatten();
        let mut lists = features.filter(|declared| declared.feature.kind == list);
        lists.any(|declared| match &declared.value {
            Declaration::Words(words) => words.iter().any(|on| on.wire == word),
            _ => false,
        })
    }

    /// Returns true if a flag of a module is on. Its name is the one in attributes.
    pub fn is_on(&self, module: Module, flag: &str) -> bool {
        let line = module.protocol();
        debug_assert!(
            line.is_some_and(|line| line.feature(flag).is_some()),
            "{module} has no feature `{flag}`"
        );
        let features = self.features_of(module).into_iter().flatten();
        let mut flags = features.filter(|declared| declared.feature.name == flag);
        flags.any(|declared| declared.value == Declaration::Flag(true))
    }

    /// The type of a controller's items, if it has one.
    pub fn variant(&self, module: Module) -> Option<&'static str> {
        let mut features = self.features_of(module)?.iter();
        features.find_map(|declared| match declared.value {
            Declaration::Variant(variant) => Some(variant.word),
            _ => None,
        })
    }

    /// The features of a module that are on, in words.
    pub fn features(&self, module: Module) -> Vec<String> {
        let in_words = |declared: &Declared| {
            let name = declared.feature.name.replace('_', " ");
            match &declared.value {
                Declaration::Words(on) => {
                    let words: Vec<&str> = on.iter().map(|word| word.wire).collect();
                    Some(format!("{name}: {}", words.join(", ")))
                }
                Declaration::Variant(variant) => Some(format!("{name}: {}", variant.word)),
                Declaration::Flag(on) => on.then_some(name),
            }
        };
        // The customer-wide actions have no features of their own.
        let features = self.modules.get(&module).into_iter().flatten();
        features.filter_map(in_words).collect()
    }

    fn features_of(&self, module: Module) -> Option<&Vec<Declared>> {
        self.modules.get(&module.single().unwrap_or(module))
    }
}

struct Reader {
    flaws: Vec<ManifestFlaw>,
}

impl Reader {
    fn manifest(&mut self, value: &Value) -> DeclaredManifest {
        let mut declared = DeclaredManifest::default();
        let Some(manifest) = self.object("", value) else {
            return declared;
        };
        if let Some(fix) = misplaced(manifest) {
            let controllers = Side::Controller.wire();
            self.flaw_with(
                &check::MANIFEST_SHAPE,
                controllers,
                "an object",
                "nothing",
                Some(fix),
            );
            return declared;
        }
        for side in [Side::Controller, Side::Action] {
            if let Some(fields) = self.side(side, manifest) {
                for (name, value) in fields {
                    self.module(side, name, value, &mut declared);
                }
            }
        }
        declared
    }

    /// Reads the modules of one side. A provider without actions may omit `actions`.
    fn side<'v>(
        &mut self,
        side: Side,
        manifest: &'v Map<String, Value>,
    ) -> Option<&'v Map<String, Value>> {
        let name = side.wire();
        match manifest.get(name) {
            None | Some(Value::Null) if side == Side::Action => None,
            None => {
                self.flaw(&check::MANIFEST_SHAPE, name, "an object", "nothing");
                None
            }
            Some(value) => self.object(name, value),
        }
    }

    fn module(&mut self, side: Side, name: &str, value: &Value, declared: &mut DeclaredManifest) {
        let path = format!("{}.{name}", side.wire());
        let line = protocol::Module::of_key(side, name);
        let Some((line, module)) = line.and_then(|line| Some((line, Module::of(line)?))) else {
            if side != Side::Controller || !ANNOUNCED.contains(&name) {
                let keys = MODULES.iter().filter(|module| module.side == side);
                let keys = keys.filter_map(|module| Some(module.wire?.0));
                self.unknown(&path, name, keys);
            }
            return;
        };
        let Some(fields) = self.enabled(&path, value, !line.features.is_empty()) else {
            return;
        };
        // All features are read, so that all flaws are found.
        let features: Vec<_> = line
            .features
            .iter()
            .map(|feature| {
                let value = self.feature(&path, feature, fields)?;
                Some(Declared { feature, value })
            })
            .collect();
        if let Some(features) = features.into_iter().collect() {
            declared.modules.insert(module, features);
        }
    }

    fn feature(
        &mut self,
        path: &str,
        feature: &Feature,
        fields: &Map<String, Value>,
    ) -> Option<Declaration> {
        match feature.kind {
            FeatureKind::Schedules | FeatureKind::Durations => {
                self.list(path, feature, fields).map(Declaration::Words)
            }
            // A flag whose key is assumed may be missing.
            FeatureKind::Flag
                if feature.known == Known::Assumed && !fields.contains_key(feature.wire) =>
            {
                Some(Declaration::Flag(false))
            }
            FeatureKind::Flag => self.flag(path, feature.wire, fields).map(Declaration::Flag),
            FeatureKind::Variants(variants) => {
                let variant = self.variant(path, feature, variants, fields);
                variant.map(Declaration::Variant)
            }
        }
    }

    /// The options of an enabled module; `None` for `false` and `null`, and for a flaw.
    fn enabled<'v>(
        &mut self,
        path: &str,
        value: &'v Value,
        has_options: bool,
    ) -> Option<&'v Map<String, Value>> {
        static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
        match value {
            Value::Null | Value::Bool(false) => None,
            Value::Bool(true) if !has_options => Some(&NONE),
            Value::Object(fields) => match fields.get("enabled") {
                Some(Value::Bool(false)) => None,
                None | Some(Value::Null | Value::Bool(true)) => Some(fields),
                Some(other) => {
                    let path = format!("{path}.enabled");
                    self.not_a_flag(&path, other);
                    None
                }
            },
            other => {
                let expected = match has_options {
                    true => "an object with the options",
                    false => "true, false or an object",
                };
                let fix = match has_options {
                    true => "Send an object with the options of this module.",
                    false => "Send `true` if the provider has this module, else omit it.",
                };
                let fix = Some(fix.to_owned());
                self.flaw_with(&check::MANIFEST_SHAPE, path, expected, kind(other), fix);
                None
            }
        }
    }

    fn variant(
        &mut self,
        path: &str,
        feature: &Feature,
        variants: &'static [Variant],
        fields: &Map<String, Value>,
    ) -> Option<&'static Variant> {
        let value = fields.get(feature.wire).unwrap_or(&Value::Null);
        let declared = variants
            .iter()
            .find(|variant| value.as_str() == Some(variant.word));
        if declared.is_none() {
            let path = format!("{path}.{}", feature.wire);
            let words = one_of(variants.iter().map(|variant| variant.word));
            let names: Vec<_> = variants.iter().map(|variant| variant.word).collect();
            let fix = model::word_fix(&names, value);
            let fix = fix.or_else(|| Some(format!("Send {words}, the type of every item.")));
            self.flaw_with(&check::MANIFEST_SHAPE, &path, &words, kind(value), fix);
        }
        declared
    }

    fn list(
        &mut self,
        path: &str,
        feature: &Feature,
        fields: &Map<String, Value>,
    ) -> Option<Vec<&'static Word>> {
        let words = feature.kind.words();
        let path = format!("{path}.{}", feature.wire);
        let value = fields.get(feature.wire).unwrap_or(&Value::Null);
        if !value.is_object() {
            let words = words.iter().map(|word| format!("\"{}\": true", word.wire));
            let words: Vec<_> = words.collect();
            let fix = Some(format!(
                "Send an object of booleans: `{{ {} }}`.",
                words.join(", ")
            ));
            self.flaw_with(&check::MANIFEST_SHAPE, &path, "an object", kind(value), fix);
        }
        let options = value.as_object()?;
        for name in options.keys() {
            if words.iter().all(|word| word.wire != name) {
                let path = format!("{path}.{name}");
                self.unknown(&path, name, words.iter().map(|word| word.wire));
            }
        }
        let flags: Vec<_> = words
            .iter()
            .map(|word| Some((word, self.flag(&path, word.wire, options)?)))
            .collect();
        let flags: Option<Vec<_>> = flags.into_iter().collect();
        let on: Vec<_> = flags?
            .into_iter()
            .filter_map(|(word, on)| on.then_some(word))
            .collect();
        if on.is_empty() {
            let words = one_of(words.iter().map(|word| word.wire));
            let expected = format!("true for {words}");
            self.flaw(&check::MANIFEST_OPTIONS, &path, &expected, "false for all");
            return None;
        }
        Some(on)
    }

    /// An absent flag is off.
    fn flag(&mut self, path: &str, name: &str, fields: &Map<String, Value>) -> Option<bool> {
        match fields.get(name) {
            None | Some(Value::Null) => Some(false),
            Some(Value::Bool(flag)) => Some(*flag),
            Some(other) => {
                let path = format!("{path}.{name}");
                self.not_a_flag(&path, other);
                None
            }
        }
    }

    fn not_a_flag(&mut self, path: &str, value: &Value) {
        let fix = Some("Send the boolean `true` or `false`, without quotation marks.".to_owned());
        self.flaw_with(
            &check::MANIFEST_SHAPE,
            path,
            "true or false",
            kind(value),
            fix,
        );
    }

    fn object<'v>(&mut self, path: &str, value: &'v Value) -> Option<&'v Map<String, Value>> {
        if !value.is_object() {
            self.flaw(&check::MANIFEST_SHAPE, path, "an object", kind(value));
        }
        value.as_object()
    }

    fn unknown<'w>(&mut self, path: &str, name: &str, mut words: impl Iterator<Item = &'w str>) {
        let similar = words.find(|word| model::is_alike(word, name));
        let fix = similar.map(|word| format!("Rename `{}` to `{word}`.", tame(name)));
        let (expected, found) = ("a name of the protocol", "another name");
        self.flaw_with(&check::MANIFEST_UNKNOWN, &tame(path), expected, found, fix);
    }

    fn flaw(
        &mut self,
        check: &'static Check,
        path: &str,
        expected: &str,
        found: impl Into<String>,
    ) {
        self.flaw_with(check, path, expected, found, None);
    }

    fn flaw_with(
        &mut self,
        check: &'static Check,
        path: &str,
        expected: &str,
        found: impl Into<String>,
        fix: Option<String>,
    ) {
        self.flaws.push(ManifestFlaw {
            check: check.name,
            path: path.to_owned(),
            expected: expected.to_owned(),
            found: found.into(),
            fix,
        });
    }

    fn needs(&mut self, declared: &DeclaredManifest) {
        for module in Module::ALL {
            if module.is_required() && !declared.has(*module) {
                let path = format!("controllers.{module}");
                self.flaw(
                    &check::MANIFEST_REQUIRED,
                    &path,
                    "the controller",
                    "nothing, or `false`",
                );
            }
        }
        // A missing module is one flaw, even if several modules need it.
        let mut missing = Vec::new();
        for (path, need) in declared.needs() {
            let Some(needed) = Module::of(need.module) else {
                continue;
            };
            if !declared.has(needed) && !missing.contains(&needed) {
                missing.push(needed);
                let expected = format!("the needed module `{needed}`");
                let found = format!("no `{needed}`");
                self.flaw(&check::MANIFEST_NEEDS, &path, &expected, found);
            }
        }
    }
}

impl DeclaredManifest {
    /// Modules that the declared ones need, each with the place in the manifest that needs it.
    fn needs(&self) -> Vec<(String, &'static Need)> {
        let mut needs = Vec::new();
        for (module, features) in &self.modules {
            let Some(line) = module.protocol() else {
                continue;
            };
            let path = format!("{}.{}", line.side.wire(), key(line).unwrap_or_default());
            for declared in features {
                if let Declaration::Variant(Variant {
                    needs: Some(need), ..
                }) = declared.value
                {
                    needs.push((format!("{path}.{}", declared.feature.wire), need));
                }
            }
            needs.extend(line.needs.iter().map(|need| (path.clone(), need)));
        }
        needs
    }
}

/// The fix for a manifest whose modules are at another place.
fn misplaced(manifest: &Map<String, Value>) -> Option<String> {
    let controllers = Side::Controller.wire();
    if manifest.contains_key(controllers) {
        return None;
    }
    let mut fields = manifest.iter();
    if let Some((name, _)) = fields.find(|(_, value)| value.get(controllers).is_some()) {
        let name = tame(name);
        return Some(format!(
            "Send the content of `{name}` itself, without `{name}` around it."
        ));
    }
    let has_module = manifest
        .keys()
        .any(|name| protocol::Module::of_key(Side::Controller, name).is_some());
    has_module.then(|| {
        "Put customers, prices and the other data into `controllers`, and cancel, pause and the \
         other actions into `actions`."
            .to_owned()
    })
}

/// The key of a module in its half of the manifest.
fn key(line: &protocol::Module) -> Option<&'static str> {
    line.wire.map(|(key, _)| key)
}

/// `` `a` or `b` ``
fn one_of<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let quoted: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    quoted.join(" or ")
}
