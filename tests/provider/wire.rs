//! Every operation of the protocol: its path and method, the arguments of its function, and the
//! whole response.

use churnkey::axum::body::{Body, to_bytes};
use churnkey::axum::http::Request;
use churnkey::{
    ApplyCoupon, Cancel, CancelAll, ChangePrice, ExtendTrial, Integration as _, OfferDuration,
    Pause, PauseAll, Schedule, TimeUnit,
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::{Billing, TOKEN, Write, at, billing};

fn coupon() -> Value {
    json!({ "id": "half", "code": "HALF", "duration": { "type": "once" }, "value": { "type": "percentage", "percent": 50 } })
}

fn customer() -> Value {
    json!({
        "id": "cus_1",
        "name": "Ada",
        "lastName": "Lovelace",
        "email": "a+b@c.test",
        "phone": "+33123456789",
        "addresses": [{ "country": "FR", "city": "Paris" }],
        "discounts": [{ "coupon": coupon() }],
        "currency": "EUR",
        "metadata": { "tier": "gold" },
    })
}

fn price() -> Value {
    json!({
        "id": "pro",
        "type": "product",
        "productId": "suite",
        "duration": { "amount": 1, "unit": "month" },
        "amount": { "model": "fixed", "currency": "USD", "unit": 1900 },
        "name": "Pro",
        "description": "internal",
    })
}

fn subscription(id: &str, unit: &str) -> Value {
    json!({
        "id": id,
        "customerId": "cus_1",
        "status": {
            "name": "active",
            "currentPeriod": { "start": "2026-01-01T00:00:00.000Z", "end": "2026-02-01T00:00:00.000Z" },
        },
        "start": "2026-01-01T00:00:00.000Z",
        "duration": { "amount": 1, "unit": unit },
        "items": [{ "id": "item_1", "price": price(), "quantity": 2 }],
    })
}

fn product() -> Value {
    json!({ "id": "suite", "type": "family", "familyId": "apps", "name": "Suite", "unitLabel": "seat" })
}

fn family() -> Value {
    json!({ "id": "apps", "name": "Apps", "description": "All apps" })
}

#[test]
fn retrieve_and_find_return_the_whole_model() {
    let (billing, host) = billing();
    let table = [
        ("/customers/cus_1", "customer cus_1", customer()),
        (
            "/customers/email/a+b@c.test",
            "email a+b@c.test",
            customer(),
        ),
        (
            "/customers/phone/+33123456789",
            "phone +33123456789",
            customer(),
        ),
        ("/prices/pro", "price pro", price()),
        (
            "/customers/cus_1/subscriptions/sub_1",
            "subscription sub_1 of cus_1",
            subscription("sub_1", "month"),
        ),
        ("/coupons/half", "coupon half", coupon()),
        ("/products/suite", "product suite", product()),
        ("/families/apps", "family apps", family()),
    ];
    for (path, read, document) in table {
        assert_eq!(host.get(path).document(), document, "{path}");
        assert_eq!(billing.reads(), [read], "{path}");
    }
}

#[test]
fn last_page_of_every_list_has_no_next() {
    let (billing, host) = billing();
    let table = [
        (
            "/customers",
            "customers limit 10",
            vec![
                customer(),
                json!({ "id": "cus_2" }),
                json!({ "id": "cus_3" }),
            ],
        ),
        (
            "/prices",
            "prices limit 10",
            vec![
                price(),
                json!({
                    "id": "team",
                    "type": "product",
                    "productId": "suite",
                    "duration": { "amount": 1, "unit": "year" },
                    "amount": { "model": "fixed", "currency": "JPY", "flat": 110 },
                }),
            ],
        ),
        (
            "/customers/cus_1/subscriptions",
            "subscriptions of cus_1 limit 10",
            vec![
                subscription("sub_1", "month"),
                subscription("sub_annual", "year"),
            ],
        ),
        (
            "/coupons",
            "coupons limit 10",
            vec![
                coupon(),
                json!({ "id": "welcome", "duration": { "type": "forever" }, "value": { "type": "fixed", "currency": "USD", "flat": 500 } }),
            ],
        ),
        (
            "/products",
            "products limit 10",
            vec![
                product(),
                json!({ "id": "tools", "type": "family", "familyId": "apps", "name": "Tools" }),
            ],
        ),
        (
            "/families",
            "families limit 10",
            vec![family(), json!({ "id": "books", "name": "Books" })],
        ),
    ];
    for (path, read, data) in table {
        assert_eq!(host.get(path).document(), json!({ "data": data }), "{path}");
        assert_eq!(billing.reads(), [read], "{path}");
    }
}

#[test]
fn page_with_a_successor_has_a_next_cursor() {
    let (_, host) = billing();
    let lists = [
        "/customers",
        "/prices",
        "/customers/cus_1/subscriptions",
        "/coupons",
        "/products",
        "/families",
    ];
    for list in lists {
        let all = host.get(list).document()["data"].clone();
        let first = host.get(&format!("{list}?limit=1")).document();
        assert_eq!(first["data"], json!([all[0]]), "{list}");
        let next = first["next"].as_str().unwrap();
        assert_eq!(first, json!({ "data": [all[0]], "next": next }), "{list}");
        let second = host
            .get(&format!("{list}?limit=1&cursor={next}"))
            .document();
        assert_eq!(second["data"], json!([all[1]]), "{list}");
    }
}

#[test]
fn manifest_is_served_at_features() {
    let (_, host) = billing();
    let both = json!({ "immediate": true, "end-of-period": true });
    let durations = json!({ "period": true, "date": true });
    assert_eq!(
        host.get("/features").document(),
        json!({
            "controllers": {
                "customers": true,
                "prices": { "enabled": true, "type": "product" },
                "subscriptions": true,
                "coupons": true,
                "products": { "enabled": true, "type": "family" },
                "families": true,
            },
            "actions": {
                "cancel": { "schedules": both },
                "pause": { "enabled": true, "startDates": both, "durations": durations, "allowAnnual": true },
                "applyCoupon": { "enabled": true },
                "changePrice": { "enabled": true, "schedules": both, "prorate": true },
                "extendTrial": { "enabled": true, "multiple": true, "durations": durations },
            },
        })
    );
}

const PERIOD: OfferDuration = OfferDuration::Period {
    amount: 2,
    unit: TimeUnit::Month,
};

fn date() -> OfferDuration {
    OfferDuration::Date(at("2026-09-01T00:00:00Z"))
}

#[test]
fn cancel_gets_the_fields_of_the_body() {
    let (billing, host) = billing();
    let minimal =
        json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "scheduledAt": "immediate" });
    host.act("/subscription/cancel", minimal).is_done();
    let full = json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "scheduledAt": "end-of-period", "unpause": true });
    host.act("/subscription/cancel", full).is_done();
    let unpausing = Cancel::new("cus_1", "sub_1", Schedule::EndOfPeriod).unpause(true);
    assert_eq!(
        billing.writes(),
        [
            Write::Cancel(Cancel::new("cus_1", "sub_1", Schedule::Immediate)),
            Write::Cancel(unpausing),
        ]
    );
}

#[test]
fn cancel_all_gets_the_fields_of_the_body() {
    let (billing, host) = billing();
    let minimal = json!({ "customerId": "cus_1", "scheduledAt": "end-of-period" });
    host.act("/customer/cancel", minimal).is_done();
    let full = json!({ "customerId": "cus_1", "scheduledAt": "immediate", "unpause": true });
    host.act("/customer/cancel", full).is_done();
    let unpausing = CancelAll::new("cus_1", Schedule::Immediate).unpause(true);
    assert_eq!(
        billing.writes(),
        [
            Write::CancelAll(CancelAll::new("cus_1", Schedule::EndOfPeriod)),
            Write::CancelAll(unpausing),
        ]
    );
}

#[test]
fn pause_gets_the_fields_of_the_body() {
    let (billing, host) = billing();
    let minimal = json!({
        "customerId": "cus_1", "subscriptionId": "sub_1", "startAt": "immediate",
        "duration": { "type": "period", "amount": 2, "unit": "month" },
    });
    host.act("/subscription/pause", minimal).is_done();
    let full = json!({
        "customerId": "cus_1", "subscriptionId": "sub_annual", "startAt": "end-of-period",
        "duration": { "type": "date", "date": "2026-09-01T02:00:00+02:00" }, "allowAnnual": true,
    });
    host.act("/subscription/pause", full).is_done();
    let annual =
        Pause::new("cus_1", "sub_annual", Schedule::EndOfPeriod, date()).allow_annual(true);
    assert_eq!(
        billing.writes(),
        [
            Write::Pause(Pause::new("cus_1", "sub_1", Schedule::Immediate, PERIOD)),
            Write::Pause(annual),
        ]
    );
}

#[test]
fn pause_all_gets_the_fields_of_the_body() {
    let (billing, host) = billing();
    let minimal = json!({
        "customerId": "cus_1", "startAt": "end-of-period",
        "duration": { "type": "date", "date": "2026-09-01T00:00:00.000Z" },
    });
    host.act("/customer/pause", minimal).is_done();
    let full = json!({
        "customerId": "cus_1", "startAt": "immediate",
        "duration": { "type": "period", "amount": 2, "unit": "month" }, "allowAnnual": true,
    });
    host.act("/customer/pause", full).is_done();
    let annual = PauseAll::new("cus_1", Schedule::Immediate, PERIOD).allow_annual(true);
    assert_eq!(
        billing.writes(),
        [
            Write::PauseAll(PauseAll::new("cus_1", Schedule::EndOfPeriod, date())),
            Write::PauseAll(annual),
        ]
    );
}

#[test]
fn apply_coupon_accepts_id_and_coupon() {
    let (billing, host) = billing();
    for field in ["id", "coupon", "couponId"] {
        let body = json!({ "customerId": "cus_1", "subscriptionId": "sub_1", field: "half" });
        host.act("/subscription/apply-coupon", body).is_done();
        let expected = ApplyCoupon::new("cus_1", "sub_1", "half");
        assert_eq!(billing.writes(), [Write::ApplyCoupon(expected)]);
    }
}

#[test]
fn change_price_accepts_id_and_price() {
    let (billing, host) = billing();
    let minimal = json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "id": "team", "scheduledAt": "immediate" });
    host.act("/subscription/change-price", minimal).is_done();
    let full = json!({
        "customerId": "cus_1", "subscriptionId": "sub_1", "price": "team", "scheduledAt": "end-of-period", "prorate": true,
    });
    host.act("/subscription/change-price", full).is_done();
    let prorated = ChangePrice::new("cus_1", "sub_1", "team", Schedule::EndOfPeriod).prorate(true);
    let plain = ChangePrice::new("cus_1", "sub_1", "team", Schedule::Immediate);
    assert_eq!(
        billing.writes(),
        [Write::ChangePrice(plain), Write::ChangePrice(prorated)]
    );
}

#[test]
fn differing_names_of_one_object_are_a_400() {
    let (billing, host) = billing();
    let coupon = |other: &str| {
        json!({
            "customerId": "cus_1", "subscriptionId": "sub_1", "id": "half", "couponId": other,
        })
    };
    host.act("/subscription/apply-coupon", coupon("half"))
        .is_done();
    let refusal = host.act("/subscription/apply-coupon", coupon("other"));
    assert_eq!(
        refusal.error(400),
        "`id` and `couponId` must be the same, or one of them absent (keys received: couponId, \
         customerId, id, subscriptionId)"
    );
    let price = json!({
        "customerId": "cus_1", "subscriptionId": "sub_1", "id": null, "price": "team", "scheduledAt": "immediate",
    });
    host.act("/subscription/change-price", price).is_done();
    assert_eq!(
        billing.writes(),
        [
            Write::ApplyCoupon(ApplyCoupon::new("cus_1", "sub_1", "half")),
            Write::ChangePrice(ChangePrice::new(
                "cus_1",
                "sub_1",
                "team",
                Schedule::Immediate
            )),
        ]
    );
}

#[test]
fn flag_is_absent_a_boolean_or_a_string() {
    let (billing, host) = billing();
    for (flag, expected) in [
        (json!(null), None),
        (json!(true), Some(true)),
        (json!("true"), Some(true)),
        (json!(false), Some(false)),
        (json!("false"), Some(false)),
    ] {
        let body = json!({
            "customerId": "cus_1", "subscriptionId": "sub_1", "scheduledAt": "immediate", "unpause": flag,
        });
        host.act("/subscription/cancel", body).is_done();
        let mut cancel = Cancel::new("cus_1", "sub_1", Schedule::Immediate);
        cancel.unpause = expected;
        assert_eq!(billing.writes(), [Write::Cancel(cancel)], "{flag}");
    }
}

#[test]
fn extend_trial_accepts_other_spellings_of_a_duration() {
    let (billing, host) = billing();
    let period = |amount, unit| OfferDuration::Period { amount, unit };
    let table = [
        (
            json!({ "type": "period", "amount": 3, "unit": "day" }),
            period(3, TimeUnit::Day),
        ),
        (
            json!({ "amount": 1, "unit": "week" }),
            period(1, TimeUnit::Week),
        ),
        (
            json!({ "amount": 2, "unit": "month", "date": null, "type": null }),
            PERIOD,
        ),
        (
            json!({ "kind": "period", "intervalCount": "1", "interval": "Years" }),
            period(1, TimeUnit::Year),
        ),
        (json!({ "period": { "days": 0, "months": 2 } }), PERIOD),
        (json!({ "model": "date", "until": "2026-09-01" }), date()),
        (json!({ "date": "2026-08-31T22:00:00-02:00" }), date()),
    ];
    for (duration, expected) in table {
        let body =
            json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "duration": duration });
        host.act("/subscription/extend-trial", &body).is_done();
        let expected = ExtendTrial::new("cus_1", "sub_1", expected);
        assert_eq!(billing.writes(), [Write::ExtendTrial(expected)], "{body}");
    }
}

#[test]
fn null_is_absent_and_unknown_fields_are_ignored() {
    let (billing, host) = billing();
    let cancel = json!({
        "customerId": "cus_1", "subscriptionId": "sub_1", "scheduledAt": "immediate", "unpause": null, "reason": { "deep": [1, null] }, "": 1,
    });
    host.act("/subscription/cancel", cancel).is_done();
    let pause = json!({
        "customerId": "cus_1", "subscriptionId": "sub_1", "startAt": "immediate",
        "duration": { "amount": 2, "unit": "month", "why": "unknown" }, "allowAnnual": null,
    });
    host.act("/subscription/pause", pause).is_done();
    let price = json!({
        "customerId": "cus_1", "subscriptionId": "sub_1", "id": "team", "scheduledAt": "immediate", "prorate": null,
    });
    host.act("/subscription/change-price", price).is_done();
    assert_eq!(
        billing.writes(),
        [
            Write::Cancel(Cancel::new("cus_1", "sub_1", Schedule::Immediate)),
            Write::Pause(Pause::new("cus_1", "sub_1", Schedule::Immediate, PERIOD)),
            Write::ChangePrice(ChangePrice::new(
                "cus_1",
                "sub_1",
                "team",
                Schedule::Immediate
            )),
        ]
    );
}

#[test]
fn missing_object_is_a_404_in_the_error_shape() {
    let (_, host) = billing();
    let table = [
        ("/customers/missing", "there is no such customer"),
        (
            "/customers/email/missing@c.test",
            "there is no such customer",
        ),
        ("/customers/phone/+1", "there is no such customer"),
        ("/prices/none", "there is no such price"),
        (
            "/customers/cus_1/subscriptions/none",
            "there is no such subscription",
        ),
        ("/coupons/none", "there is no such coupon"),
        ("/products/none", "there is no such product"),
        ("/families/none", "there is no such family"),
    ];
    for (path, message) in table {
        assert_eq!(host.get(path).error(404), message, "{path}");
    }
    let gone = json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "id": "gone" });
    let reply = host.act("/subscription/apply-coupon", gone);
    assert_eq!(reply.error(404), "there is no such coupon");
}

#[test]
fn empty_list_is_an_empty_page() {
    let (_, host) = billing();
    let page = host.get("/customers/missing/subscriptions").document();
    assert_eq!(page, json!({ "data": [] }));
}

#[test]
fn valid_request_id_is_returned_and_others_replaced() {
    let (_, host) = billing();
    let echoed = |id: &str| {
        let reply = host
            .call("GET", "/churnkey/customers/cus_1")
            .header("X-Request-Id", id)
            .send();
        reply.header("x-request-id").unwrap().to_owned()
    };
    for sane in ["a", "req-1_2.3:4/5=6+7", &"x".repeat(128)] {
        assert_eq!(echoed(sane), sane);
    }
    let mut made = Vec::new();
    for other in [
        "",
        "two words",
        "semi;colon",
        "quo\"te",
        "é",
        "a\tb",
        &"x".repeat(129),
    ] {
        let id = echoed(other);
        assert_ne!(id, other);
        assert!(!id.is_empty() && !made.contains(&id), "{id}");
        made.push(id);
    }
}

#[test]
fn rejections_have_a_request_id() {
    let (_, host) = billing();
    let refused = host.get("/customers/missing");
    let first = refused.header("x-request-id").unwrap();
    let action = host.act("/subscription/cancel", "{}");
    let second = action.header("x-request-id").unwrap();
    assert_eq!((refused.status, action.status), (404, 400));
    assert_ne!(first, second);
}

#[test]
fn head_returns_the_head_of_the_get() {
    let (_, host) = billing();
    for path in [
        "/features",
        "/customers/cus_1",
        "/customers",
        "/customers/missing",
    ] {
        let path = format!("/churnkey{path}");
        let of = |method| {
            host.call(method, &path)
                .header("X-Request-Id", "head")
                .send()
        };
        let (get, head) = (of("GET"), of("HEAD"));
        assert_eq!((head.status, &head.body), (get.status, &Vec::new()));
        assert_eq!(head.dateless().1, get.dateless().1, "{path}");
    }
}

/// Checks the router without a server, because some servers do not remove the body of a HEAD
/// response themselves.
#[tokio::test]
async fn router_answers_head_with_length_and_no_body() {
    let router = || Billing::router(Billing::new(), TOKEN);
    for token in [TOKEN, "another"] {
        for path in ["/features", "/customers/cus_1", "/customers/missing"] {
            let ask = |method: &str| {
                let request = Request::builder()
                    .method(method)
                    .uri(format!("/churnkey{path}"))
                    .header("Authorization", format!("Bearer {token}"));
                router().oneshot(request.body(Body::empty()).unwrap())
            };
            let (Ok(get), Ok(head)) = (ask("GET").await, ask("HEAD").await);
            assert_eq!(head.status(), get.status(), "{path}");
            let length = head.headers()["content-length"]
                .to_str()
                .unwrap()
                .to_owned();
            let body = to_bytes(get.into_body(), usize::MAX).await.unwrap();
            assert_eq!(length, body.len().to_string(), "{path}");
            let body = to_bytes(head.into_body(), usize::MAX).await.unwrap();
            assert!(body.is_empty(), "{path}");
        }
    }
}
