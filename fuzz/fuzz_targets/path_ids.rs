//! Ids in paths: any string, percent-encoded in any way, reaches its function byte for byte.

#![no_main]

use arbitrary::{Arbitrary as _, Result, Unstructured};
use churnkey::operation::Operation;
use libfuzzer_sys::{Corpus, fuzz_target};
use support::client::{Host, encode_segment};
use support::provider::{Everything, Given};

thread_local! {
    static HOST: Host<Everything> = Host::default();
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    match go(&mut Unstructured::new(bytes)) {
        Ok(()) => Corpus::Keep,
        Err(_) => Corpus::Reject,
    }
});

fn go(u: &mut Unstructured<'_>) -> Result<()> {
    use Operation::*;
    let operations = [
        RetrieveCustomer,
        FindCustomerByEmail,
        FindCustomerByPhone,
        RetrievePrice,
        RetrieveSubscription,
        ListSubscriptions,
        RetrieveCoupon,
        RetrieveProduct,
        RetrieveFamily,
    ];
    let operation = *u.choose(&operations)?;
    let mut texts = Vec::new();
    let mut encoded = Vec::new();
    let path: Vec<_> = operation
        .path()
        .split('/')
        .map(|segment| {
            if !segment.starts_with('{') {
                return Ok(segment.to_owned());
            }
            let text = String::arbitrary(u)?;
            let segment = encode_segment(&text, || u.arbitrary().unwrap_or_default());
            texts.push(text);
            encoded.push(segment.clone());
            Ok(segment)
        })
        .collect::<Result<_>>()?;
    let reply = HOST.with(|host| host.get(&path.join("/"), "live"));

    if texts.iter().any(String::is_empty) {
        assert!(reply.calls.is_empty(), "{path:?} {reply:?}");
        assert_eq!(reply.status, 404, "{path:?} {reply:?}");
        return Ok(());
    }
    // A literal `email` or `phone` takes precedence over a customer's id.
    let (operation, texts) = match (operation, &*encoded[0]) {
        (ListSubscriptions, "email") => (FindCustomerByEmail, vec!["subscriptions".to_owned()]),
        (ListSubscriptions, "phone") => (FindCustomerByPhone, vec!["subscriptions".to_owned()]),
        _ => (operation, texts),
    };
    let call = reply.call();
    assert_eq!(call.operation, operation, "{path:?}");
    let Given::Read { texts: given, .. } = &call.given else {
        panic!("a GET called an action: {reply:?}");
    };
    assert_eq!(*given, texts, "{path:?}");
    if operation.name() == "retrieve" && reply.status == 200 {
        assert_eq!(
            reply.document()["id"],
            *texts.last().expect("a retrieve has an id")
        );
    }
    Ok(())
}
