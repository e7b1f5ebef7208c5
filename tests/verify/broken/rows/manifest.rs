//! Faults of the manifest.

use serde_json::{Value, json};

use crate::broken::fault::Fault;
use crate::broken::provider::{ProviderRequest, Reply, Route};
use crate::broken::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row("there is no manifest", "manifest.endpoint", status(404)),
        row("the manifest is an error", "manifest.endpoint", status(500)),
        row("the token differs", "manifest.token", status(401)),
        row(
            "the manifest is a list",
            "manifest.shape",
            manifest(|manifest| *manifest = json!([])),
        ),
        row(
            "there are no controllers",
            "manifest.shape",
            manifest(|manifest| drop(manifest.as_object_mut().unwrap().remove("controllers"))),
        )
        .at("controllers"),
        row(
            "the controllers are a list",
            "manifest.shape",
            set(
                "/controllers",
                json!(["customers", "prices", "subscriptions"]),
            ),
        )
        .at("controllers"),
        row(
            "prices have no type",
            "manifest.shape",
            set("/controllers/prices", json!({ "enabled": true })),
        )
        .at("controllers.prices.type"),
        row(
            "prices have an unknown type",
            "manifest.shape",
            set("/controllers/prices/type", json!("plan")),
        )
        .at("controllers.prices.type"),
        row(
            "a controller is switched on by a word",
            "manifest.shape",
            set("/controllers/coupons", json!("yes")),
        )
        .at("controllers.coupons"),
        row(
            "an action has no options",
            "manifest.shape",
            set("/actions/pause", json!(true)),
        )
        .at("actions.pause"),
        row(
            "schedules are a list",
            "manifest.shape",
            set("/actions/cancel/schedules", json!(["immediate"])),
        )
        .at("actions.cancel.schedules"),
        row(
            "an option is switched on by a number",
            "manifest.shape",
            set("/actions/changePrice/prorate", json!(1)),
        )
        .at("actions.changePrice.prorate"),
        row(
            "an action has a name in snake case",
            "manifest.unknown-module",
            rename("/actions", "applyCoupon", "apply_coupon"),
        )
        .at("actions.apply_coupon"),
        row(
            "an unknown controller is declared",
            "manifest.unknown-module",
            manifest(|manifest| manifest["controllers"]["plans"] = json!(true)),
        )
        .at("controllers.plans"),
        row(
            "a schedule has a name in camel case",
            "manifest.unknown-module",
            rename("/actions/cancel/schedules", "end-of-period", "endOfPeriod"),
        )
        .at("actions.cancel.schedules.endOfPeriod"),
        row(
            "there are no customers",
            "manifest.required-controller",
            without("/controllers", "customers"),
        )
        .at("controllers.customers"),
        row(
            "subscriptions are switched off",
            "manifest.required-controller",
            set("/controllers/subscriptions", json!(false)),
        )
        .at("controllers.subscriptions"),
        row(
            "cancel is missing",
            "manifest.needs",
            without("/actions", "cancel"),
        ),
        row(
            "coupons are applied and not served",
            "manifest.needs",
            without("/controllers", "coupons"),
        )
        .at("actions.applyCoupon"),
        row(
            "prices are of products and there are none",
            "manifest.needs",
            without("/controllers", "products"),
        )
        .at("controllers.prices.type"),
        row(
            "products are of families and there are none",
            "manifest.needs",
            without("/controllers", "families"),
        )
        .at("controllers.products.type"),
        row(
            "no schedule is on",
            "manifest.options",
            set("/actions/cancel/schedules/immediate", json!(false)),
        )
        .at("actions.cancel.schedules"),
        row(
            "no start date is on",
            "manifest.options",
            set("/actions/pause/startDates", json!({})),
        )
        .at("actions.pause.startDates"),
        row(
            "no duration is on",
            "manifest.options",
            set("/actions/extendTrial/durations/period", json!(false)),
        )
        .at("actions.extendTrial.durations"),
    ]
}

fn manifest(edit: fn(&mut Value)) -> Fault {
    Fault::none().manifest(edit)
}

fn set(pointer: &'static str, value: Value) -> Fault {
    Fault::none().manifest(move |manifest| *manifest.pointer_mut(pointer).unwrap() = value.clone())
}

fn without(pointer: &'static str, name: &'static str) -> Fault {
    Fault::none().manifest(move |manifest| {
        let fields = manifest.pointer_mut(pointer).unwrap();
        fields.as_object_mut().unwrap().remove(name).unwrap();
    })
}

fn rename(pointer: &'static str, from: &'static str, to: &'static str) -> Fault {
    Fault::none().manifest(move |manifest| {
        let fields = manifest.pointer_mut(pointer).unwrap();
        fields[to] = fields.as_object_mut().unwrap().remove(from).unwrap();
    })
}

fn status(status: u16) -> Fault {
    Fault::none().reply(move |request: &ProviderRequest, reply| {
        if request.route == Route::Manifest {
            *reply = Reply::error(status, "not here");
        }
    })
}
