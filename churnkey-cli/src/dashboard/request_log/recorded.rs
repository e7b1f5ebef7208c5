//! The calls of a recording, as entries of the request log.

use std::time::Duration;

use churnkey_verify::internal::{Client, Request};
use serde_json::Value;

use super::RequestLog;
use super::entry::{Answer, Entry, Source, Subject, cut};
use crate::recording::{Call, Recording};

impl RequestLog {
    /// Adds the calls of a recording.
    pub(in crate::dashboard) fn add_recording(&self, recording: Recording, client: &Client) {
        for call in recording.calls {
            self.put(entry(call, client));
        }
    }
}

fn entry(call: Call, client: &Client) -> Entry {
    let path = match &call.full {
        Some(full) => full.target.clone(),
        None => target(&call),
    };
    let body = match &call.full {
        Some(full) => full.body.clone(),
        None if call.body.is_null() => None,
        None => Some(call.body.to_string()),
    };
    let request = request(&call);
    let curl = request.clone().map(|request| {
        let is_live = call.mode.as_deref() == Some("live");
        client.curl(&match is_live {
            true => request.in_live_mode(),
            false => request,
        })
    });
    Entry {
        number: 0,
        at: call.time,
        source: Source::Recording,
        subject: Subject::of(&path, body.as_deref().unwrap_or_default()),
        mode: call.mode.clone().unwrap_or_else(|| "none".to_owned()),
        curl,
        body: body.map(cut),
        answer: answer(&call),
        took: call.ms.map(Duration::from_millis),
        request,
        twin: None,
        method: call.method,
        path,
    }
}

/// The request, if the recording has all of it.
fn request(call: &Call) -> Option<Request> {
    let full = call.full.as_ref()?;
    match &*call.method {
        "GET" => Request::recorded(&full.target, None),
        "POST" => Request::recorded(&full.target, Some(full.body.as_deref()?)),
        _ => None,
    }
}

/// The path with pseudonyms, and the query.
fn target(call: &Call) -> String {
    let word = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut target = call.path.clone();
    for (name, value) in &call.parameters {
        target = target.replace(&format!("{{{name}}}"), &word(value));
    }
    let fields: Vec<_> = call
        .query
        .iter()
        .map(|(name, value)| format!("{name}={}", word(value)))
        .collect();
    match fields.is_empty() {
        true => target,
        false => format!("{target}?{}", fields.join("&")),
    }
}

fn answer(call: &Call) -> Answer {
    let Some(status) = call.status else {
        return Answer::None("the caller closed the connection".to_owned());
    };
    let body = match (&call.full, &call.shape) {
        (Some(full), _) => full.response.clone(),
        (None, Some(shape)) => {
            let fields = shape.join("\n");
            Some(format!(
                "The values are not recorded. The fields:\n\n{fields}"
            ))
        }
        (None, None) => None,
    };
    Answer::Response {
        status,
        media_type: None,
        body: body.map(cut),
    }
}
