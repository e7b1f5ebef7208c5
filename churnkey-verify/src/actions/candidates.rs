//! Which subscriptions fit an action, and what exactly is asked for.

use churnkey_runtime::Timestamp;
use serde_json::{Map, Value, json};

use super::Acting;
use super::effect::Effect;
use super::form::{self, Form, When};
use super::stock::Held;
use crate::check::Module;
use crate::client::Request;
use crate::read::id;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// An action with all that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub(super) module: Module,
    pub(super) target: Target,
    pub(super) body: Map<String, Value>,
    pub(super) effect: Effect,
}

/// On what an action works: one subscription, or all that a customer has.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) customer: String,
    pub(super) subscriptions: Vec<String>,
}

impl Act {
    pub(super) fn request(&self) -> Request {
        Request::post(form::path(self.module), &Value::Object(self.body.clone()))
    }

    /// With other fields; `null` takes one out.
    pub(super) fn with(&self, fields: Value) -> Request {
        let mut body = self.body.clone();
        if let Value::Object(fields) = fields {
            body.extend(fields);
        }
        body.retain(|_, value| !value.is_null());
        Request::post(form::path(self.module), &Value::Object(body))
    }
}

impl Acting<'_> {
    /// At most so many subscriptions that one form of an action can be carried out on, the best first. Nothing that this action was tried on is among them.
    ///
    /// Each asks for a month more than the one before it: a provider that has been verified before may know an extension by its length, and make nothing of it
    /// the second time.
    pub(super) fn candidates(&self, module: Module, form: Form, most: usize) -> Vec<Act> {
        if module.single().is_some() {
            return self.for_all(module, form).take(most).collect();
        }
        let open = self.stock.open();
        let unused = open.iter().filter(|held| !held.is_used_for(module));
        self.acts(module, form, unused.copied())
            .take(most)
            .collect()
    }

    /// The same on what it was carried out on already, where it still fits.
    pub(super) fn used(&self, module: Module, form: Form) -> Option<Act> {
        if module.single().is_some() {
            return None;
        }
        let open = self.stock.open();
        let used = open.iter().filter(|held| held.is_used_for(module));
        self.acts(module, form, used.copied()).next()
    }

    fn acts<'h>(
        &'h self,
        module: Module,
        form: Form,
        held: impl Iterator<Item = &'h Held>,
    ) -> impl Iterator<Item = Act> + 'h {
        let mut fitting: Vec<_> = held.filter(|held| fits(form, &held.item)).collect();
        // A trial is rarer, and there is an action that needs one. To cancel in a pause is the rarest thing to do.
        fitting.sort_by_key(|held| match state(&held.item) {
            "active" => 0,
            "trial" => 1,
            _ => 2,
        });
        (1..).zip(fitting).filter_map(move |(months, held)| {
            let (customer, item) = (&held.customer, &held.item);
            let (mut body, effect) = self.asked(form, months, item)?;
            if state(item) == "paused" {
                body.insert("unpause".to_owned(), true.into());
            }
            body.insert("customerId".to_owned(), customer.as_str().into());
            body.insert("subscriptionId".to_owned(), id(item).into());
            Some(Act {
                module,
                target: Target {
                    customer: customer.clone(),
                    subscriptions: vec![id(item).to_owned()],
                },
                body,
                effect,
            })
        })
    }

    /// Customers of whom every subscription that goes on fits.
    fn for_all(&self, module: Module, form: Form) -> impl Iterator<Item = Act> + use<> {
        let mut acts = Vec::new();
        for customer in &self.found.customers {
            let held = self.stock.of(customer);
            let running: Vec<_> = held
                .into_iter()
                .filter(|held| runs(module, &held.item))
                .collect();
            let is_fit = |held: &&Held| {
                held.is_open() && !held.is_used_for(module) && fits(form, &held.item)
            };
            if running.is_empty() || !running.iter().all(is_fit) {
                continue;
            }
            let Some((mut body, effect)) = self.asked(form, 1, &running[0].item) else {
                continue;
            };
            if running.iter().any(|held| state(&held.item) == "paused") {
                body.insert("unpause".to_owned(), true.into());
            }
            body.insert("customerId".to_owned(), customer.as_str().into());
            let ids = running.iter().map(|held| id(&held.item).to_owned());
            let target = Target {
                customer: customer.clone(),
                subscriptions: ids.collect(),
            };
            let is_used = !running.iter().all(|held| held.is_fresh());
            let act = Act {
                module,
                target,
                body,
                effect,
            };
            acts.push((is_used, act));
        }
        // More than one is more telling, and many would be a pity.
        acts.sort_by_key(|(is_used, act)| match act.target.subscriptions.len() {
            1 => (*is_used, usize::MAX),
            count => (*is_used, count),
        });
        acts.into_iter().map(|(_, act)| act)
    }

    /// The fields of a form for a subscription, and what they must come to.
    fn asked(&self, form: Form, months: u32, item: &Value) -> Option<(Map<String, Value>, Effect)> {
        let (fields, effect) = match form {
            Form::Cancel(when) => (
                json!({ "scheduledAt": when.word() }),
                visible(form, Effect::Canceled),
            ),
            Form::Pause(when, length) | Form::PauseAnnual(when, length) => {
                let paid_until = date(item, "/status/currentPeriod/end").unwrap_or(0);
                let end = day_after(paid_until.max(Timestamp::now().unix_millis()), 45)?;
                let duration = form::length(length, months, &end.to_string());
                let effect = match length {
                    form::Length::Period => Effect::PausedForMonths(months),
                    form::Length::Date => Effect::PausedUntil(end.unix_millis()),
                };
                let mut fields = json!({ "startAt": when.word(), "duration": duration });
                if let Form::PauseAnnual(..) = form {
                    fields["allowAnnual"] = true.into();
                }
                (fields, visible(form, effect))
            }
            Form::Coupon => {
                let coupon = self
                    .found
                    .coupons
                    .iter()
                    .find(|coupon| can_redeem(coupon, item))?;
                (
                    json!({ "id": id(coupon) }),
                    Effect::HasCoupon(id(coupon).to_owned()),
                )
            }
            Form::Price(when) | Form::Prorated(when) => {
                let price = self.another_price(item)?;
                let mut fields = json!({ "id": id(price), "scheduledAt": when.word() });
                if let Form::Prorated(_) = form {
                    fields["prorate"] = true.into();
                }
                (
                    fields,
                    visible(form, Effect::HasPrice(id(price).to_owned())),
                )
            }
            Form::Trial(length) => {
                let now = date(item, "/status/trial/end")?;
                let end = day_after(now, 40)?;
                let effect = match length {
                    form::Length::Period => Effect::TrialMonthsLonger(months),
                    form::Length::Date => Effect::TrialUntil(end.unix_millis()),
                };
                (
                    json!({ "duration": form::length(length, months, &end.to_string()) }),
                    effect,
                )
            }
        };
        match fields {
            Value::Object(fields) => Some((fields, effect)),
            _ => None,
        }
    }

    /// A price to change to: in the same currency, and if there is one, of the same product and cycle.
    fn another_price(&self, item: &Value) -> Option<&Value> {
        let present = item.pointer("/items/0/price")?;
        let held: Vec<_> = item
            .get("items")?
            .as_array()?
            .iter()
            .filter_map(|part| part.get("price")?.get("id"))
            .collect();
        let others = self.found.prices.iter().filter(|price| {
            price.get("id").is_some_and(|id| !held.contains(&id))
                && price["amount"]["currency"] == present["amount"]["currency"]
        });
        others.max_by_key(|price| {
            let same = |name: &str| price.get(name) == present.get(name);
            (same("productId"), same("duration"))
        })
    }
}

/// What will be seen only later asks for nothing now.
fn visible(form: Form, effect: Effect) -> Effect {
    match form.is_visible() {
        true => effect,
        false => Effect::Later,
    }
}

pub(super) fn fits(form: Form, item: &Value) -> bool {
    match form {
        Form::Trial(_) => state(item) == "trial",
        Form::Pause(when, _) | Form::PauseAnnual(when, _) => {
            // When a pause begins that waits for the end of a period, only the period tells.
            let has_period = item["status"]["currentPeriod"]["end"].is_string();
            state(item) == "active"
                && is_annual(item) == matches!(form, Form::PauseAnnual(..))
                && (when == When::Immediate || has_period)
        }
        Form::Cancel(_) => matches!(state(item), "active" | "trial" | "paused"),
        Form::Coupon => matches!(state(item), "active" | "trial"),
        Form::Price(_) | Form::Prorated(_) => state(item) == "active",
    }
}

/// Whether an action on all of a customer's subscriptions is for this one, too, whatever else a company may think of it.
fn runs(module: Module, item: &Value) -> bool {
    match state(item) {
        "active" | "trial" => true,
        "paused" => module == Module::CancelAll,
        _ => false,
    }
}

pub(super) fn state(item: &Value) -> &str {
    item["status"]["name"].as_str().unwrap_or_default()
}

/// Twelve months are a year too.
pub(super) fn is_annual(item: &Value) -> bool {
    let unit = item["duration"]["unit"].as_str();
    let amount = item["duration"]["amount"].as_u64();
    unit == Some("year") || amount.is_some_and(|amount| amount >= 12)
}

fn can_redeem(coupon: &Value, item: &Value) -> bool {
    let discounts = item
        .get("discounts")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let has_it = discounts
        .filter_map(|discount| discount.get("coupon")?.get("id"))
        .any(|had| had == id(coupon));
    let is_over =
        date(coupon, "/expiresAt").is_some_and(|end| end <= Timestamp::now().unix_millis() + DAY);
    let count = |name: &str| coupon["redemptions"][name].as_u64();
    // One redemption for each check that makes one.
    let is_used_up = count("max").is_some_and(|max| count("current").unwrap_or(0) + 5 > max);
    let currency = coupon.pointer("/value/currency");
    let is_foreign = currency.is_some_and(|currency| {
        !currency.is_null() && Some(currency) != item.pointer("/items/0/price/amount/currency")
    });
    !has_it && !is_over && !is_used_up && !is_foreign
}

/// The moment at a place, in milliseconds since 1970.
pub(super) fn date(value: &Value, pointer: &str) -> Option<i64> {
    let text = value.pointer(pointer)?.as_str()?;
    Some(text.parse::<Timestamp>().ok()?.unix_millis())
}

fn day_after(millis: i64, days: i64) -> Option<Timestamp> {
    Timestamp::from_unix_millis(millis / DAY * DAY + days * DAY)
}
