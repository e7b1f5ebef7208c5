//! The offers to a customer before they cancel.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use churnkey_protocol::{Field, FieldKind, Model};
use churnkey_runtime::{Coupon, Currency, Price, Subscription, SubscriptionStatus, Timestamp};
use churnkey_verify::Module;
use churnkey_verify::internal::{DeclaredManifest, encoded};
use maud::{Markup, html};

use super::choices::{Choices, choice, length, schedule};
use super::fit;
use super::offer::{CANCEL, CANCEL_ALL, Offer, PAUSE_ALL, legend, order, suggested_length};
use super::parts::{REASONS, Subject, overview, steps, unknown};
use crate::dashboard::app::App;
use crate::dashboard::exchange::{Item, Listed, Problem};
use crate::dashboard::fields::Fields;
use crate::dashboard::links::flow_path;
use crate::dashboard::page::{Page, Part, csrf};
use crate::dashboard::subscription::back_to;
use crate::dashboard::text::{amount, coupon_terms, cycle, first, plain, status, text};

const CHOICES: usize = 100;

type ListResult<M> = Result<Option<Listed<M>>, Box<Problem>>;

/// The data from which the offers are made.
struct Offers<'a> {
    app: &'a App,
    fields: &'a Fields,
    subject: Subject<'a>,
    /// The subscription, or all subscriptions of the customer.
    subscriptions: &'a [Item<Subscription>],
    manifest: &'a DeclaredManifest,
    coupons: ListResult<Coupon>,
    prices: ListResult<Price>,
}

/// The second step: the offers that the manifest allows, and the form to cancel.
pub(in crate::dashboard) async fn offers(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let subject = Subject::of(&fields);
    let page = Page::new(Part::Customers, "Cancel flow: offers");
    let (manifest, items) = futures_util::join!(app.manifest(), app.snapshot(subject));
    let (manifest, items) = match (manifest, items) {
        (Ok(manifest), Ok(Some(items))) => (manifest.declared, items),
        (_, Ok(None)) => return unknown(&app),
        (Err(problem), _) | (_, Err(problem)) => {
            let main = html! { (back_to(subject.customer)) h1 { "Cancel flow" } (problem.show()) };
            return page.status(StatusCode::BAD_GATEWAY).show(&app, main);
        }
    };
    let is_offered = |action| subject.subscription.is_some() && manifest.has(action);
    let coupons = async {
        match is_offered(Module::ApplyCoupon) {
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
        match is_offered(Module::ChangePrice) {
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
        subject,
        subscriptions: &items,
        manifest: &manifest,
        coupons,
        prices,
    };
    let reason = REASONS
        .iter()
        .find(|(name, _)| *name == fields.get("reason"));
    let main = html! {
        (back_to(subject.customer))
        h1 { "Before you go" }
        (steps(1))
        p {
            @match (subject.subscription, &items[..]) {
                (Some(id), [item, ..]) => {
                    "Subscription " code { (text(id)) } " " (status(&item.model.status))
                }
                _ => "All subscriptions of the customer",
            }
            @if let Some((_, label)) = reason { ". Reason: “" (label) "”." }
            " " a href=(flow_path(subject.customer, subject.subscription)) { "Back to the reason" }
        }
        @if subject.subscription.is_none() { (overview(&items)) }
        (offers.show())
    };
    page.show(&app, main)
}

impl Offers<'_> {
    fn show(&self) -> Markup {
        let is_canceled = |subscription: &Subscription| {
            matches!(subscription.status, SubscriptionStatus::Canceled { .. })
        };
        let is_wide = self.subject.subscription.is_none();
        if !self.subscriptions.is_empty() && self.all(is_canceled) {
            return html! {
                p.notice role="status" {
                    @if is_wide { "All subscriptions are" } @else { "This subscription is" }
                    " already canceled, so there are no offers."
                }
            };
        }
        let offers: Vec<_> = match is_wide {
            true => self.offer(&PAUSE_ALL).into_iter().collect(),
            false => order(self.fields.get("reason"))
                .iter()
                .filter_map(|offer| self.offer(offer))
                .collect(),
        };
        html! {
            @if offers.is_empty() { p.muted { "The manifest allows no offer here." } }
            div.offers { @for offer in &offers { (offer) } }
            (self.cancel(if is_wide { &CANCEL_ALL } else { &CANCEL }))
        }
    }

    fn all(&self, holds: impl Fn(&Subscription) -> bool) -> bool {
        self.subscriptions.iter().all(|item| holds(&item.model))
    }

    fn any(&self, holds: impl Fn(&Subscription) -> bool) -> bool {
        self.subscriptions.iter().any(|item| holds(&item.model))
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
                    (self.subject.hidden())
                    input type="hidden" name="action" value=(action);
                    (choices)
                    @let is_cancel = matches!(action, Module::Cancel | Module::CancelAll);
                    button.primary[!is_cancel].danger[is_cancel] type="submit" { (offer.button) }
                }
            }
        })
    }

    /// Returns true if the status of the subscriptions allows an action.
    fn fits(&self, action: Module) -> bool {
        match action {
            Module::Pause => !self.any(is_paused),
            Module::PauseAll => self.subscriptions.is_empty() || !self.all(is_paused),
            Module::ExtendTrial => {
                self.any(|one| matches!(one.status, SubscriptionStatus::Trial { .. }))
            }
            _ => true,
        }
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
        let annual = self.any(|one| one.duration.is_annual());
        let is_wide = self.subject.subscription.is_none();
        let (is_shown, is_required, label) = match field.name {
            "allowAnnual" if annual && !is_on && !is_wide => {
                return Err(
                    html! { p.muted { "The provider does not pause annual subscriptions: `allowAnnual` is off in its manifest." } },
                );
            }
            // Nothing is checked by default. Without this one, the provider refuses the pause.
            "allowAnnual" => (
                is_on && annual,
                !is_wide,
                "Allow the pause of an annual subscription",
            ),
            "prorate" => (is_on, false, "Prorate the rest of the period"),
            "unpause" => (self.any(is_paused), false, "End the pause first"),
            name => (is_on, false, name),
        };
        Ok(html! {
            @if is_shown {
                @let id = format!("{action}-{}", field.name);
                p.check {
                    input type="checkbox" id=(id) name=(field.name) value="on" required[is_required];
                    label for=(id) { (label) }
                }
            }
        })
    }

    fn coupon_options(&self) -> Result<Choices, Markup> {
        let currency = self.currency();
        self.options(&self.coupons, "coupons", |coupon: &Coupon| {
            let name = coupon.name.as_deref().or(coupon.code.as_deref());
            let terms = coupon_terms(&coupon.value, coupon.duration);
            let label = format!("{}: {terms}", name.unwrap_or(coupon.id.as_str()));
            let unfit = fit::coupon(coupon, currency, Timestamp::now());
            (coupon.id.as_str().to_owned(), label, unfit)
        })
    }

    fn price_options(&self) -> Result<Choices, Markup> {
        let currency = self.currency();
        self.options(&self.prices, "prices", |price: &Price| {
            let name = price.name.as_deref().unwrap_or(price.id.as_str());
            let label = format!(
                "{name}: {} {}",
                amount(&price.amount),
                cycle(price.duration)
            );
            let items = |one: &Subscription| one.items.iter().any(|item| item.price.id == price.id);
            let unfit = match self.any(items) {
                true => Some("the subscription has it"),
                false => fit::price(price, currency),
            };
            (price.id.as_str().to_owned(), label, unfit)
        })
    }

    /// The currency in which the subscription is charged.
    fn currency(&self) -> Option<Currency> {
        let item = self.subscriptions.first()?.model.items.first()?;
        Some(item.price.amount.currency())
    }

    fn cancel(&self, offer: &Offer) -> Markup {
        self.offer(offer).unwrap_or_else(|| {
            html! { p.notice role="status" { "The manifest does not declare `cancel`: Churnkey can only read from this provider." } }
        })
    }

    /// The options of a list, or the reason why there are none.
    fn options<M>(
        &self,
        list: &ListResult<M>,
        cursor: &str,
        option: impl Fn(&M) -> (String, String, Option<&'static str>),
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
        let (mut options, mut unfit) = (Vec::new(), Vec::new());
        for item in listed.items.iter().flatten() {
            match option(&item.model) {
                (id, label, None) => options.push((id, label)),
                (_, label, Some(why)) => unfit.push((label, why)),
            }
        }
        let further = listed.next.as_ref().map(|next| {
            let customer = self.subject.customer;
            let id = self.subject.subscription.unwrap_or_default();
            let reason = encoded(self.fields.get("reason"));
            format!(
                "/flow/offers?customer={}&subscription={}&reason={reason}&{cursor}={}",
                encoded(customer),
                encoded(id),
                encoded(next)
            )
        });
        if options.is_empty() && further.is_none() {
            return Err(html! {
                p.muted { "The provider has no " (cursor) " to choose from." }
                ul { @for (label, why) in first(&unfit).0 { li { (plain(label)) ": " (why) } } }
            });
        }
        let unread = listed.items.iter().filter(|item| item.is_err()).count();
        Ok(Choices {
            options,
            unfit,
            further,
            unread,
        })
    }
}

fn is_paused(subscription: &Subscription) -> bool {
    matches!(subscription.status, SubscriptionStatus::Paused { .. })
}
