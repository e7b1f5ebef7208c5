//! Parts that several pages of the cancel flow share.

use axum::http::StatusCode;
use axum::response::Response;
use churnkey_runtime::{Customer, Subscription};
use churnkey_verify::Module;
use churnkey_verify::internal::encoded;
use maud::{Markup, html};

use crate::dashboard::app::App;
use crate::dashboard::exchange::Item;
use crate::dashboard::fields::Fields;
use crate::dashboard::log::Snapshot;
use crate::dashboard::page::failed;
use crate::dashboard::table::{Row, table, words};
use crate::dashboard::text::{cycle, period, status, text};

/// Common reasons why customers cancel.
pub(super) const REASONS: [(&str, &str); 7] = [
    ("expensive", "It is too expensive"),
    ("unused", "I do not use it enough"),
    ("break", "I need it only occasionally"),
    ("missing", "A feature is missing"),
    ("technical", "It does not work correctly"),
    ("other-product", "I am switching to another product"),
    ("else", "Something else"),
];

pub(super) fn unknown(app: &App) -> Response {
    let why = "The provider has no such customer, or no such subscription of this customer.";
    failed(app, StatusCode::NOT_FOUND, why)
}

/// The subject of a flow: one subscription, or all subscriptions of a customer.
#[derive(Clone, Copy)]
pub(super) struct Subject<'f> {
    pub(super) customer: &'f str,
    pub(super) subscription: Option<&'f str>,
}

impl<'f> Subject<'f> {
    pub(super) fn of(fields: &'f Fields) -> Self {
        let subscription = fields.get("subscription");
        Self {
            customer: fields.get("customer"),
            subscription: Some(subscription).filter(|id| !id.is_empty()),
        }
    }

    /// The hidden fields that identify the subject of a form.
    pub(super) fn hidden(self) -> Markup {
        html! {
            input type="hidden" name="customer" value=(self.customer);
            @if let Some(id) = self.subscription {
                input type="hidden" name="subscription" value=(id);
            }
        }
    }
}

impl App {
    /// The current data of the subject of a flow. A provider without a list of subscriptions has
    /// an empty one.
    pub(super) async fn snapshot(&self, subject: Subject<'_>) -> Snapshot {
        const PAGES: usize = 5;
        if let Some(id) = subject.subscription {
            let item = self.subscription(subject.customer, id).await?;
            return Ok(item.map(|item| vec![item]));
        }
        let customer = encoded(subject.customer);
        let path = format!("/customers/{customer}");
        let known = self.item::<Customer>(Module::Customers, path).await?;
        if known.is_none() {
            return Ok(None);
        }
        let path = format!("/customers/{customer}/subscriptions");
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let listed = self.list(Module::Subscriptions, &path, 100, cursor.as_deref());
            let Some(listed) = listed.await? else { break };
            items.extend(listed.items.into_iter().flatten());
            cursor = listed.next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(Some(items))
    }
}

/// Several subscriptions in short.
pub(super) fn overview(items: &[Item<Subscription>]) -> Markup {
    let columns = [
        words("Subscription"),
        words("Status"),
        words("Charged"),
        words("Billing period"),
    ];
    let rows: Vec<_> = items
        .iter()
        .map(|Item { model, .. }| {
            Row::Cells(vec![
                html! { code { (text(model.id.as_str())) } },
                status(&model.status),
                html! { (cycle(model.duration)) },
                html! {
                    @if let Some(dates) = model.status.current_period_dates() { (period(dates)) }
                },
            ])
        })
        .collect();
    html! {
        @if rows.is_empty() { p.muted { "The provider lists no subscription of this customer." } }
        @else { (table("Subscriptions", &columns, &rows)) }
    }
}

pub(super) fn steps(current: usize) -> Markup {
    html! {
        ol.steps aria-label="Steps" {
            @for (index, step) in ["Reason", "Offers", "Outcome"].iter().enumerate() {
                li aria-current=[(index == current).then_some("step")] { (step) }
            }
        }
    }
}
