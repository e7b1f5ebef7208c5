//! The offers to a customer before they cancel.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use churnkey_protocol::{Field, FieldKind, Model};
use churnkey_runtime::{Coupon, Price, Subscription, SubscriptionStatus, TimeUnit};
use churnkey_verify::Module;
use churnkey_verify::internal::{DeclaredManifest, encoded};
use maud::{Markup, html};

use super::choices::{Choices, choice, length, schedule};
use super::parts::{REASONS, steps, subject, unknown};
use crate::dashboard::app::App;
use crate::dashboard::exchange::{Listed, Problem};
use crate::dashboard::fields::Fields;
use crate::dashboard::page::{Page, Part, csrf};
use crate::dashboard::subscription::{back_to, flow_path};
use crate::dashboard::text::{amount, coupon_terms, cycle, status, text};

const CHOICES: usize = 100;

type ListResult<M> = Result<Option<Listed<M>>, Box<Problem>>;

/// The data from which the offers are made.
struct Offers<'a> {
    app: &'a App,
    fields: &'a Fields,
    subscription: &'a Subscription,
    manifest: &'a DeclaredManifest,
    coupons: ListResult<Coupon>,
    prices: ListResult<Price>,
}

/// The second step: the offers that the manifest allows, and the form to cancel.
pub(in crate::dashboard) async fn offers(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let (customer, id) = (fields.get("customer"), fields.get("subscription"));
    let page = Page::new(Part::Customers, "Cancel flow: offers");
    let (manifest, item) = futures_util::join!(app.manifest(), app.subscription(customer, id));
    let (manifest, item) = match (manifest, item) {
        (Ok(manifest), Ok(Some(item))) => (manifest, item),
        (_, Ok(None)) => return unknown(&app),
        (Err(problem), _) | (_, Err(problem)) => {
            let main = html! { (back_to(customer)) h1 { "Cancel flow" } (problem.show()) };
            return page.status(StatusCode::BAD_GATEWAY).show(&app, main);
        }
    };
    let coupons = async {
        match manifest.has(Module::ApplyCoupon) {
            true => {
                app.list(
                    Module::Coupons,
                    "/coupons",
                    CHOICES,
                    fields.filled("coupons"),
                )
                .await
            }
            false => Ok(None),
        }
    };
    let prices = async {
        match manifest.has(Module::ChangePrice) {
            true => {
                app.list(Module::Prices, "/prices", CHOICES, fields.filled("prices"))
                    .await
            }
            false => Ok(None),
        }
    };
    let (coupons, prices) = futures_util::join!(coupons, prices);
    let offers = Offers {
        app: &app,
        fields: &fields,
        subscription: &item.model,
        manifest: &manifest,
        coupons,
        prices,
    };
    let reason = REASONS
        .iter()
        .find(|(name, _)| *name == fields.get("reason"));
    let main = html! {
        (back_to(customer))
        h1 { "Before you go" }
        (steps(1))
        p {
            "Subscription " code { (text(id)) } " " (status(&item.model.status))
            @if let Some((_, label)) = reason { ". Reason: “" (label) "”." }
            " " a href=(flow_path(customer, id)) { "Back to the reason" }
        }
        (offers.show())
    };
    page.show(&app, main)
}

/// The text of an offer. Its choices follow from the fields of the action.
struct Offer {
    action: Module,
    title: &'static str,
    description: &'static str,
    button: &'static str,
}

const PAUSE: Offer = Offer {
    action: Module::Pause,
    title: "Pause the subscription",
    description: "The customer is not charged during the pause.",
    button: "Pause",
};

const PRICE: Offer = Offer {
    action: Module::ChangePrice,
    title: "Change the plan",
    description: "The subscription changes to another price.",
    button: "Change the price",
};

const DISCOUNT: Offer = Offer {
    action: Module::ApplyCoupon,
    title: "Get a discount",
    description: "A coupon is applied to the subscription.",
    button: "Apply the coupon",
};

const TRIAL: Offer = Offer {
    action: Module::ExtendTrial,
    title: "Get a longer trial",
    description: "The trial gets longer.",
    button: "Extend the trial",
};

const CANCEL: Offer = Offer {
    action: Module::Cancel,
    title: "Cancel anyway",
    description: "The flow ends here if the customer accepts no offer.",
    button: "Cancel the subscription",
};

fn suggested_length(action: Module) -> (u32, TimeUnit) {
    match action {
        Module::ExtendTrial => (7, TimeUnit::Day),
        _ => (1, TimeUnit::Month),
    }
}

fn legend(action: Module, schedule: &Field) -> &'static str {
    match (action, schedule.name) {
        (Module::Cancel, _) => "Ends",
        (_, "startAt") => "Starts",
        _ => "Takes effect",
    }
}

/// The offers, the most suitable for a reason first.
fn order(reason: &str) -> [&'static Offer; 4] {
    match reason {
        "unused" | "break" => [&PAUSE, &PRICE, &DISCOUNT, &TRIAL],
        "missing" | "technical" | "other-product" => [&TRIAL, &DISCOUNT, &PAUSE, &PRICE],
        _ => [&DISCOUNT, &PRICE, &PAUSE, &TRIAL],
    }
}

impl Offers<'_> {
    fn show(&self) -> Markup {
        if let SubscriptionStatus::Canceled { .. } = self.subscription.status {
            return html! { p.notice role="status" { "This subscription is already canceled, so there are no offers." } };
        }
        let order = order(self.fields.get("reason"));
        let offers: Vec<_> = order.iter().filter_map(|offer| self.offer(offer)).collect();
        html! {
            @if offers.is_empty() { p.muted { "The manifest allows no offer for this subscription." } }
            div.offers { @for offer in &offers { (offer) } }
            (self.cancel())
        }
    }

    /// A form that carries out an action, or the reason why it is not possible.
    fn offer(&self, offer: &Offer) -> Option<Markup> {
        let action = offer.action;
        if !self.manifest.has(action) || !self.fits(action) {
            return None;
        }
        let heading = format!("{action}-title");
        let choices = match self.choices(action) {
            Ok(choices) => choices,
            Err(why) => {
                return Some(html! {
                    section.card.offer aria-labelledby=(heading) {
                        h2 id=(heading) { (offer.title) }
                        (why)
                    }
                });
            }
        };
        Some(html! {
            section class={ "card offer offer-" (action) } aria-labelledby=(heading) {
                h2 id=(heading) { (offer.title) }
                p.muted { (offer.description) (self.limit(action)) }
                form method="post" action="/flow/act" {
                    (csrf(self.app))
                    (subject(self.fields.get("customer"), self.fields.get("subscription")))
                    input type="hidden" name="action" value=(action);
                    (choices)
                    @let is_cancel = action == Module::Cancel;
                    button.primary[!is_cancel].danger[is_cancel] type="submit" { (offer.button) }
                }
            }
        })
    }

    /// Returns true if the status of the subscription allows an action.
    fn fits(&self, action: Module) -> bool {
        match action {
            Module::Pause => !self.is_paused(),
            Module::ExtendTrial => {
                matches!(self.subscription.status, SubscriptionStatus::Trial { .. })
            }
            _ => true,
        }
    }

    fn is_paused(&self) -> bool {
        matches!(self.subscription.status, SubscriptionStatus::Paused { .. })
    }

    fn limit(&self, action: Module) -> &'static str {
        if action != Module::ExtendTrial {
            return "";
        }
        match self.manifest.is_on(action, "multiple") {
            true => " The provider allows this more than once.",
            false => " The provider allows this once.",
        }
    }

    /// The input for each field of the action, or the reason why there can be none.
    fn choices(&self, action: Module) -> Result<Markup, Markup> {
        let mut choices = Vec::new();
        for field in action.protocol().map_or(&[][..], |line| line.fields) {
            choices.push(match field.kind {
                FieldKind::Schedule => schedule(action, legend(action, field), self.manifest),
                FieldKind::Duration => length(action, self.manifest, suggested_length(action)),
                FieldKind::Flag => self.flag(action, field)?,
                FieldKind::Id(Model::Coupon) => choice(action, "Coupon", &self.coupon_options()?),
                FieldKind::Id(Model::Price) => choice(action, "Price", &self.price_options()?),
                // Hidden fields of every form.
                FieldKind::Id(_) => html! {},
            });
        }
        Ok(html! { @for choice in &choices { (choice) } })
    }

    /// The check box of an option, if it is enabled and has an effect.
    fn flag(&self, action: Module, field: &Field) -> Result<Markup, Markup> {
        let features = action
            .protocol()
            .into_iter()
            .flat_map(|line| line.effective_features());
        let mut opened_by = features.filter(|feature| feature.opens == Some(field.name));
        let is_on = opened_by.all(|feature| self.manifest.is_on(action, feature.name));
        let annual = self.subscription.duration.is_annual();
        let (is_shown, is_checked, label) = match field.name {
            "allowAnnual" if annual && !is_on => {
                return Err(
                    html! { p.muted { "The provider does not pause annual subscriptions: `allowAnnual` is off in its manifest." } },
                );
            }
            "allowAnnual" => (is_on, annual, "Allow the pause of an annual subscription"),
            "prorate" => (is_on, false, "Prorate the rest of the period"),
            "unpause" => (self.is_paused(), false, "End the pause first"),
            name => (is_on, false, name),
        };
        Ok(html! {
            @if is_shown {
                @let id = format!("{action}-{}", field.name);
                p.check {
                    input type="checkbox" id=(id) name=(field.name) value="on" checked[is_checked];
                    label for=(id) { (label) }
                }
            }
        })
    }

    fn coupon_options(&self) -> Result<Choices, Markup> {
        self.options(&self.coupons, "coupons", |coupon: &Coupon| {
            let name = coupon.name.as_deref().or(coupon.code.as_deref());
            let terms = coupon_terms(&coupon.value, coupon.duration);
            let label = format!("{}: {terms}", name.unwrap_or(coupon.id.as_str()));
            Some((coupon.id.as_str().to_owned(), label))
        })
    }

    fn price_options(&self) -> Result<Choices, Markup> {
        let items = &self.subscription.items;
        self.options(&self.prices, "prices", |price: &Price| {
            if items.iter().any(|item| item.price.id == price.id) {
                return None;
            }
            let name = price.name.as_deref().unwrap_or(price.id.as_str());
            let label = format!(
                "{name}: {} {}",
                amount(&price.amount),
                cycle(price.duration)
            );
            Some((price.id.as_str().to_owned(), label))
        })
    }

    fn cancel(&self) -> Markup {
        self.offer(&CANCEL).unwrap_or_else(|| {
            html! { p.notice role="status" { "The manifest does not declare `cancel`: Churnkey can only read from this provider." } }
        })
    }

    /// The options of a list, or the reason why there are none.
    fn options<M>(
        &self,
        list: &ListResult<M>,
        cursor: &str,
        option: impl Fn(&M) -> Option<(String, String)>,
    ) -> Result<Choices, Markup> {
        let listed = match list {
            Err(problem) => return Err(problem.show()),
            Ok(None) => {
                return Err(
                    html! { p.muted { "The provider has no list of " (cursor) ": it answered 404." } },
                );
            }
            Ok(Some(listed)) => listed,
        };
        let options: Vec<_> = listed
            .items
            .iter()
            .flatten()
            .filter_map(|item| option(&item.model))
            .collect();
        let further = listed.next.as_ref().map(|next| {
            let (customer, id) = (self.fields.get("customer"), self.fields.get("subscription"));
            let reason = encoded(self.fields.get("reason"));
            format!(
                "/flow/offers?customer={}&subscription={}&reason={reason}&{cursor}={}",
                encoded(customer),
                encoded(id),
                encoded(next)
            )
        });
        if options.is_empty() && further.is_none() {
            return Err(html! { p.muted { "The provider has no " (cursor) " to choose from." } });
        }
        let unread = listed.items.iter().filter(|item| item.is_err()).count();
        Ok(Choices {
            options,
            further,
            unread,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_but_cancel_is_an_offer() {
        let is_offer = |module: &Module| {
            module.is_action() && module.single().is_none() && *module != Module::Cancel
        };
        let expected: Vec<_> = Module::ALL.iter().copied().filter(is_offer).collect();
        for (reason, _) in REASONS {
            let offers = order(reason).map(|offer| offer.action);
            for action in &expected {
                assert!(
                    offers.contains(action),
                    "`order` in flow/offers.rs has no offer of {action}"
                );
            }
            assert_eq!(offers.len(), expected.len());
        }
    }
}
