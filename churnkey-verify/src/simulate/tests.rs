//! Simulations of the model itself behind HTTP, as it is and with one wrong rule.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use churnkey_runtime::model::{CouponDuration, CycleUnit, Percent};
use churnkey_runtime::{Amount, BillingCycle, Coupon, Currency, OfferDuration, Price, Schedule};
use serde_json::{Value, json};

use super::sequence::Sequence;
use super::*;
use crate::billing::{Company, Request};
use crate::error::CannotRun;

/// The id of a coupon that an HTML page must escape.
const TWO: &str = "two<b>&\"'";

/// A wrong rule: what is carried out instead of a request.
type Rule = fn(Request) -> Request;

struct Shop {
    company: Mutex<Company>,
    rule: Rule,
}

impl Shop {
    fn company(&self) -> MutexGuard<'_, Company> {
        self.company.lock().unwrap()
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn catalog() -> (Vec<Price>, Vec<Coupon>) {
    let price = |id, cycle, unit| Price::standalone(id, cycle, Amount::fixed(Currency::USD, unit));
    let ten = Percent::new(10.0).unwrap();
    let two = CouponDuration::CycleAmount { cycles: 2 };
    (
        vec![
            price("month", BillingCycle::monthly(), 1900),
            price("quarter", BillingCycle::every(3, CycleUnit::Month), 5000),
            price("year", BillingCycle::yearly(), 19_000),
        ],
        vec![
            Coupon::new("once", CouponDuration::Once, ten),
            Coupon::new(TWO, two, ten),
        ],
    )
}

/// A new company: each sequence begins at a time of its own, and may be earlier than the last one.
fn company(now: Timestamp) -> Company {
    let mut company = Company::new(now);
    let (prices, coupons) = catalog();
    prices
        .into_iter()
        .for_each(|price| company.add_price(price));
    coupons
        .into_iter()
        .for_each(|coupon| company.add_coupon(coupon));
    company
}

fn features() -> Value {
    let both = json!({ "immediate": true, "end-of-period": true });
    let lengths = json!({ "period": true, "date": true });
    json!({
        "controllers": { "customers": true, "subscriptions": true, "prices": true },
        "actions": {
            "cancel": { "schedules": both, "unpause": true },
            "pause": { "startDates": both, "durations": lengths, "allowAnnual": true },
            "applyCoupon": { "enabled": true },
            "changePrice": { "enabled": true, "schedules": both, "prorate": true },
            "extendTrial": { "enabled": true, "multiple": true, "durations": lengths },
        },
    })
}

fn document(value: &impl serde::Serialize) -> Response {
    serde_json::to_string(value).unwrap().into_response()
}

async fn read(
    State(shop): State<Arc<Shop>>,
    Path((customer, id)): Path<(String, String)>,
) -> Response {
    let company = shop.company();
    match company.subscription(&id.as_str().into()) {
        Some(one) if one.customer == customer.as_str() => document(&one.model(company.now())),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn act(
    State(shop): State<Arc<Shop>>,
    Path((scope, action)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    if headers["x-churnkey-mode"] == "live" {
        return StatusCode::NOT_FOUND;
    }
    let body: Value = serde_json::from_slice(&body).unwrap();
    let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
    let schedule = |field: &str| match text(field).as_str() {
        "immediate" => Schedule::Immediate,
        _ => Schedule::EndOfPeriod,
    };
    let length = || OfferDuration::from_json(&body["duration"]).unwrap();
    let customer = CustomerId::from(text("customerId"));
    let subscription = SubscriptionId::from(text("subscriptionId"));
    let one = (scope == "subscription").then(|| subscription.clone());
    let request = match action.as_str() {
        "cancel" => Request::Cancel {
            customer,
            subscription: one,
            schedule: schedule("scheduledAt"),
            unpause: body["unpause"] == true,
        },
        "pause" => Request::Pause {
            customer,
            subscription: one,
            start: schedule("startAt"),
            length: length(),
            allow_annual: body["allowAnnual"].as_bool(),
        },
        "apply-coupon" => Request::ApplyCoupon {
            customer,
            subscription,
            coupon: text("id").into(),
        },
        "change-price" => Request::ChangePrice {
            customer,
            subscription,
            price: text("id").into(),
            schedule: schedule("scheduledAt"),
            prorate: body["prorate"] == true,
        },
        _ => Request::ExtendTrial {
            customer,
            subscription,
            length: length(),
        },
    };
    let answer = shop.company().apply(&(shop.rule)(request));
    let status = answer.err().map_or(200, |refusal| refusal.status());
    StatusCode::from_u16(status).unwrap()
}

fn simulation(rule: Rule) -> Simulation {
    let shop = Arc::new(Shop {
        company: Mutex::new(company(at("2020-01-01T00:00:00Z"))),
        rule,
    });
    let (prices, coupons) = catalog();
    let list = |data: Value| get(move || async move { document(&json!({ "data": data })) });
    let router = Router::new()
        .route(
            "/churnkey/features",
            get(|| async { document(&features()) }),
        )
        .route("/churnkey/prices", list(json!(prices)))
        .route("/churnkey/coupons", list(json!(coupons)))
        .route(
            "/churnkey/customers/{customer}/subscriptions/{id}",
            get(read),
        )
        .route("/churnkey/actions/{scope}/{action}", post(act))
        .with_state(Arc::clone(&shop));
    let (clock, ledger) = (Arc::clone(&shop), Arc::clone(&shop));
    simulate(router, move |new| {
        let mut company = shop.company();
        let began = company.subscribe(
            new.subscription.clone(),
            new.customer,
            new.price,
            new.quantity,
            new.trial_end,
        );
        company.set_unpaid(&new.subscription, new.unpaid);
        std::future::ready(began.map_err(|unknown| unknown.to_string()))
    })
    .token("token")
    .clock(move |now| {
        let mut company = clock.company();
        if now < company.now() {
            *company = self::company(now);
        }
        company.advance(now);
    })
    .ledger(move |_, subscription| {
        let company = ledger.company();
        let entries = company.ledger().iter();
        let lines = entries.filter(|entry| entry.subscription == subscription);
        let lines = lines.map(|entry| LedgerLine {
            kind: entry.kind,
            amount: entry.amount,
        });
        std::future::ready(Ok(lines.collect()))
    })
    .strict(true)
    .customer_actions(true)
    .unpause(true)
}

#[tokio::test]
async fn provider_with_the_same_rules_has_no_difference() {
    let result = simulation(|request| request)
        .sequences(60)
        .run()
        .await
        .unwrap();
    assert!(result.failure.is_none(), "{result}");
    assert_eq!((result.sequences, result.steps), (60, 2400));
    assert!(result.refused > 100, "{result}");
}

#[tokio::test]
async fn wrong_rules_are_found_and_shrunk() {
    let rules: [(&str, Rule); 6] = [
        ("a pause starts at once", |request| match request {
            Request::Pause {
                customer,
                subscription,
                length,
                allow_annual,
                ..
            } => Request::Pause {
                customer,
                subscription,
                start: Schedule::Immediate,
                length,
                allow_annual,
            },
            other => other,
        }),
        ("everyone may pause an annual term", |mut request| {
            if let Request::Pause { allow_annual, .. } = &mut request {
                *allow_annual = Some(true);
            }
            request
        }),
        ("an extension is too long", |mut request| {
            if let Request::ExtendTrial {
                length: OfferDuration::Period { amount, .. },
                ..
            } = &mut request
            {
                *amount += 1;
            }
            request
        }),
        ("the rest of a period is lost", |mut request| {
            if let Request::ChangePrice { prorate, .. } = &mut request {
                *prorate = false;
            }
            request
        }),
        ("one charge too many is reduced", |mut request| {
            if let Request::ApplyCoupon { coupon, .. } = &mut request
                && *coupon == "once"
            {
                *coupon = TWO.into();
            }
            request
        }),
        ("a cancellation ends the pause", |mut request| {
            if let Request::Cancel { unpause, .. } = &mut request {
                *unpause = true;
            }
            request
        }),
    ];
    for (name, rule) in rules {
        let result = simulation(rule).sequences(200).run().await.unwrap();
        let failure = result.failure.as_ref();
        let failure = failure.unwrap_or_else(|| panic!("{name} is not found"));
        assert!(failure.steps() <= 4, "{name}: {failure}");

        // The shrunk sequence shows the fault again, and is good without it.
        let sequence = failure.sequence();
        let again = simulation(rule).replay(&sequence).await.unwrap();
        assert!(again.failure.is_some(), "{name}");
        let good = simulation(|request| request)
            .replay(&sequence)
            .await
            .unwrap();
        assert!(good.failure.is_none(), "{name}: {good}");
        assert!(failure.rust_test().contains(&sequence), "{name}");
        assert!(failure.curl_script().contains("/churnkey/"), "{name}");
        let page = failure.html();
        assert!(
            page.contains("<svg") && page.contains("Provider"),
            "{name}: {page}"
        );
        assert!(!page.contains("<b>"), "{name}: {page}");
    }
}

#[tokio::test]
async fn sequence_of_many_customers_is_shrunk_to_one() {
    let rule: Rule = |mut request| {
        if let Request::ChangePrice { prorate, .. } = &mut request {
            *prorate = false;
        }
        request
    };
    let crowd = simulation(rule).customers(60).months(6).steps(600);
    let result = crowd.sequences(1).run().await.unwrap();

    let failure = result.failure.as_ref().unwrap();
    assert!(failure.steps() <= 4, "{failure}");
    let sequence: Sequence = serde_json::from_str(&failure.sequence()).unwrap();
    assert_eq!(sequence.arrivals.len(), 1, "{failure}");
}

#[tokio::test]
async fn sequences_follow_from_their_number() {
    let rule: Rule = |mut request| {
        if let Request::ExtendTrial {
            length: OfferDuration::Period { amount, .. },
            ..
        } = &mut request
        {
            *amount += 1;
        }
        request
    };
    let whole = simulation(rule).run().await.unwrap();
    let number = whole.failure.as_ref().unwrap().number();
    let alone = simulation(rule).first(number).sequences(1);
    let alone = alone.run().await.unwrap();

    assert_eq!(
        alone.failure.unwrap().sequence(),
        whole.failure.unwrap().sequence()
    );
}

#[tokio::test]
async fn restarts_are_mixed_in_only_with_a_restart() {
    let restarts = Arc::new(Mutex::new(0));
    let count = Arc::clone(&restarts);
    let restart = move || {
        *count.lock().unwrap() += 1;
        std::future::ready(Ok(()))
    };
    let simulation = simulation(|request| request).sequences(10);
    let result = simulation.restart(restart).run().await.unwrap();

    assert!(result.failure.is_none(), "{result}");
    assert!(*restarts.lock().unwrap() > 20, "{result}");
}

#[tokio::test]
async fn stricter_provider_is_tolerated_unless_strict() {
    // Every pause is refused, because no subscription has this owner.
    let rule: Rule = |mut request| {
        if let Request::Pause { length, .. } = &mut request {
            *length = OfferDuration::Date(at("1999-01-01T00:00:00Z"));
        }
        request
    };
    let lenient = simulation(rule)
        .strict(false)
        .sequences(30)
        .run()
        .await
        .unwrap();
    assert!(lenient.failure.is_none(), "{lenient}");
    assert!(lenient.tolerated > 0, "{lenient}");
    let strict = simulation(rule).sequences(30).run().await.unwrap();
    assert_eq!(strict.failure.unwrap().field(), "status");
}

#[tokio::test]
async fn seed_stands_for_one_course() {
    let run = async |seed| {
        simulation(|request| request)
            .seed(seed)
            .sequences(5)
            .run()
            .await
    };
    let (one, same, other) = (run(7).await, run(7).await, run(8).await);
    let counts = |result: Result<Simulated, CannotRun>| {
        let result = result.unwrap();
        (result.steps, result.refused)
    };
    let (one, same, other) = (counts(one), counts(same), counts(other));
    assert_eq!(one, same);
    assert_ne!(one, other);
}

#[tokio::test]
async fn provider_without_a_manifest_cannot_be_simulated() {
    let nothing = simulate(Router::new(), |_| std::future::ready(Ok(())));
    let result = nothing.token("token").run().await;
    assert_eq!(
        result.unwrap_err().to_string(),
        "the provider has no feature manifest"
    );
    let result = simulation(|request| request).replay("{}").await;
    assert!(
        result
            .unwrap_err()
            .to_string()
            .starts_with("this is no sequence")
    );
}
