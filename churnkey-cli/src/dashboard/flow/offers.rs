//! The offers to a customer before they cancel.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
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

/// An offer with its action, which a test compares with the protocol table.
type Offer = (Module, for<'a> fn(&Offers<'a>) -> Option<Markup>);

/// The offers, the most suitable for a reason first.
fn order(reason: &str) -> [Offer; 4] {
    let pause: Offer = (Module::Pause, |offers| offers.pause());
    let price: Offer = (Module::ChangePrice, |offers| offers.price());
    let discount: Offer = (Module::ApplyCoupon, |offers| offers.discount());
    let trial: Offer = (Module::ExtendTrial, |offers| offers.trial());
    match reason {
        "unused" | "break" => [pause, price, discount, trial],
        "missing" | "technical" | "other-product" => [trial, discount, pause, price],
        _ => [discount, price, pause, trial],
    }
}

impl Offers<'_> {
    fn show(&self) -> Markup {
        if let SubscriptionStatus::Canceled { .. } = self.subscription.status {
            return html! { p.notice role="status" { "This subscription is already canceled, so there are no offers." } };
        }
        let order = order(self.fields.get("reason"));
        let offers: Vec<_> = order.iter().filter_map(|(_, offer)| offer(self)).collect();
        html! {
            @if offers.is_empty() { p.muted { "The manifest allows no offer for this subscription." } }
            div.offers { @for offer in &offers { (offer) } }
            (self.cancel())
        }
    }

    /// A form that carries out an action.
    fn form(
        &self,
        action: Module,
        title: &str,
        description: &str,
        button: &str,
        choices: Markup,
    ) -> Markup {
        let heading = format!("{action}-title");
        html! {
            section class={ "card offer offer-" (action) } aria-labelledby=(heading) {
                h2 id=(heading) { (title) }
                p.muted { (description) }
                form method="post" action="/flow/act" {
                    (csrf(self.app))
                    (subject(self.fields.get("customer"), self.fields.get("subscription")))
                    input type="hidden" name="action" value=(action);
                    (choices)
                    @let is_cancel = action == Module::Cancel;
                    button.primary[!is_cancel].danger[is_cancel] type="submit" { (button) }
                }
            }
        }
    }

    /// An offer that the manifest allows but that is not possible, with the reason.
    fn unavailable(&self, action: Module, title: &str, why: Markup) -> Markup {
        let heading = format!("{action}-title");
        html! {
            section.card.offer aria-labelledby=(heading) { h2 id=(heading) { (title) } (why) }
        }
    }

    fn pause(&self) -> Option<Markup> {
        let is_paused = matches!(self.subscription.status, SubscriptionStatus::Paused { .. });
        if is_paused || !self.manifest.has(Module::Pause) {
            return None;
        }
        let allow_annual = self.manifest.is_on(Module::Pause, "allow_annual");
        let title = "Pause the subscription";
        let annual = self.subscription.duration.is_annual();
        if annual && !allow_annual {
            let why = html! { p.muted { "The provider does not pause annual subscriptions: `allowAnnual` is off in its manifest." } };
            return Some(self.unavailable(Module::Pause, title, why));
        }
        let choices = html! {
            (length(Module::Pause, self.manifest, (1, TimeUnit::Month)))
            (schedule(Module::Pause, "Starts", self.manifest))
            @if allow_annual {
                p.check {
                    input type="checkbox" id="allow-annual" name="allowAnnual" value="on" checked[annual];
                    label for="allow-annual" { "Allow the pause of an annual subscription" }
                }
            }
        };
        let description = "The customer is not charged during the pause.";
        Some(self.form(Module::Pause, title, description, "Pause", choices))
    }

    fn discount(&self) -> Option<Markup> {
        if !self.manifest.has(Module::ApplyCoupon) {
            return None;
        }
        let title = "Get a discount";
        let options = match self.options(&self.coupons, "coupons", |coupon: &Coupon| {
            let name = coupon.name.as_deref().or(coupon.code.as_deref());
            let terms = coupon_terms(&coupon.value, coupon.duration);
            let label = format!("{}: {terms}", name.unwrap_or(coupon.id.as_str()));
            Some((coupon.id.as_str().to_owned(), label))
        }) {
            Ok(options) => options,
            Err(why) => return Some(self.unavailable(Module::ApplyCoupon, title, why)),
        };
        let choices = html! { (choice(Module::ApplyCoupon, "Coupon", &options)) };
        let description = "A coupon is applied to the subscription.";
        Some(self.form(
            Module::ApplyCoupon,
            title,
            description,
            "Apply the coupon",
            choices,
        ))
    }

    fn price(&self) -> Option<Markup> {
        if !self.manifest.has(Module::ChangePrice) {
            return None;
        }
        let title = "Change the plan";
        let current: Vec<_> = self
            .subscription
            .items
            .iter()
            .map(|item| &item.price.id)
            .collect();
        let options = match self.options(&self.prices, "prices", |price: &Price| {
            if current.contains(&&price.id) {
                return None;
            }
            let name = price.name.as_deref().unwrap_or(price.id.as_str());
            let label = format!(
                "{name}: {} {}",
                amount(&price.amount),
                cycle(price.duration)
            );
            Some((price.id.as_str().to_owned(), label))
        }) {
            Ok(options) => options,
            Err(why) => return Some(self.unavailable(Module::ChangePrice, title, why)),
        };
        let choices = html! {
            (choice(Module::ChangePrice, "Price", &options))
            (schedule(Module::ChangePrice, "Takes effect", self.manifest))
            @if self.manifest.is_on(Module::ChangePrice, "prorate") {
                p.check {
                    input type="checkbox" id="prorate" name="prorate" value="on";
                    label for="prorate" { "Prorate the rest of the period" }
                }
            }
        };
        let description = "The subscription changes to another price.";
        Some(self.form(
            Module::ChangePrice,
            title,
            description,
            "Change the price",
            choices,
        ))
    }

    fn trial(&self) -> Option<Markup> {
        let is_trial = matches!(self.subscription.status, SubscriptionStatus::Trial { .. });
        if !is_trial || !self.manifest.has(Module::ExtendTrial) {
            return None;
        }
        let choices = length(Module::ExtendTrial, self.manifest, (7, TimeUnit::Day));
        let description = match self.manifest.is_on(Module::ExtendTrial, "multiple") {
            true => "The trial gets longer. The provider allows this more than once.",
            false => "The trial gets longer. The provider allows this once.",
        };
        Some(self.form(
            Module::ExtendTrial,
            "Get a longer trial",
            description,
            "Extend the trial",
            choices,
        ))
    }

    fn cancel(&self) -> Markup {
        if !self.manifest.has(Module::Cancel) {
            return html! { p.notice role="status" { "The manifest does not declare `cancel`: Churnkey can only read from this provider." } };
        }
        let is_paused = matches!(self.subscription.status, SubscriptionStatus::Paused { .. });
        let choices = html! {
            (schedule(Module::Cancel, "Ends", self.manifest))
            @if is_paused {
                p.check {
                    input type="checkbox" id="unpause" name="unpause" value="on";
                    label for="unpause" { "End the pause first" }
                }
            }
        };
        let description = "The flow ends here if the customer accepts no offer.";
        self.form(
            Module::Cancel,
            "Cancel anyway",
            description,
            "Cancel the subscription",
            choices,
        )
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
            let offers = order(reason).map(|(module, _)| module);
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
