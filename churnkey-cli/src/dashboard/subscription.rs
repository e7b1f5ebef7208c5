//! The display of a subscription.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use churnkey_runtime::model::{Discount, Metadata, Tier};
use churnkey_runtime::{Amount, Subscription, SubscriptionStatus, Timestamp};
use churnkey_verify::Module;
use churnkey_verify::internal::encoded;
use maud::{Markup, html};

use super::app::App;
use super::exchange::{Item, Problem};
use super::fields::Fields;
use super::links::{customer_path, flow_path, item_path};
use super::page::{Page, Part, failed};
use super::table::{Row, numbers, table, words};
use super::text::{
    amount, coupon_terms, cycle, first, left_out, money, parts, period, status, text, time,
};
use super::timeline::timeline;
use super::unreadable::show_flaws;

impl App {
    pub(super) async fn subscription(
        &self,
        customer: &str,
        id: &str,
    ) -> Result<Option<Item<Subscription>>, Box<Problem>> {
        let (customer, id) = (encoded(customer), encoded(id));
        let path = format!("/customers/{customer}/subscriptions/{id}");
        self.item(Module::Subscriptions, path).await
    }
}

/// The page of one subscription, for a provider that does not list subscriptions.
pub(super) async fn show(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let (customer, id) = (fields.get("customer"), fields.get("id"));
    let page = Page::new(
        Part::Customers,
        format!("Subscription {}", super::text::plain(id)),
    );
    match app.subscription(customer, id).await {
        Ok(Some(item)) => {
            let main = html! {
                (back_to(customer))
                h1 { "Subscription" }
                h2 { "Current data of the provider" }
                (card(&item, Some(customer), "subscription"))
            };
            page.show(&app, main)
        }
        Ok(None) => failed(
            &app,
            StatusCode::NOT_FOUND,
            "The provider has no such subscription of this customer.",
        ),
        Err(problem) => {
            let main = html! { (back_to(customer)) h1 { "Subscription" } (problem.show()) };
            page.status(StatusCode::BAD_GATEWAY).show(&app, main)
        }
    }
}

/// A link back to a customer.
pub(super) fn back_to(customer: &str) -> Markup {
    html! {
        nav.back aria-label="Back" { a href=(customer_path(customer)) { "Customer " (text(customer)) } }
    }
}

/// A card with all data of a subscription. If `flow_of` is the customer, it has a link to the
/// cancel flow.
pub(super) fn card(item: &Item<Subscription>, flow_of: Option<&str>, id: &str) -> Markup {
    let subscription = &item.model;
    let heading = format!("{id}-heading");
    html! {
        section.card.subscription aria-labelledby=(heading) {
            div.card-head {
                h3 id=(heading) { (text(subscription.id.as_str())) }
                (status(&subscription.status))
            }
            @if !item.flaws.is_empty() {
                div.problem { p { "This subscription does not fully match the protocol:" } (show_flaws(&item.flaws)) }
            }
            (timeline(subscription, Timestamp::now(), id))
            dl.facts { (facts(subscription)) }
            (items(subscription))
            (discounts(&subscription.discounts, "Discounts"))
            (metadata(&subscription.metadata))
            @if let Some(customer) = flow_of {
                p { a.button href=(flow_path(customer, Some(subscription.id.as_str()))) { "Start the cancel flow" span.sr { " of " (text(subscription.id.as_str())) } } }
            }
            (raw(&item.value))
        }
    }
}

/// The JSON that the provider sent.
pub(super) fn raw(value: &serde_json::Value) -> Markup {
    html! {
        details {
            summary { "JSON" }
            pre tabindex="0" aria-label="JSON" { code { (super::text::block(&format!("{value:#}"))) } }
        }
    }
}

pub(super) fn facts(subscription: &Subscription) -> Markup {
    html! {
        dt { "Charged" } dd { (cycle(subscription.duration)) @if let Some(total) = total(subscription) { ", " strong { (total) } " before discounts" } }
        dt { "Since" } dd { (time(subscription.start)) }
        @if let Some(current) = subscription.status.current_period_dates() {
            dt { "Billing period" } dd { (period(current)) }
        }
        @if let Some(trial) = subscription.status.trial_dates() {
            dt { "Trial" } dd { (period(trial)) }
        }
        @match subscription.status {
            SubscriptionStatus::Paused { pause, .. } => {
                dt { "Paused" }
                dd { (time(pause.start)) " " @match pause.end { Some(end) => { "to " (time(end)) } None => "without a set end" } }
            }
            SubscriptionStatus::Canceled { canceled_at, .. } => { dt { "Canceled" } dd { (time(canceled_at)) } }
            _ => {}
        }
    }
}

/// The total of a billing cycle before discounts, if one sum can express it.
fn total(subscription: &Subscription) -> Option<String> {
    let first = subscription.items.first()?;
    let currency = first.price.amount.currency();
    let mut sum = 0_i64;
    for item in &subscription.items {
        if item.price.amount.currency() != currency || item.price.duration != subscription.duration
        {
            return None;
        }
        sum = sum.checked_add(item.price.amount.charge(item.quantity)?.get())?;
    }
    Some(money(currency, sum.into()))
}

fn items(subscription: &Subscription) -> Markup {
    let columns = [
        words("Price"),
        numbers("Quantity"),
        words("Amount"),
        numbers("Total"),
    ];
    let (shown, more) = first(&subscription.items);
    let rows: Vec<_> = shown
        .iter()
        .map(|item| {
            let price = &item.price;
            let id = price.id.as_str();
            Row::Cells(vec![
                html! {
                    @if let Some(name) = &price.name { (text(name)) " " }
                    a.id href=(item_path(Module::Prices, id)) { code { (text(id)) } }
                },
                html! { (item.quantity) },
                html! {
                    (amount(&price.amount)) " " (cycle(price.duration))
                    @if let Amount::Tiered(tiered) = &price.amount {
                        (tiers(tiered.currency, &tiered.tiers, Some(item.quantity)))
                    }
                },
                html! {
                    @match price.amount.charge(item.quantity) {
                        Some(charge) => (money(price.amount.currency(), charge)),
                        None => span.muted { "cannot be calculated" },
                    }
                },
            ])
        })
        .collect();
    html! {
        @if rows.is_empty() { p.muted { "The subscription has no items." } }
        @else { (table("Items", &columns, &rows)) (left_out(more)) }
    }
}

/// The tiers of a price. Those that the quantity reaches are marked.
pub(super) fn tiers(
    currency: churnkey_runtime::Currency,
    tiers: &[Tier],
    quantity: Option<u64>,
) -> Markup {
    let mut below = 0;
    html! {
        @let (shown, more) = first(tiers);
        ul.tiers {
            @for tier in shown {
                @let first = below + 1;
                @let reached = quantity.is_some_and(|quantity| quantity >= first);
                li {
                    @match tier.up_to {
                        Some(up_to) => { (first) " to " (up_to) }
                        None => { "from " (first) },
                    }
                    ": " (parts(currency, tier.unit, tier.flat))
                    @if reached { span.muted { " · reached" } }
                }
                @let () = below = tier.up_to.unwrap_or(below);
            }
        }
        (left_out(more))
    }
}

pub(super) fn discounts(discounts: &[Discount], title: &str) -> Markup {
    html! {
        @if !discounts.is_empty() {
            p.caption { (title) }
            @let (shown, more) = first(discounts);
            ul {
                @for discount in shown {
                    @let coupon = &discount.coupon;
                    li {
                        @if let Some(name) = coupon.name.as_ref().or(coupon.code.as_ref()) {
                            (text(name)) " "
                        }
                        a.id href=(item_path(Module::Coupons, coupon.id.as_str())) {
                            code { (text(coupon.id.as_str())) }
                        }
                        ": "
                        (coupon_terms(&coupon.value, coupon.duration))
                        @if let Some(start) = discount.start { ", from " (time(start)) }
                        @if let Some(end) = discount.end { ", up to " (time(end)) }
                    }
                }
            }
            (left_out(more))
        }
    }
}

pub(super) fn metadata(metadata: &Metadata) -> Markup {
    html! {
        @if !metadata.is_empty() {
            p.caption { "Metadata" }
            dl.facts {
                @for (name, value) in metadata.iter().take(100) {
                    dt { (text(name)) } dd { (text(value)) }
                }
            }
        }
    }
}
