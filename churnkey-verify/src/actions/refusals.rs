//! Requests that an action must refuse.

use churnkey_protocol::{Feature, FeatureKind, Field, FieldKind};
use serde_json::{Value, json};

use super::attempt::{Attempt, Target};
use super::runner::ActionRunner;
use super::subscription::{is_annual, state};
use super::variant::{self, BodyVariant, Length, Schedule, variants};
use crate::check;
use crate::client::{Credentials, Request};
use crate::module::Module;
use crate::read::UNKNOWN;

impl ActionRunner<'_> {
    pub(super) async fn refusals(&mut self, module: Module) {
        self.token(module).await;
        self.unknown_subscription(module).await;
        self.other_customer(module).await;
        self.unknown_customer(module).await;
        self.unknown_object(module).await;
        self.bad_bodies(module).await;
        self.features_off(module).await;
    }

    /// A valid attempt, from which invalid requests are made.
    fn fitting(&self, module: Module) -> Option<Attempt> {
        let variants = variants(module, self.manifest);
        let untried = |variant: &BodyVariant| self.candidates(module, *variant, 1).pop();
        let tried = |variant: &BodyVariant| self.used(module, *variant);
        let untried = variants.iter().find_map(untried);
        untried.or_else(|| variants.iter().find_map(tried))
    }

    async fn token(&mut self, module: Module) {
        let Some(attempt) = self.fitting(module) else {
            return;
        };
        let request = attempt.request().credentials(Credentials::None);
        // `auth.rs` checks the exact status.
        self.must_refuse(&check::ACTION_TOKEN, &attempt, &request, "401", |status| {
            (400..500).contains(&status) && status != 404
        })
        .await;
    }

    async fn other_customer(&mut self, module: Module) {
        if module.single().is_some() {
            let reason = "no other customer with a suitable subscription is known";
            return self
                .session
                .skip(&check::ACTION_OTHER_CUSTOMER, module, reason);
        }
        let Some(attempt) = self.fitting(module) else {
            return;
        };
        let Some(other) = self
            .samples
            .customers
            .iter()
            .find(|customer| **customer != attempt.target.customer)
        else {
            let reason = "only one customer is known";
            return self
                .session
                .skip(&check::ACTION_OTHER_CUSTOMER, module, reason);
        };
        let request = attempt.with(json!({ "customerId": other }));
        // If unknown ids are not refused, only a change is a new fault.
        let is_right = match self.session.has_failed(&check::ACTION_NOT_FOUND, module) {
            true => |_| true,
            false => is_refusal,
        };
        self.must_refuse(
            &check::ACTION_OTHER_CUSTOMER,
            &attempt,
            &request,
            "404",
            is_right,
        )
        .await;
    }

    async fn unknown_subscription(&mut self, module: Module) {
        if let Some(attempt) = self.fitting(module)
            && attempt.body.contains_key("subscriptionId")
        {
            let request = attempt.with(json!({ "subscriptionId": UNKNOWN }));
            self.not_found(&attempt, &request).await;
        }
    }

    /// Sends an unknown customer, unless a finding for another customer covers it.
    async fn unknown_customer(&mut self, module: Module) {
        let is_covered = self
            .session
            .has_failed(&check::ACTION_OTHER_CUSTOMER, module)
            || self.session.has_failed(&check::ACTION_NOT_FOUND, module);
        if let Some(attempt) = self.fitting(module)
            && !is_covered
        {
            let request = attempt.with(json!({ "customerId": UNKNOWN }));
            self.not_found(&attempt, &request).await;
        }
    }

    /// Sends an unknown price or coupon.
    async fn unknown_object(&mut self, module: Module) {
        if self.session.has_failed(&check::ACTION_NOT_FOUND, module) {
            return;
        }
        if let Some(attempt) = self.fitting(module)
            && attempt.body.contains_key("id")
        {
            let request = attempt.with(json!({ "id": UNKNOWN }));
            self.must_refuse(
                &check::ACTION_NOT_FOUND,
                &attempt,
                &request,
                "404 or 400",
                is_refusal,
            )
            .await;
        }
    }

    async fn not_found(&mut self, attempt: &Attempt, request: &Request) {
        self.must_refuse(
            &check::ACTION_NOT_FOUND,
            attempt,
            request,
            "404",
            |status| status == 404,
        )
        .await;
    }

    async fn bad_bodies(&mut self, module: Module) {
        let Some(attempt) = self.fitting(module) else {
            return;
        };
        let bad = self.bad_requests(&attempt);
        // A caller handles 422 and other 4xx statuses in the same way.
        self.must_refuse_all(&check::ACTION_BAD_BODY, &attempt, &bad, "400", is_refusal)
            .await;
    }

    /// Requests of an attempt with a malformed body.
    fn bad_requests(&self, attempt: &Attempt) -> Vec<Request> {
        let module = attempt.module;
        let with_body = |body: &str| Request::post(variant::path(module), &Value::Null).body(body);
        let mut bad = vec![
            with_body("{\"customerId\":"),
            with_body("[]"),
            with_body("{}"),
            with_body(""),
        ];
        let fields = module.protocol().map_or(&[][..], |line| line.fields);
        let sent = |field: &&Field| attempt.body.contains_key(field.name);
        // An absent schedule means the only one that is on. Protocol: **assumed**.
        let schedules = Schedule::ALL.map(Schedule::word).into_iter();
        let has_choice = schedules
            .filter(|word| self.manifest.allows(module, FeatureKind::Schedules, word))
            .count()
            > 1;
        for Field { name, kind, .. } in fields.iter().filter(sent).filter(|field| field.required) {
            if has_choice || !matches!(kind, FieldKind::Schedule) {
                bad.push(attempt.with(json!({ *name: null })));
            }
            bad.push(attempt.with(json!({ *name: 7 })));
        }
        for Field { name, kind, .. } in fields.iter().filter(sent) {
            let values = match kind {
                FieldKind::Schedule => vec![json!("some-day")],
                FieldKind::Duration => vec![
                    json!({ "type": "period", "amount": 0, "unit": "month" }),
                    json!({ "type": "period", "amount": 1, "unit": "moon" }),
                    json!({ "type": "date", "date": "some day" }),
                    json!({}),
                ],
                FieldKind::Id(_) | FieldKind::Flag => Vec::new(),
            };
            bad.extend(
                values
                    .into_iter()
                    .map(|value| attempt.with(json!({ *name: value }))),
            );
        }
        bad
    }

    /// Sends the options that the manifest switches off.
    async fn features_off(&mut self, module: Module) {
        let mut any = false;
        for off in self.switched_off(module) {
            any = true;
            let Some(attempt) = self.fitting(module) else {
                return;
            };
            let request = attempt.with(off);
            if !self
                .must_refuse(
                    &check::ACTION_FEATURE,
                    &attempt,
                    &request,
                    "400",
                    is_refusal,
                )
                .await
            {
                return;
            }
        }
        if module == Module::Pause && !self.manifest.is_on(module, "allow_annual") {
            any = true;
            for flag in [
                json!({ "allowAnnual": null }),
                json!({ "allowAnnual": true }),
            ] {
                if !self.annual(flag).await {
                    break;
                }
            }
        } else if module == Module::Pause {
            // Without the field, an annual subscription is not paused. Protocol: **doc**.
            any = true;
            for flag in [
                json!({ "allowAnnual": null }),
                json!({ "allowAnnual": false }),
            ] {
                if !self.annual(flag).await {
                    break;
                }
            }
        }
        if module == Module::ExtendTrial && !self.manifest.is_on(module, "multiple") {
            any = true;
            self.second_extension().await;
        }
        if !any {
            let reason = "the manifest switches off no option";
            self.session.skip(&check::ACTION_FEATURE, module, reason);
        }
    }

    /// Extends a trial again, by another length, although `multiple` is off.
    async fn second_extension(&mut self) {
        let module = Module::ExtendTrial;
        let variants = variants(module, self.manifest);
        let Some(attempt) = variants
            .iter()
            .find_map(|variant| self.used(module, *variant))
        else {
            return;
        };
        let longer = match attempt.body["duration"]["type"].as_str() {
            Some("period") => json!({ "type": "period", "amount": 5, "unit": "month" }),
            _ => json!({ "type": "date", "date": "2099-01-01T00:00:00.000Z" }),
        };
        let request = attempt.with(json!({ "duration": longer }));
        // A provider may answer a further extension with 200 and ignore it.
        self.must_refuse(
            &check::ACTION_FEATURE,
            &attempt,
            &request,
            "400",
            |status| status < 500,
        )
        .await;
    }

    /// Sends a pause of an annual subscription while `allow_annual` is off. Protocol: **doc**.
    /// Returns true if it was refused.
    async fn annual(&mut self, flag: Value) -> bool {
        let is_fit = |item: &Value| state(item) == "active" && is_annual(item);
        let open = self.pool.open();
        let annual = open.iter().find(|pooled| is_fit(&pooled.item));
        let (Some(pooled), Some(mut attempt)) = (annual, self.fitting(Module::Pause)) else {
            return false;
        };
        let (customer, id) = (
            pooled.customer.clone(),
            crate::read::id(&pooled.item).to_owned(),
        );
        attempt.target = Target {
            customer: customer.clone(),
            subscriptions: vec![id.clone()],
        };
        let mut fields = json!({ "customerId": customer, "subscriptionId": id });
        if let (Value::Object(fields), Value::Object(flag)) = (&mut fields, flag) {
            fields.extend(flag);
        }
        let request = attempt.with(fields);
        self.must_refuse(
            &check::ACTION_FEATURE,
            &attempt,
            &request,
            "400",
            is_refusal,
        )
        .await
    }

    /// The fields that select each option that is off.
    fn switched_off(&self, module: Module) -> Vec<Value> {
        let is_off = |list, word| !self.manifest.allows(module, list, word);
        let date = "2099-01-01T00:00:00.000Z";
        let mut off = Vec::new();
        for (field, feature) in opened(module) {
            match feature.kind {
                FeatureKind::Schedules => {
                    let schedules = Schedule::ALL.map(Schedule::word).into_iter();
                    let words = schedules.filter(|word| is_off(feature.kind, word));
                    off.extend(words.map(|word| json!({ field: word })));
                }
                FeatureKind::Durations => {
                    let lengths = Length::ALL.into_iter();
                    let lengths = lengths.filter(|length| is_off(feature.kind, length.word()));
                    off.extend(
                        lengths
                            .map(|length| json!({ field: variant::length_json(length, 1, date) })),
                    );
                }
                // It matters only on an annual subscription: see `annual`.
                FeatureKind::Flag if feature.name == "allow_annual" => {}
                FeatureKind::Flag if !self.manifest.is_on(module, feature.name) => {
                    off.push(json!({ field: true }));
                }
                FeatureKind::Flag | FeatureKind::Variants(_) => {}
            }
        }
        off
    }
}

/// The fields of a body, each with the feature that opens it.
fn opened(module: Module) -> impl Iterator<Item = (&'static str, &'static Feature)> {
    let line = module.protocol().into_iter();
    line.flat_map(|line| line.effective_features())
        .filter_map(|feature| Some((feature.opens?, feature)))
}

/// Returns true for a 4xx status other than 401.
fn is_refusal(status: u16) -> bool {
    (400..500).contains(&status) && status != 401
}
