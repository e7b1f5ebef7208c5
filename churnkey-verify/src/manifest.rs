//! The feature manifest as a provider sends it.

use churnkey_runtime::{
    CancelFeatures, ChangePriceFeatures, Durations, ExtendTrialFeatures, PauseFeatures, PricesType,
    ProductsType, Schedules,
};
use serde_json::{Map, Value};

use crate::check::{self, Check, Module};

/// What a provider says that it supports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supported {
    pub(crate) customers: bool,
    pub(crate) prices: Option<PricesType>,
    pub(crate) subscriptions: bool,
    pub(crate) coupons: bool,
    pub(crate) products: Option<ProductsType>,
    pub(crate) families: bool,
    /// Of `cancel`, if it is declared.
    pub cancel: Option<CancelFeatures>,
    /// Of `pause`.
    pub pause: Option<PauseFeatures>,
    /// `true` if `apply-coupon` is declared.
    pub apply_coupon: bool,
    /// Of `change-price`.
    pub change_price: Option<ChangePriceFeatures>,
    /// Of `extend-trial`.
    pub extend_trial: Option<ExtendTrialFeatures>,
}

/// A rule that a manifest breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    pub(crate) check: &'static str,
    /// The place in the manifest; empty for all of it.
    pub path: String,
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl Flaw {
    fn new(check: &'static Check, path: &str, expected: &str, found: impl Into<String>) -> Self {
        Self {
            check: check.name,
            path: path.to_owned(),
            expected: expected.to_owned(),
            found: found.into(),
        }
    }

    /// The check that it fails.
    pub(crate) fn check(&self) -> &'static Check {
        let mut checks = check::CHECKS
            .iter()
            .filter(|check| check.modules.contains(&Module::Manifest));
        checks
            .find(|check| check.name == self.check)
            .expect("it was made from one")
    }
}

impl Supported {
    /// Reads a manifest, and says what is wrong with it. What could be read is there in any case; a module with a flaw in its own place is left out.
    pub fn read(manifest: &Value) -> (Self, Vec<Flaw>) {
        let mut reader = Reader { flaws: Vec::new() };
        let supported = reader.manifest(manifest);
        if reader.flaws.is_empty() {
            reader.needs(&supported);
        }
        (supported, reader.flaws)
    }

    /// Whether a module is declared; the customer-wide actions are never.
    pub(crate) fn has(&self, module: Module) -> bool {
        match module {
            Module::Manifest | Module::Auth | Module::Mode => true,
            Module::Customers => self.customers,
            Module::Prices => self.prices.is_some(),
            Module::Subscriptions => self.subscriptions,
            Module::Coupons => self.coupons,
            Module::Products => self.products.is_some(),
            Module::Families => self.families,
            Module::Cancel => self.cancel.is_some(),
            Module::Pause => self.pause.is_some(),
            Module::ApplyCoupon => self.apply_coupon,
            Module::ChangePrice => self.change_price.is_some(),
            Module::ExtendTrial => self.extend_trial.is_some(),
            // The protocol has no word for them in the manifest: whoever can cancel can have one.
            Module::CancelAll => self.cancel.is_some(),
            Module::PauseAll => self.pause.is_some(),
        }
    }

    /// What a module supports, in words.
    pub(crate) fn features(&self, module: Module) -> Vec<String> {
        let mut words = Vec::new();
        let mut options = |name: &str, options: &[(&str, bool)]| {
            let on: Vec<_> = options
                .iter()
                .filter(|(_, on)| *on)
                .map(|(word, _)| *word)
                .collect();
            if !on.is_empty() {
                words.push(format!("{name}: {}", on.join(", ")));
            }
        };
        let schedules = |schedules: Schedules| {
            [
                ("immediate", schedules.immediate),
                ("end-of-period", schedules.end_of_period),
            ]
        };
        let durations =
            |durations: Durations| [("period", durations.period), ("date", durations.date)];
        match module {
            Module::Prices => match self.prices {
                Some(PricesType::Product) => words.push("type: product".to_owned()),
                Some(PricesType::Standalone) => words.push("type: standalone".to_owned()),
                None => {}
            },
            Module::Products => match self.products {
                Some(ProductsType::Family) => words.push("type: family".to_owned()),
                Some(ProductsType::Standalone) => words.push("type: standalone".to_owned()),
                None => {}
            },
            Module::Cancel => {
                if let Some(cancel) = self.cancel {
                    options("schedules", &schedules(cancel.schedules));
                }
            }
            Module::Pause => {
                if let Some(pause) = self.pause {
                    options("start dates", &schedules(pause.start_dates));
                    options("durations", &durations(pause.durations));
                    options("annual", &[("allowed", pause.allow_annual)]);
                }
            }
            Module::ChangePrice => {
                if let Some(change) = self.change_price {
                    options("schedules", &schedules(change.schedules));
                    options("proration", &[("possible", change.prorate)]);
                }
            }
            Module::ExtendTrial => {
                if let Some(extend) = self.extend_trial {
                    options("durations", &durations(extend.durations));
                    options("more than once", &[("possible", extend.multiple)]);
                }
            }
            _ => {}
        }
        words
    }
}

struct Reader {
    flaws: Vec<Flaw>,
}

impl Reader {
    fn manifest(&mut self, value: &Value) -> Supported {
        let mut supported = Supported::default();
        let Some(manifest) = self.object("", value) else {
            return supported;
        };
        if let Some(value) = self.part("controllers", manifest) {
            self.controllers(value, &mut supported);
        }
        if let Some(value) = self.part("actions", manifest) {
            self.actions(value, &mut supported);
        }
        supported
    }

    /// One of the two halves; a manifest without actions is one of a provider without any.
    fn part<'v>(
        &mut self,
        name: &'static str,
        manifest: &'v Map<String, Value>,
    ) -> Option<&'v Map<String, Value>> {
        match manifest.get(name) {
            None | Some(Value::Null) if name == "actions" => None,
            None => {
                self.flaw(&check::MANIFEST_SHAPE, name, "an object", "nothing");
                None
            }
            Some(value) => self.object(name, value),
        }
    }

    fn controllers(&mut self, fields: &Map<String, Value>, supported: &mut Supported) {
        for (name, value) in fields {
            let path = format!("controllers.{name}");
            let on = |reader: &mut Self| reader.enabled(&path, value, false).is_some();
            match name.as_str() {
                "customers" => supported.customers = on(self),
                "subscriptions" => supported.subscriptions = on(self),
                "coupons" => supported.coupons = on(self),
                "families" => supported.families = on(self),
                "prices" => {
                    supported.prices = self.typed(
                        &path,
                        value,
                        [
                            ("standalone", PricesType::Standalone),
                            ("product", PricesType::Product),
                        ],
                    );
                }
                "products" => {
                    supported.products = self.typed(
                        &path,
                        value,
                        [
                            ("standalone", ProductsType::Standalone),
                            ("family", ProductsType::Family),
                        ],
                    );
                }
                // Announced by Churnkey, and not published.
                "invoices" => {}
                _ => self.unknown(&path),
            }
        }
    }

    fn actions(&mut self, fields: &Map<String, Value>, supported: &mut Supported) {
        for (name, value) in fields {
            let path = format!("actions.{name}");
            match name.as_str() {
                "cancel" => {
                    supported.cancel = self.enabled(&path, value, true).and_then(|fields| {
                        let schedules = self.schedules(&path, "schedules", fields)?;
                        Some(CancelFeatures { schedules })
                    });
                }
                "pause" => {
                    supported.pause = self.enabled(&path, value, true).and_then(|fields| {
                        let start_dates = self.schedules(&path, "startDates", fields);
                        let durations = self.durations(&path, fields);
                        let allow_annual = self.flag(&path, "allowAnnual", fields);
                        Some(PauseFeatures {
                            start_dates: start_dates?,
                            durations: durations?,
                            allow_annual: allow_annual?,
                        })
                    });
                }
                "applyCoupon" => {
                    supported.apply_coupon = self.enabled(&path, value, false).is_some();
                }
                "changePrice" => {
                    supported.change_price = self.enabled(&path, value, true).and_then(|fields| {
                        let schedules = self.schedules(&path, "schedules", fields);
                        let prorate = self.flag(&path, "prorate", fields);
                        Some(ChangePriceFeatures {
                            schedules: schedules?,
                            prorate: prorate?,
                        })
                    });
                }
                "extendTrial" => {
                    supported.extend_trial = self.enabled(&path, value, true).and_then(|fields| {
                        let multiple = self.flag(&path, "multiple", fields);
                        let durations = self.durations(&path, fields);
                        Some(ExtendTrialFeatures {
                            multiple: multiple?,
                            durations: durations?,
                        })
                    });
                }
                _ => self.unknown(&path),
            }
        }
    }

    /// The options of a module that is on. `true` has none, `false` and `null` are off.
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
                    self.flaw(&check::MANIFEST_SHAPE, &path, "true or false", kind(other));
                    None
                }
            },
            other => {
                let expected = match has_options {
                    true => "an object with the options",
                    false => "true, false or an object",
                };
                self.flaw(&check::MANIFEST_SHAPE, path, expected, kind(other));
                None
            }
        }
    }

    fn typed<K: Copy>(&mut self, path: &str, value: &Value, types: [(&str, K); 2]) -> Option<K> {
        let fields = self.enabled(path, value, true)?;
        let word = fields.get("type").unwrap_or(&Value::Null);
        let named = types.iter().find(|(name, _)| word.as_str() == Some(name));
        if named.is_none() {
            let expected = format!("`{}` or `{}`", types[0].0, types[1].0);
            let path = format!("{path}.type");
            self.flaw(&check::MANIFEST_SHAPE, &path, &expected, kind(word));
        }
        named.map(|(_, kind)| *kind)
    }

    fn schedules(
        &mut self,
        path: &str,
        name: &str,
        fields: &Map<String, Value>,
    ) -> Option<Schedules> {
        let [immediate, end_of_period] =
            self.options(path, name, fields, ["immediate", "end-of-period"])?;
        Some(Schedules {
            immediate,
            end_of_period,
        })
    }

    fn durations(&mut self, path: &str, fields: &Map<String, Value>) -> Option<Durations> {
        let [period, date] = self.options(path, "durations", fields, ["period", "date"])?;
        Some(Durations { period, date })
    }

    fn options(
        &mut self,
        path: &str,
        name: &str,
        fields: &Map<String, Value>,
        words: [&str; 2],
    ) -> Option<[bool; 2]> {
        let path = format!("{path}.{name}");
        let options = self.object(&path, fields.get(name).unwrap_or(&Value::Null))?;
        for word in options.keys() {
            if !words.contains(&word.as_str()) {
                self.unknown(&format!("{path}.{word}"));
            }
        }
        let [one, other] = words.map(|word| self.flag(&path, word, options));
        let read = [one?, other?];
        if read == [false, false] {
            let expected = format!("`{}` or `{}` to be true", words[0], words[1]);
            self.flaw(&check::MANIFEST_OPTIONS, &path, &expected, "both are false");
            return None;
        }
        Some(read)
    }

    /// An absent flag is off.
    fn flag(&mut self, path: &str, name: &str, fields: &Map<String, Value>) -> Option<bool> {
        match fields.get(name) {
            None | Some(Value::Null) => Some(false),
            Some(Value::Bool(flag)) => Some(*flag),
            Some(other) => {
                let path = format!("{path}.{name}");
                self.flaw(&check::MANIFEST_SHAPE, &path, "true or false", kind(other));
                None
            }
        }
    }

    fn object<'v>(&mut self, path: &str, value: &'v Value) -> Option<&'v Map<String, Value>> {
        if !value.is_object() {
            self.flaw(&check::MANIFEST_SHAPE, path, "an object", kind(value));
        }
        value.as_object()
    }

    fn unknown(&mut self, path: &str) {
        let path = crate::session::tame(path);
        self.flaw(
            &check::MANIFEST_UNKNOWN,
            &path,
            "a name of the protocol",
            "another name",
        );
    }

    fn flaw(
        &mut self,
        check: &'static Check,
        path: &str,
        expected: &str,
        found: impl Into<String>,
    ) {
        self.flaws.push(Flaw::new(check, path, expected, found));
    }

    fn needs(&mut self, supported: &Supported) {
        for module in [Module::Customers, Module::Prices, Module::Subscriptions] {
            if !supported.has(module) {
                let path = format!("controllers.{module}");
                self.flaw(
                    &check::MANIFEST_REQUIRED,
                    &path,
                    "the controller",
                    "nothing, or `false`",
                );
            }
        }
        let needs = [
            (
                supported.prices == Some(PricesType::Product),
                "controllers.prices.type",
                Module::Products,
            ),
            (
                supported.products == Some(ProductsType::Family),
                "controllers.products.type",
                Module::Families,
            ),
            (
                supported.apply_coupon,
                "actions.applyCoupon",
                Module::Coupons,
            ),
            (
                supported.apply_coupon,
                "actions.applyCoupon",
                Module::Cancel,
            ),
            (supported.pause.is_some(), "actions.pause", Module::Cancel),
            (
                supported.change_price.is_some(),
                "actions.changePrice",
                Module::Cancel,
            ),
            (
                supported.extend_trial.is_some(),
                "actions.extendTrial",
                Module::Cancel,
            ),
        ];
        // One missing module is one flaw, whoever needs it.
        let mut missing = Vec::new();
        for (declared, path, needed) in needs {
            if declared && !supported.has(needed) && !missing.contains(&needed) {
                missing.push(needed);
                let expected = format!("`{needed}`, which it needs");
                self.flaw(
                    &check::MANIFEST_NEEDS,
                    path,
                    &expected,
                    format!("no `{needed}`"),
                );
            }
        }
    }
}

/// What a JSON value is, without telling it.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(text) if text.is_empty() => "an empty text",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
