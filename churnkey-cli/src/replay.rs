//! Sending a recording to another version of the provider, and comparing the responses.

use std::collections::HashMap;

use churnkey_protocol::{FEATURES_PATH, Method, Output};
use churnkey_runtime::Mode;
use churnkey_runtime::record::shape;
use churnkey_verify::internal::Client;
use churnkey_verify::{Module, Severity};
use serde_json::Value;

use crate::comparison::values::{Models, pairs};
use crate::comparison::{Comparison, Difference, Groups};
use crate::recording::{Call, Recording};
use crate::side::{Budget, Halt, Side};
use ids::Ids;
use request::Requests;
use send::{Answer, Caller};
use shapes::{Shape, Shapes, of_items, of_lines};
use usage::{customer_of, operation_of, usages};

mod ids;
mod request;
mod send;
mod shapes;
mod usage;

/// The settings of a run.
pub(crate) struct Settings {
    pub(crate) actions: bool,
    /// Replays the calls of one customer after those of another.
    pub(crate) by_customer: bool,
    /// Customers that exist, for a provider that does not list them.
    pub(crate) customers: Vec<String>,
}

/// Replays a recording. An error means that nothing could be replayed.
pub(crate) async fn run(
    mut recording: Recording,
    settings: &Settings,
    client: Client,
    budget: &Budget,
    comparison: &mut Comparison,
) -> Result<(), String> {
    if settings.by_customer {
        recording.calls = by_customer(recording.calls);
    }
    if recording.dropped > 0 {
        let dropped = recording.dropped;
        comparison.notes.push(format!(
            "The recorder had no room for {dropped} further calls."
        ));
    }
    let caller = Caller::new(&client, budget)?;
    let side = Side { client, budget };
    // The provider must be there, and take the token.
    match side.get("/features").await {
        Ok(got) if got.value.is_none() => {
            let target = side.client.target();
            return Err(match got.is_unreachable {
                true => format!("no server can be reached at {target}: {}", got.status),
                false => format!("the manifest of {target} cannot be read: {}", got.status),
            });
        }
        Ok(_) => {}
        Err(halt) => {
            comparison.incomplete = Some(halt);
            return Ok(());
        }
    }
    if let Err(halt) = replay(&recording, settings, &side, &caller, comparison).await {
        comparison.incomplete = Some(halt);
    }
    Ok(())
}

async fn replay(
    recording: &Recording,
    settings: &Settings,
    side: &Side<'_>,
    caller: &Caller<'_>,
    comparison: &mut Comparison,
) -> Result<(), Halt> {
    let is_sent = |call: &&Call| call.method == "GET" || settings.actions;
    let reduced = recording
        .calls
        .iter()
        .filter(|call| call.full.is_none() && call.status != Some(401))
        .filter(is_sent);
    let needs_search = reduced
        .clone()
        .any(|call| call.path.contains("{email}") || call.path.contains("{phone}"));
    let usages = usages(reduced);
    let ids = Ids::find(side, &usages, &settings.customers, needs_search).await?;
    let mut shapes = Shapes::default();
    for (model, item) in &ids.seen {
        let group = model.name();
        shapes.see(group_of_model(group), &of_lines(&shape(item)));
    }
    let mut replay = Replay {
        requests: Requests {
            ids,
            token: side.client.token(),
            mode: side.client.mode(),
            actions: settings.actions,
            cursors: HashMap::new(),
        },
        caller,
        shapes,
    };
    let mut halted = Ok(());
    for call in &recording.calls {
        let mut groups = Groups::default();
        halted = replay.call(call, &mut groups).await;
        comparison.add(groups);
        if halted.is_err() {
            break;
        }
    }
    let mut groups = Groups::default();
    replay.shapes.differences(&mut groups);
    comparison.add(groups);
    halted
}

/// The calls of each customer together, in the order of the first; before them those of none.
fn by_customer(calls: Vec<Call>) -> Vec<Call> {
    let mut places: HashMap<Option<String>, usize> = HashMap::from([(None, 0)]);
    let mut groups: Vec<Vec<Call>> = vec![Vec::new()];
    for call in calls {
        let customer = customer_of(&call).map(str::to_owned);
        let place = *places.entry(customer).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(call);
    }
    groups.into_iter().flatten().collect()
}

struct Replay<'r> {
    requests: Requests<'r>,
    caller: &'r Caller<'r>,
    shapes: Shapes,
}

impl Replay<'_> {
    async fn call(&mut self, call: &Call, groups: &mut Groups) -> Result<(), Halt> {
        let group = group_of(call);
        let prepared = match self.requests.prepare(call) {
            Ok(prepared) => prepared,
            Err(reason) => {
                groups.skipped(&group, &reason);
                return Ok(());
            }
        };
        let place = format!("line {}, {} {}", call.line, call.method, call.path);
        let list = Requests::list_of(&prepared.target).to_owned();
        let recorded = call.status.unwrap_or_default();
        let answer = match self.caller.send(prepared).await? {
            Ok(answer) => answer,
            Err(why) => {
                groups.compared(&group);
                groups.differs(
                    &group,
                    error("(response)", &recorded.to_string(), &why, &place),
                );
                return Ok(());
            }
        };
        if is_unsuitable(call, &answer) {
            let reason = "the provider refuses the action for the subscription that stands for the recorded one";
            groups.skipped(&group, reason);
            return Ok(());
        }
        groups.compared(&group);
        if answer.status != recorded {
            let [old, new] = [recorded, answer.status].map(|status| status.to_string());
            groups.differs(&group, error("(status)", &old, &new, &place));
            return Ok(());
        }
        let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
        if recorded == 200 {
            self.keep_cursor(call, &list, body.as_ref());
        }
        match (&call.full, recorded) {
            (Some(full), 200..300) => {
                let response = full.response.as_deref();
                self.values(call, &group, &place, response, &answer, groups);
            }
            _ => self.shape(call, &group, &place, body.as_ref(), groups),
        }
        Ok(())
    }

    /// Keeps the cursor of a page for the call of the next one.
    fn keep_cursor(&mut self, call: &Call, list: &str, page: Option<&Value>) {
        let Some(own) = page.and_then(cursor_of) else {
            return;
        };
        let recorded = call.full.as_ref().and_then(|full| full.response.as_deref());
        match recorded {
            None => drop(self.requests.cursors.insert(list.to_owned(), own)),
            Some(response) => {
                let recorded: Option<Value> = serde_json::from_str(response).ok();
                if let Some(recorded) = recorded.as_ref().and_then(cursor_of) {
                    // As it stands in the query of the next call.
                    let encoded = churnkey_verify::internal::encoded(&recorded);
                    self.requests.cursors.insert(recorded, own.clone());
                    self.requests.cursors.insert(encoded, own);
                }
            }
        }
    }

    /// Compares the values of a full recording.
    fn values(
        &self,
        call: &Call,
        group: &str,
        place: &str,
        recorded: Option<&str>,
        answer: &Answer,
        groups: &mut Groups,
    ) {
        let Some(recorded) = recorded else {
            groups.skipped(
                group,
                "the values of a response that was too long to be recorded",
            );
            return;
        };
        let recorded = recorded.replace("[token]", self.requests.token);
        let own = String::from_utf8_lossy(&answer.body);
        let [old, new] = [recorded.as_str(), &own].map(serde_json::from_str::<Value>);
        let (old, new) = match (old, new) {
            (Ok(old), Ok(new)) => (old, new),
            (Err(_), Err(_)) if recorded.trim() == own.trim() => return,
            (old, new) => {
                let kind = |value: Result<_, _>, text: &str| match value {
                    Ok(Value::Null) | Err(_) if text.trim().is_empty() => "an empty body",
                    Ok(_) => "JSON",
                    Err(_) => "a body that is not JSON",
                };
                let [old, new] = [kind(old, &recorded), kind(new, &own)];
                groups.differs(group, error("(response)", old, new, place));
                return;
            }
        };
        let mut models = Models {
            groups,
            is_live: self.requests.mode == Mode::Live,
        };
        let module = module_of(call).unwrap_or(Module::Manifest);
        let lists = [&old, &new].map(|page| page.get("data").and_then(Value::as_array));
        let ([Some(old), Some(new)], true) = (lists, is_list(call)) else {
            models.compare(module, place, &old, &new);
            return;
        };
        for (old, new) in pairs(old, new) {
            match (old, new) {
                (Some(old), Some(new)) => models.compare(module, place, old, new),
                (old, new) => {
                    let path = if old.is_some() {
                        "(only old)"
                    } else {
                        "(only new)"
                    };
                    let [old, new] = [old, new].map(|item| models.shown(item));
                    models
                        .groups
                        .differs(module.as_str(), error(path, &old, &new, place));
                }
            }
        }
    }

    /// Compares the fields of a response, and their types.
    fn shape(
        &mut self,
        call: &Call,
        group: &str,
        place: &str,
        body: Option<&Value>,
        groups: &mut Groups,
    ) {
        let (recorded, own) = match (&call.shape, body) {
            (Some(recorded), Some(own)) => (of_lines(recorded), of_lines(&shape(own))),
            (None, None) => return,
            (Some(_), None) => {
                return groups.differs(group, error("(response)", "JSON", "no JSON", place));
            }
            // A refused call has no body in a recording, and that of a list may be too long.
            (None, Some(_)) if call.method == "GET" || call.status == Some(401) => return,
            (None, Some(_)) => {
                let difference = error("(response)", "no JSON", "JSON", place);
                return groups.differs(
                    group,
                    Difference {
                        severity: Severity::Warning,
                        ..difference
                    },
                );
            }
        };
        if !matches!(call.status, Some(200..300)) {
            return self.shapes.add("errors", place, recorded, own);
        }
        if !is_list(call) {
            return self.shapes.add(group, place, recorded, own);
        }
        let [old, new] = [&recorded, &own].map(of_items);
        self.shapes.add(group, place, old, new);
        let page = |shape: &Shape| {
            let is_own = |path: &str| path != "next" && !path.starts_with("data[]");
            let own = shape.iter().filter(|(path, _)| is_own(path));
            own.map(|(path, types)| (path.clone(), types.clone()))
                .collect()
        };
        self.shapes.add("lists", place, page(&recorded), page(&own));
    }
}

/// The subscription that stands for a recorded one may be in another state.
fn is_unsuitable(call: &Call, answer: &Answer) -> bool {
    call.full.is_none()
        && call.method == Method::Post.as_str()
        && call.status == Some(200)
        && answer.status == 409
}

fn is_list(call: &Call) -> bool {
    operation_of(call).is_some_and(|(_, one)| matches!(one.output, Output::Page(_)))
}

fn module_of(call: &Call) -> Option<Module> {
    let (module, _) = operation_of(call)?;
    Module::named(&module.name.replace('_', "-"))
}

fn group_of(call: &Call) -> String {
    match module_of(call) {
        Some(module) => module.as_str().to_owned(),
        None if call.path == FEATURES_PATH => Module::Manifest.as_str().to_owned(),
        None => "other".to_owned(),
    }
}

fn group_of_model(name: &str) -> &'static str {
    let mut controllers = Module::ALL.iter().filter(|module| module.is_controller());
    let is_of = |module: &&Module| {
        let operations = module
            .protocol()
            .map_or(&[][..], |module| module.operations);
        operations
            .iter()
            .any(|one| matches!(one.output, Output::One(model) if model.name() == name))
    };
    controllers
        .find(is_of)
        .map_or("other", |module| module.as_str())
}

fn cursor_of(page: &Value) -> Option<String> {
    match page.get("next")? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn error(path: &str, old: &str, new: &str, place: &str) -> Difference {
    Difference {
        severity: Severity::Error,
        path: path.to_owned(),
        old: old.to_owned(),
        new: new.to_owned(),
        first: place.to_owned(),
        count: 1,
    }
}
