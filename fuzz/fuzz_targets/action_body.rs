//! Bodies of actions: a digit for the action, then JSON. A decoded body can be encoded and decoded
//! again to an equal value, equivalent forms of a body give the same result, and a disabled option
//! is a 400.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::Value;
use support::bodies::{ACTIONS, encode, rewritten, sparing_offers};
use support::client::{Host, Reply};
use support::provider::{Everything, Given, Sparing};

thread_local! {
    static EVERYTHING: Host<Everything> = Host::default();
    static SPARING: Host<Sparing> = Host::default();
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((digit, body)) = bytes.split_first() else {
        return Corpus::Reject;
    };
    let (action, known) = ACTIONS[usize::from(digit.wrapping_sub(b'0')) % ACTIONS.len()];
    let act = |body: &[u8]| EVERYTHING.with(|host| host.act(action, body.to_vec()));

    let reply = act(body);
    let document = serde_json::from_slice::<Value>(body);
    if document.as_ref().ok().and_then(Value::as_object).is_none() {
        assert_eq!(reply.status, 400, "{reply:?}");
        assert!(reply.calls.is_empty(), "{reply:?}");
    }
    if let Ok(Value::Object(fields)) = &document {
        for other in rewritten(fields, known) {
            let again = act(other.as_bytes());
            assert_eq!(outcome(&again), outcome(&reply), "{other}");
        }
    }
    if let Some(given) = written(&reply) {
        let body = encode(given);
        let again = act(body.to_string().as_bytes());
        assert_eq!(written(&again), Some(given), "{body}");
    }
    check_disabled(&reply, action, body);
    Corpus::Keep
});

/// The list of received keys at the end of a message differs between equivalent bodies.
fn outcome(reply: &Reply) -> (u16, &[u8], Option<&Given>) {
    let list = reply.body.windows(2).position(|two| two == b" (");
    let body = &reply.body[..list.unwrap_or(reply.body.len())];
    (reply.status.as_u16(), body, written(reply))
}

/// Returns the request that the action's function received. Before a pause the runtime also
/// retrieves the subscription.
fn written(reply: &Reply) -> Option<&Given> {
    let mut given = reply.calls.iter().map(|call| &call.given);
    given.rfind(|given| !matches!(given, Given::Read { .. }))
}

fn check_disabled(reply: &Reply, action: &str, body_sent: &[u8]) {
    let sparing = SPARING.with(|host| host.act(action, body_sent.to_vec()));
    match written(reply) {
        Some(given) if sparing_offers(given) => assert_eq!(outcome(&sparing), outcome(reply)),
        Some(_) => {
            assert_eq!(sparing.status, 400, "{sparing:?}");
            assert!(sparing.calls.is_empty(), "{sparing:?}");
        }
        // An absent schedule means the only one that is on.
        None => {
            if let Some(given) = written(&sparing) {
                let body = encode(given).to_string().into_bytes();
                let complete = EVERYTHING.with(|host| host.act(action, body));
                assert_eq!(written(&complete), Some(given), "{sparing:?}");
                let document = serde_json::from_slice::<Value>(body_sent).expect("JSON");
                let field = match action.ends_with("pause") {
                    true => "startAt",
                    false => "scheduledAt",
                };
                assert!(
                    document.get(field).is_none_or(Value::is_null),
                    "{sparing:?}"
                );
            }
        }
    }
}
