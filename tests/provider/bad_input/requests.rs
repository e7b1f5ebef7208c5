//! Paths, methods and modes.

use super::{cancel, cancel_call, refused};
use crate::support::billing;

#[test]
fn unknown_path_under_churnkey_is_a_404() {
    let (billing, host) = billing();
    for path in [
        "",
        "/",
        "/s3ntin3l",
        "/Customers",
        "/customers/",
        "/customers/cus_1/",
        "/customers/cus_1/s3ntin3l",
        "/customers/cus_1/subscriptions/sub_1/more",
        "/customers/email/",
        "/customers/email/a/b",
        "/features/",
        "/actions",
        "/actions/subscription/s3ntin3l",
        "/actions/customer/change-price",
        "/invoices",
    ] {
        for method in ["GET", "POST"] {
            let reply = host.call(method, format!("/churnkey{path}")).send();
            assert_eq!(
                refused(&reply, 404),
                "there is no such path",
                "{method} {path}"
            );
        }
    }
    assert_eq!(billing.reads(), Vec::<String>::new());
}

#[test]
fn empty_id_in_a_path_calls_no_function() {
    let (billing, host) = billing();
    for path in [
        "/customers//subscriptions",
        "/customers//subscriptions/sub_1",
        "/customers/cus_1/subscriptions/",
        "/prices/",
    ] {
        let message = refused(&host.get(path), 404);
        assert_eq!(message, "there is no such path", "{path}");
    }
    assert_eq!(billing.reads(), Vec::<String>::new());
}

#[test]
fn wrong_method_is_a_405_with_the_allowed_one() {
    let (billing, host) = billing();
    let reads = [
        "/features",
        "/customers",
        "/customers/cus_1",
        "/customers/email/a@b.test",
        "/prices",
        "/customers/cus_1/subscriptions/sub_1",
    ];
    let writes = ["/actions/subscription/cancel", "/actions/customer/cancel"];
    let table = reads
        .map(|path| (path, "GET, HEAD", ["POST", "PUT", "DELETE", "OPTIONS"]))
        .into_iter()
        .chain(writes.map(|path| (path, "POST", ["GET", "PUT", "DELETE", "HEAD"])));
    for (path, allowed, wrong) in table {
        for method in wrong {
            let reply = host
                .call(method, format!("/churnkey{path}"))
                .json(cancel())
                .send();
            assert_eq!(reply.status, 405, "{method} {path}");
            assert_eq!(reply.header("allow"), Some(allowed), "{method} {path}");
            if method != "HEAD" {
                assert_eq!(refused(&reply, 405), "Method Not Allowed");
            }
        }
    }
    assert_eq!((billing.reads(), billing.writes()), (vec![], vec![]));
}

#[test]
fn invalid_or_repeated_mode_is_a_400() {
    let (billing, host) = billing();
    let modes: [&[&[u8]]; 7] = [
        &[b"staging"],
        &[b"s3ntin3l"],
        &[b""],
        &[b"test, live"],
        &[b"t\xebst"],
        &[b"test", b"live"],
        &[b"live", b"live"],
    ];
    for values in modes {
        let calls = [
            host.call("GET", "/churnkey/features"),
            host.call("GET", "/churnkey/customers/cus_1"),
            cancel_call(host),
        ];
        for mut call in calls {
            for value in values {
                call = call.header("X-Churnkey-Mode", value);
            }
            let message = refused(&call.send(), 400);
            assert_eq!(
                message,
                "the header `X-Churnkey-Mode` must be `test` or `live`"
            );
        }
    }
    assert_eq!((billing.reads(), billing.writes()), (vec![], vec![]));
}

#[test]
fn letter_case_of_the_mode_is_ignored() {
    let (billing, host) = billing();
    for mode in ["TEST", "Test", "tEST", "LIVE", "Live"] {
        let call = cancel_call(host).header("X-Churnkey-Mode", mode);
        call.send().is_done();
    }
    assert_eq!(billing.writes().len(), 5);
}
