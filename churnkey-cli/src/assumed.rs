//! The report on the assumptions of the protocol, from recorded calls.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;

use churnkey_protocol::assumption::{Assumption, Statement, Topic, assumptions};
use churnkey_protocol::spelling::{AMOUNT, COUNTS, DATE, DATE_WORD, KIND, UNIT, UNITS};
use churnkey_protocol::{FieldKind, Input, Module, Operation, operations};
use churnkey_runtime::Timestamp;
use churnkey_verify::internal::counted;
use serde_json::{Map, Value, json};

use crate::recording::Call;

/// The findings on one assumption.
#[derive(Default)]
struct Finding {
    confirmed: usize,
    contradicted: usize,
    /// Keys and words of the calls that contradict.
    seen: BTreeSet<String>,
}

/// The evidence of one call.
enum Evidence {
    None,
    Confirms,
    Contradicts(Vec<String>),
}

/// The findings on every assumption of the table, in its order.
pub(crate) struct Assumed {
    calls: usize,
    findings: Vec<(Assumption, Finding)>,
}

impl Assumed {
    pub(crate) fn of(calls: &[Call]) -> Self {
        let mut findings: Vec<_> = assumptions()
            .map(|assumption| (assumption, Finding::default()))
            .collect();
        let mut actions = HashSet::new();
        for call in calls {
            let repeats = call.method == "POST"
                && call.body.is_object()
                && !actions.insert(format!("{} {:?} {}", call.path, call.mode, call.body));
            let call = Seen::new(call, repeats);
            for (assumption, finding) in &mut findings {
                match call.evidence(assumption) {
                    Evidence::None => {}
                    Evidence::Confirms => finding.confirmed += 1,
                    Evidence::Contradicts(seen) => {
                        finding.contradicted += 1;
                        finding.seen.extend(seen);
                    }
                }
            }
        }
        Self {
            calls: calls.len(),
            findings,
        }
    }

    pub(crate) fn has_contradictions(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|(_, finding)| finding.contradicted > 0)
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let facts = self.findings.len();
        let mut text = format!("{}, {facts} facts that are assumed\n", calls(self.calls));
        let mut verdicts: BTreeMap<_, usize> = BTreeMap::new();
        for (assumption, finding) in &self.findings {
            let verdict = finding.verdict();
            *verdicts.entry(verdict).or_default() += 1;
            let detail = match verdict {
                "not seen" if is_invisible(assumption) => "no request shows it".to_owned(),
                "not seen" => String::new(),
                "confirmed" => format!("by {}", calls(finding.confirmed)),
                _ => {
                    let seen: Vec<_> = finding.seen.iter().map(String::as_str).collect();
                    let have = if finding.contradicted == 1 {
                        "has"
                    } else {
                        "have"
                    };
                    let calls = calls(finding.contradicted);
                    format!("by {calls}, which {have} {}", seen.join(", "))
                }
            };
            let name = assumption.to_string();
            let statement = Statement(*assumption);
            // Writing to a string does not fail.
            let _ = writeln!(text, "\n{verdict:<13} {name}  {detail}");
            let _ = writeln!(text, "              {statement}");
        }
        let counts: Vec<_> = verdicts
            .iter()
            .map(|(verdict, count)| format!("{count} {verdict}"))
            .collect();
        let _ = writeln!(text, "\n{}", counts.join(", "));
        text
    }

    pub(crate) fn json(&self) -> Value {
        let facts = self.findings.iter().map(|(assumption, finding)| {
            json!({
                "name": assumption.to_string(),
                "statement": Statement(*assumption).to_string(),
                "verdict": finding.verdict(),
                "confirmedBy": finding.confirmed,
                "contradictedBy": finding.contradicted,
                "seen": finding.seen,
            })
        });
        json!({ "calls": self.calls, "facts": facts.collect::<Vec<_>>() })
    }
}

impl Finding {
    fn verdict(&self) -> &'static str {
        match (self.confirmed, self.contradicted) {
            (0, 0) => "not seen",
            (_, 0) => "confirmed",
            _ => "contradicted",
        }
    }
}

fn calls(count: usize) -> String {
    counted(count as u64, ["call", "calls"])
}

fn is_invisible(assumption: &Assumption) -> bool {
    match assumption {
        Assumption::Rule(rule) => matches!(rule.topic, Topic::Sent | Topic::AbsentModule),
        _ => false,
    }
}

/// A call with its place in the table.
struct Seen<'c> {
    call: &'c Call,
    operation: Option<(&'static Module, &'static Operation)>,
    body: Option<&'c Map<String, Value>>,
    repeats: bool,
}

impl<'c> Seen<'c> {
    fn new(call: &'c Call, repeats: bool) -> Self {
        let operation = operations().find(|(_, operation)| {
            operation.path == call.path && operation.method.as_str() == call.method
        });
        Self {
            call,
            operation,
            body: call.body.as_object(),
            repeats,
        }
    }

    fn evidence(&self, assumption: &Assumption) -> Evidence {
        let is_authorized = self.call.status.is_some_and(|status| status != 401);
        match assumption {
            Assumption::Rule(rule) if rule.topic == Topic::UnknownPath => {
                confirms(self.call.path == "other" && self.call.status == Some(401))
            }
            // Anyone can send a request without the token.
            _ if !is_authorized => Evidence::None,
            Assumption::Path(operation) => confirms(self.is(operation)),
            Assumption::ManifestKey(module) => confirms(self.is_of(module)),
            Assumption::FeatureKey(module, feature) => {
                confirms(self.is_of(module) && self.has(feature.wire))
            }
            Assumption::FieldName(module, field) => {
                confirms(self.is_of(module) && self.has(field.name))
            }
            Assumption::FieldRequired(module, field) if self.is_of(module) => {
                self.expects(self.has(field.name))
            }
            Assumption::FieldRequired(..) => Evidence::None,
            Assumption::Rule(rule) => self.topic(rule.topic),
        }
    }

    fn topic(&self, topic: Topic) -> Evidence {
        let call = self.call;
        match topic {
            Topic::BareToken => confirms(call.authorization == "bare"),
            Topic::ModeCase => match call.mode.as_deref() {
                None => Evidence::None,
                Some("test" | "live") => Evidence::Confirms,
                Some(other) => Evidence::Contradicts(vec![format!("the mode `{other}`")]),
            },
            Topic::Limit => {
                let limit = call.query.get("limit").and_then(Value::as_str);
                let limit = limit.and_then(|limit| limit.parse::<u64>().ok());
                confirms(self.is_list() && limit.is_none_or(|limit| limit > 100))
            }
            Topic::Cursor => {
                confirms(call.query.contains_key("cursor") && call.status == Some(200))
            }
            Topic::EncodedIds => confirms(call.encoded),
            Topic::Repetition => confirms(self.repeats),
            Topic::ContentType => match (&call.body, call.content_type.as_deref()) {
                (Value::Object(_), Some(kind)) => confirms(kind != "application/json"),
                (Value::String(why), _) => Evidence::Contradicts(vec![format!("a body: {why}")]),
                _ => Evidence::None,
            },
            Topic::Boolean => self.booleans(),
            Topic::AbsentSchedule => {
                let schedule = self.field(|kind| kind == FieldKind::Schedule);
                schedule.map_or(Evidence::None, |name| self.expects(self.has(name)))
            }
            Topic::DurationKind => self.duration(|_, fields| Some(fields.contains_key(KIND[0]))),
            Topic::DurationPeriod => self.duration(|is_date, fields| {
                let unit = fields.get(UNIT[0]).and_then(Value::as_str);
                let amount = fields.get(AMOUNT[0]).is_some_and(Value::is_number);
                (!is_date).then(|| amount && unit.is_some_and(|unit| UNITS.contains(&unit)))
            }),
            Topic::DurationDate => self.duration(|is_date, fields| {
                let date = fields.get(DATE[0]).and_then(Value::as_str);
                let date = date.map(str::parse::<Timestamp>);
                is_date.then_some(matches!(date, Some(Ok(_))))
            }),
            // No request shows them.
            Topic::UnknownPath | Topic::AbsentModule | Topic::Sent => Evidence::None,
        }
    }

    fn is(&self, operation: &Operation) -> bool {
        self.operation
            .is_some_and(|(_, own)| own.ident == operation.ident)
    }

    fn is_of(&self, module: &Module) -> bool {
        self.operation
            .is_some_and(|(own, _)| own.name == module.name)
    }

    fn is_list(&self) -> bool {
        self.operation
            .is_some_and(|(_, operation)| operation.inputs.contains(&Input::Page))
    }

    fn has(&self, name: &str) -> bool {
        let value = self.body.and_then(|body| body.get(name));
        value.is_some_and(|value| !value.is_null())
    }

    /// Names of the first field of a kind.
    fn field(&self, kind: impl Fn(FieldKind) -> bool) -> Option<&'static str> {
        let (module, _) = self.operation?;
        let field = module.fields.iter().find(|field| kind(field.kind));
        field.map(|field| field.name)
    }

    /// Confirms, or contradicts with the keys of the body.
    fn expects(&self, is_so: bool) -> Evidence {
        match (is_so, self.body) {
            (true, _) => Evidence::Confirms,
            (false, Some(body)) => Evidence::Contradicts(keys("", body)),
            (false, None) => Evidence::None,
        }
    }

    fn booleans(&self) -> Evidence {
        let (Some((module, _)), Some(body)) = (self.operation, self.body) else {
            return Evidence::None;
        };
        let flags = module.fields.iter();
        let flags = flags.filter(|field| field.kind == FieldKind::Flag);
        let values: Vec<_> = flags
            .filter_map(|field| Some((field.name, body.get(field.name)?)))
            .filter(|(_, value)| !value.is_null())
            .collect();
        let others = values.iter().filter(|(_, value)| !value.is_boolean());
        let others: Vec<_> = others
            .map(|(name, _)| format!("{name} of another type"))
            .collect();
        match (values.is_empty(), others.is_empty()) {
            (true, _) => Evidence::None,
            (false, true) => Evidence::Confirms,
            (false, false) => Evidence::Contradicts(others),
        }
    }

    /// Evidence from a duration; `None` of the test says nothing.
    fn duration(&self, test: impl Fn(bool, &Map<String, Value>) -> Option<bool>) -> Evidence {
        let Some(name) = self.field(|kind| kind == FieldKind::Duration) else {
            return Evidence::None;
        };
        let fields = match self.body.and_then(|body| body.get(name)) {
            None | Some(Value::Null) => return Evidence::None,
            Some(Value::Object(fields)) => fields,
            Some(_) => return Evidence::Contradicts(vec![format!("{name} of another type")]),
        };
        match test(is_date(fields), fields) {
            None => Evidence::None,
            Some(true) => Evidence::Confirms,
            Some(false) => Evidence::Contradicts(keys(&format!("{name}."), fields)),
        }
    }
}

fn confirms(is_so: bool) -> Evidence {
    match is_so {
        true => Evidence::Confirms,
        false => Evidence::None,
    }
}

/// `true` if a duration is a date, by its kind, or by its fields.
fn is_date(fields: &Map<String, Value>) -> bool {
    let mut kinds = KIND.iter().filter_map(|name| fields.get(*name)?.as_str());
    let given = |name: &&str| fields.get(*name).is_some_and(|value| !value.is_null());
    kinds.any(|kind| kind.eq_ignore_ascii_case(DATE_WORD.wire))
        || DATE.iter().any(given) && !UNIT.iter().chain(&COUNTS).any(given)
}

/// Keys of an object and of the objects in it.
fn keys(prefix: &str, fields: &Map<String, Value>) -> Vec<String> {
    let mut all = Vec::new();
    for (key, value) in fields {
        all.push(format!("{prefix}{key}"));
        if let Value::Object(fields) = value {
            all.extend(keys(&format!("{prefix}{key}."), fields));
        }
    }
    all
}
