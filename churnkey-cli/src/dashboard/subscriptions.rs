//! All subscriptions of all customers, with filters. The protocol lists subscriptions by customer,
//! so a page looks at the subscriptions of a page of customers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use churnkey_runtime::{Customer, Subscription};
use churnkey_verify::Module;
use churnkey_verify::internal::encoded;
use futures_util::{StreamExt as _, stream};
use maud::{Markup, html};

use super::app::App;
use super::exchange::{Item, Problem};
use super::fields::Fields;
use super::links::{customer_path, subscription_path};
use super::page::{Page, Part};
use super::table::{Column, Row, table, words};
use super::text::{cycle, left_out, period, status, text};
use super::unreadable::Unreadable;
use filter::Filter;

mod filter;

/// The number of customers whose subscriptions a page looks at.
const CUSTOMERS: usize = 50;
/// The number of customers whose subscriptions are read at once.
const JOBS: usize = 8;
/// The limit of subscriptions on a page.
const MAX_SHOWN: usize = 200;

const COLUMNS: [Column; 6] = [
    words("Subscription"),
    words("Customer"),
    words("Status"),
    words("Charged"),
    words("Billing period"),
    words("Prices"),
];

/// The subscriptions of a page of customers.
#[derive(Default)]
struct Found {
    /// The subscriptions that fit, each with the id of its customer.
    items: Vec<(String, Item<Subscription>)>,
    unreadable: Vec<Unreadable>,
    problems: Vec<Problem>,
    /// The number of customers whose subscriptions were looked at.
    customers: usize,
    /// The number of subscriptions that were looked at.
    seen: usize,
    /// Customers of whom only the first subscriptions were looked at.
    cut_off: Vec<String>,
    next: Option<String>,
}

/// The reason why there is no list.
enum NoList {
    Customers,
    Subscriptions,
    Problem(Box<Problem>),
}

/// The page with the filters and the subscriptions.
pub(super) async fn show(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let filter = Filter::read(&fields);
    let cursor = fields.filled("cursor");
    let found = app.subscriptions(&filter, cursor).await;
    let code = match &found {
        Err(NoList::Problem(_)) => StatusCode::BAD_GATEWAY,
        _ => StatusCode::OK,
    };
    let main = html! {
        h1 { "Subscriptions" }
        (filter.form())
        @match &found {
            Err(NoList::Problem(problem)) => (problem.show()),
            Err(NoList::Customers) => p.notice {
                "This provider does not list its customers, which is optional. Subscriptions are listed by customer, so find a customer first."
            },
            Err(NoList::Subscriptions) => p.notice {
                "This provider does not list the subscriptions of a customer, which is optional."
            },
            Ok(found) => (list(found, &filter, cursor.is_some())),
        }
    };
    let page = Page::new(Part::Subscriptions, "Subscriptions");
    page.status(code).show(&app, main)
}

fn list(found: &Found, filter: &Filter<'_>, is_further: bool) -> Markup {
    let shown = &found.items[..found.items.len().min(MAX_SHOWN)];
    let items = shown.iter().map(|(customer, item)| row(customer, item));
    let unreadable = found.unreadable.iter().take(20);
    let unreadable = unreadable.map(|one| Row::Whole(one.show("subscription")));
    let rows: Vec<_> = unreadable.chain(items).collect();
    html! {
        p.muted role="status" {
            (found.items.len()) " of " (found.seen) " subscriptions of "
            @if found.next.is_some() || is_further { "these " } (found.customers) " customers fit."
            @if !found.unreadable.is_empty() { " " (found.unreadable.len()) " cannot be read." }
        }
        @for problem in found.problems.iter().take(3) { (problem.show()) }
        @if !rows.is_empty() { (table("Subscriptions", &COLUMNS, &rows)) }
        (left_out(found.items.len() - shown.len() + found.unreadable.len().saturating_sub(20)))
        @if !found.cut_off.is_empty() {
            p.muted {
                "Only the first 100 subscriptions were looked at of "
                @for (index, id) in found.cut_off.iter().enumerate() {
                    @if index > 0 { ", " }
                    a href=(customer_path(id)) { (text(id)) }
                }
                "."
            }
        }
        nav.pages aria-label="Pages of customers" {
            @if is_further { a href={ "/subscriptions?" (filter.query()) } { "First customers" } }
            @if let Some(next) = &found.next {
                a rel="next" href={ "/subscriptions?" (filter.query()) "cursor=" (encoded(next)) } {
                    "Next " (CUSTOMERS) " customers"
                }
            }
        }
    }
}

fn row(customer: &str, item: &Item<Subscription>) -> Row {
    let model = &item.model;
    let id = model.id.as_str();
    Row::Cells(vec![
        html! {
            a href=(subscription_path(customer, id)) { (text(id)) }
            @if !item.flaws.is_empty() { " " span.badge.severity-warning { "invalid" } }
        },
        html! { a href=(customer_path(customer)) { (text(customer)) } },
        html! {
            (status(&model.status))
            @if !model.discounts.is_empty() { " " span.badge { "discount" } }
        },
        html! { (cycle(model.duration)) },
        html! { @if let Some(dates) = model.status.current_period_dates() { (period(dates)) } },
        html! {
            @for (index, one) in model.items.iter().take(3).enumerate() {
                @if index > 0 { ", " }
                (text(one.price.name.as_deref().unwrap_or(one.price.id.as_str())))
            }
            @if model.items.len() > 3 { ", …" }
        },
    ])
}

impl App {
    async fn subscriptions(
        &self,
        filter: &Filter<'_>,
        cursor: Option<&str>,
    ) -> Result<Found, NoList> {
        let listed = self.list::<Customer>(Module::Customers, "/customers", CUSTOMERS, cursor);
        let listed = listed.await.map_err(NoList::Problem)?;
        let listed = listed.ok_or(NoList::Customers)?;
        let mut found = Found {
            next: listed.next,
            ..Found::default()
        };
        let ids: Vec<_> = listed
            .items
            .iter()
            .filter_map(|item| match item {
                Ok(item) => Some(item.model.id.as_str()),
                Err(unreadable) => unreadable.id(),
            })
            .map(str::to_owned)
            .collect();
        let mut is_listed = ids.is_empty();
        let mut lists = stream::iter(ids)
            .map(|id: String| async move {
                let path = format!("/customers/{}/subscriptions", encoded(&id));
                let listed = self.list::<Subscription>(Module::Subscriptions, &path, 100, None);
                (id, listed.await)
            })
            .buffered(JOBS);
        while let Some((id, listed)) = lists.next().await {
            found.customers += 1;
            let listed = match listed {
                Ok(Some(listed)) => listed,
                Ok(None) => continue,
                Err(problem) => {
                    is_listed = true;
                    found.problems.push(*problem);
                    // A provider that cannot be reached gets no further requests.
                    match self.reach.down() {
                        Some(_) => break,
                        None => continue,
                    }
                }
            };
            is_listed = true;
            found.seen += listed.items.len();
            if listed.next.is_some() || listed.beyond > 0 {
                found.cut_off.push(id.clone());
            }
            for item in listed.items {
                match item {
                    Ok(item) if filter.fits(&item.model) => found.items.push((id.clone(), item)),
                    Ok(_) => {}
                    Err(unreadable) => found.unreadable.push(unreadable),
                }
            }
        }
        drop(lists);
        match is_listed {
            true => Ok(found),
            false => Err(NoList::Subscriptions),
        }
    }
}
