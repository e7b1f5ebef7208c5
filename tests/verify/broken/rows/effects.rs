//! Actions with a wrong effect: at another moment, on another field or on another subscription.

use serde_json::{Value, json};

use crate::broken::fault::Fault;
use crate::broken::provider::{Action, Books, Reply, Route};
use crate::broken::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = later();
    rows.extend(fields());
    rows.extend(bystanders());
    rows.extend(unknown_objects());
    rows
}

/// Actions for the end of the period that take effect at once.
fn later() -> Vec<Row> {
    let now = "2026-01-01T00:00:00.000Z";
    let cancel = move |subscription: &mut Value, _: &Value| {
        subscription["status"]["name"] = json!("canceled");
        subscription["status"]["canceledAt"] = json!(now);
    };
    let pause = move |subscription: &mut Value, _: &Value| {
        subscription["status"]["name"] = json!("paused");
        subscription["status"]["pause"] = json!({ "start": now });
    };
    let quantity = |subscription: &mut Value, _: &Value| {
        subscription["items"][0]["quantity"] = json!(77);
    };
    vec![
        row(
            "cancel at once",
            "cancel.effect",
            at_period_end(Action::Cancel, cancel),
        ),
        row(
            "cancel all at once",
            "cancel-all.effect",
            at_period_end(Action::CancelAll, cancel),
        ),
        row(
            "pause at once",
            "pause.effect",
            at_period_end(Action::Pause, pause),
        ),
        row(
            "pause all at once",
            "pause-all.effect",
            at_period_end(Action::PauseAll, pause),
        ),
        row(
            "change the quantity at once",
            "change-price.effect",
            at_period_end(Action::ChangePrice, quantity),
        ),
    ]
}

/// Actions that change another field as well, or the right one wrongly.
fn fields() -> Vec<Row> {
    let mut rows = Vec::new();
    for action in Action::ALL {
        let name = action.name();
        let quantity = each(action, |subscription, _| {
            subscription["items"][0]["quantity"] = json!(77);
        });
        rows.push(row(
            format!("{name} changes the quantity"),
            format!("{name}.effect"),
            quantity,
        ));
        let start = each(action, |subscription, _| {
            subscription["start"] = json!("2020-01-01T00:00:00.000Z");
        });
        rows.push(row(
            format!("{name} changes the start"),
            format!("{name}.effect"),
            start,
        ));
    }
    let mut add = |what: &str, action: Action, edit: fn(&mut Value, &Value)| {
        rows.push(row(
            what,
            format!("{}.effect", action.name()),
            each(action, edit),
        ));
    };
    add(
        "an item is added",
        Action::ChangePrice,
        |subscription, _| {
            let item = subscription["items"][0].clone();
            subscription["items"].as_array_mut().unwrap().push(item);
        },
    );
    add(
        "the cycle is another one",
        Action::ChangePrice,
        |subscription, _| {
            subscription["duration"] = json!({ "amount": 7, "unit": "month" });
        },
    );
    add(
        "a coupon has another value",
        Action::ApplyCoupon,
        |subscription, _| {
            for discount in subscription["discounts"].as_array_mut().unwrap() {
                discount["coupon"]["value"] = json!({ "type": "percentage", "percent": 99 });
            }
        },
    );
    add(
        "a cancellation is hours off",
        Action::Cancel,
        |subscription, _| {
            subscription["status"]["canceledAt"] = json!("2026-01-01T00:00:01.000Z");
        },
    );
    add(
        "a pause starts hours off",
        Action::Pause,
        |subscription, _| {
            subscription["status"]["pause"]["start"] = json!("2026-01-01T00:00:01.000Z");
        },
    );
    add(
        "a pause ends a year later",
        Action::Pause,
        |subscription, _| {
            subscription["status"]["pause"]["end"] = json!("2199-01-01T00:00:00.000Z");
        },
    );
    add(
        "an extended trial is active",
        Action::ExtendTrial,
        |subscription, _| {
            subscription["status"]["name"] = json!("active");
        },
    );
    rows
}

/// Actions that change a subscription which they do not name.
fn bystanders() -> Vec<Row> {
    let mut rows = Vec::new();
    for action in Action::ALL {
        let name = action.name();
        if !action.is_wide() {
            let fault = around(action, |own, other| {
                own["customerId"] == other["customerId"]
            });
            let what = format!("{name} changes a sibling");
            rows.push(row(what, format!("{name}.sibling"), fault));
        }
        let fault = around(action, |own, other| {
            own["customerId"] != other["customerId"]
        });
        let what = format!("{name} changes a bystander");
        rows.push(row(what, format!("{name}.other-customer"), fault));
    }
    rows
}

/// Actions that fail for an unknown price or coupon.
fn unknown_objects() -> Vec<Row> {
    let respond = |action: Action, status: u16| {
        Fault::none().reply(move |request, reply| {
            let is_unknown = String::from_utf8_lossy(&request.body)
                .contains("\"id\":\"churnkey-verify-unknown\"");
            if request.route == Route::Act(action) && reply.status == 404 && is_unknown {
                *reply = match status {
                    200 => Reply::empty(),
                    status => Reply::error(status, "Internal Server Error"),
                };
            }
        })
    };
    let mut rows = Vec::new();
    for action in [Action::ApplyCoupon, Action::ChangePrice] {
        for status in [200, 500] {
            let what = format!("{} answers {status} for an unknown object", action.name());
            let id = format!("{}.not-found", action.name());
            rows.push(row(what, id, respond(action, status)));
        }
    }
    rows
}

/// Changes each subscription of an action as well.
fn each(action: Action, edit: impl Fn(&mut Value, &Value) + Send + Sync + 'static) -> Fault {
    Fault::none().effect(action, move |books, places, fields| {
        for place in places {
            edit(&mut books.subscriptions[*place], fields);
        }
    })
}

/// Changes each subscription of an action for the end of the period, which is switched on.
fn at_period_end(
    action: Action,
    edit: impl Fn(&mut Value, &Value) + Send + Sync + 'static,
) -> Fault {
    let fault = each(action, move |subscription, fields| {
        let at = fields.get("scheduledAt").or(fields.get("startAt"));
        if at == Some(&json!("end-of-period")) {
            edit(subscription, fields);
        }
    });
    fault.manifest(|manifest| {
        for (action, group) in [
            ("cancel", "schedules"),
            ("pause", "startDates"),
            ("changePrice", "schedules"),
        ] {
            manifest["actions"][action][group]["end-of-period"] = json!(true);
        }
    })
}

/// Changes the quantity of another subscription after an action.
fn around(action: Action, is_hit: fn(&Value, &Value) -> bool) -> Fault {
    Fault::none().effect(action, move |books: &mut Books, places, _| {
        let Some(own) = places
            .first()
            .map(|place| books.subscriptions[*place].clone())
        else {
            return;
        };
        let others = books.subscriptions.iter_mut().enumerate();
        let mut others = others.filter(|(place, _)| !places.contains(place));
        // The first ones are those that the actions of the run name.
        if let Some((_, other)) = others.rfind(|(_, other)| is_hit(&own, other)) {
            other["items"][0]["quantity"] = json!(77);
        }
    })
}
