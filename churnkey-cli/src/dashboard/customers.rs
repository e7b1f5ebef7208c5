//! The search for a customer, and the page of a customer.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use churnkey_runtime::model::{Address, Text};
use churnkey_runtime::{Customer, Subscription};
use churnkey_verify::Module;
use churnkey_verify::internal::encoded;
use maud::{Markup, html};

use super::app::App;
use super::exchange::{Item, Listed, Problem, show_beyond};
use super::fields::Fields;
use super::links::{customer_path, flow_path};
use super::page::{Page, Part};
use super::pinned;
use super::subscription::{card, discounts, metadata, raw};
use super::table::{Column, Row, table, words};
use super::text::{first, plain, text};
use super::unreadable::show_flaws;

const CUSTOMERS: usize = 25;
const SUBSCRIPTIONS: usize = 20;

const COLUMNS: [Column; 4] = [words("Id"), words("Name"), words("Email"), words("Phone")];

type Lookup<M> = Result<Option<M>, Box<Problem>>;

/// The page with the list of customers.
pub(super) async fn all(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let cursor = fields.filled("cursor");
    let listed = app
        .list(Module::Customers, "/customers", CUSTOMERS, cursor)
        .await;
    let status = match &listed {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_GATEWAY,
    };
    let main = html! {
        h1 { "Customers" }
        (pinned::links(&app))
        (list(&listed, cursor.is_some()))
    };
    let page = Page::new(Part::Customers, "Customers");
    page.status(status).show(&app, main)
}

fn list(listed: &Lookup<Listed<Customer>>, is_further: bool) -> Markup {
    html! {
        section aria-label="All customers" {
            @match listed {
                Err(problem) => (problem.show()),
                Ok(None) => p.notice { "This provider does not list its customers, which is optional. Use the search at the top: it finds a customer by id, email address or phone number." },
                Ok(Some(listed)) => {
                    @if listed.items.is_empty() { p.muted { "This page has no customers." } }
                    @else { (table("Customers", &COLUMNS, &rows(listed))) (show_beyond(listed.beyond)) }
                    nav.pages aria-label="Pages of customers" {
                        @if is_further { a href="/customers" { "First page" } }
                        @if let Some(next) = &listed.next {
                            a rel="next" href={ "/customers?cursor=" (encoded(next)) } { "Next page" }
                        }
                    }
                }
            }
        }
    }
}

fn rows(listed: &Listed<Customer>) -> Vec<Row> {
    let cells = |Item { model, flaws, .. }: &Item<Customer>| {
        let id = model.id.as_str();
        vec![
            html! {
                a href=(customer_path(id)) { (text(id)) }
                @if !flaws.is_empty() { " " span.badge.severity-warning { "invalid" } }
            },
            text(&name(model)),
            html! { @if let Some(email) = &model.email { (text(email.as_str())) } },
            html! { @if let Some(phone) = &model.phone { (text(phone.as_str())) } },
        ]
    };
    let items = listed.items.iter();
    items
        .map(|item| match item {
            Ok(item) => Row::Cells(cells(item)),
            Err(unreadable) => Row::Whole(unreadable.show("customer")),
        })
        .collect()
}

fn name(customer: &Customer) -> String {
    let parts = [&customer.name, &customer.last_name];
    let parts: Vec<_> = parts.into_iter().flatten().map(Text::as_str).collect();
    parts.join(" ")
}

/// The page of one customer and their subscriptions.
pub(super) async fn show(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let id = fields.get("id");
    let path = format!("/customers/{}/subscriptions", encoded(id));
    let cursor = fields.filled("cursor");
    let (customer, subscriptions) = futures_util::join!(
        app.item(Module::Customers, format!("/customers/{}", encoded(id))),
        app.list(Module::Subscriptions, &path, SUBSCRIPTIONS, cursor)
    );
    let status = match &customer {
        Ok(Some(_)) => StatusCode::OK,
        Ok(None) => StatusCode::NOT_FOUND,
        Err(_) => StatusCode::BAD_GATEWAY,
    };
    let customer: Lookup<Item<Customer>> = customer;
    let main = html! {
        nav.back aria-label="Back" { a href="/customers" { "Customers" } }
        @match &customer {
            Ok(Some(item)) => {
                h1 {
                    @if name(&item.model).is_empty() { (text(id)) }
                    @else { (text(&name(&item.model))) }
                }
                (pinned::button(&app, id))
                (person(item))
                (of_customer(id, &subscriptions, cursor.is_some()))
            }
            Ok(None) => {
                h1 { "Customer" }
                p.notice role="status" { "The provider answered 404: it has no such customer." }
            }
            Err(problem) => { h1 { "Customer " (text(id)) } (problem.show()) }
        }
    };
    let page = Page::new(Part::Customers, format!("Customer {}", plain(id)));
    page.status(status).show(&app, main)
}

fn person(item: &Item<Customer>) -> Markup {
    let customer = &item.model;
    html! {
        section.card aria-labelledby="person" {
            h2.sr id="person" { "Customer" }
            @if !item.flaws.is_empty() {
                div.problem { p { "This customer does not fully match the protocol:" } (show_flaws(&item.flaws)) }
            }
            dl.facts {
                dt { "Id" } dd { code { (text(customer.id.as_str())) } }
                dt { "Email" }
                dd {
                    @match &customer.email {
                        Some(email) => (text(email.as_str())),
                        None => span.muted { "none" },
                    }
                }
                dt { "Phone" }
                dd {
                    @match &customer.phone {
                        Some(phone) => (text(phone.as_str())),
                        None => span.muted { "none" },
                    }
                }
                @if let Some(currency) = customer.currency { dt { "Currency" } dd { (currency) } }
                @for (index, address) in first(&customer.addresses).0.iter().enumerate() {
                    dt { @if index == 0 { "Address" } @else { "Another address" } }
                    dd { (text(&line(address))) }
                }
            }
            (discounts(&customer.discounts, "Discounts on everything"))
            (metadata(&customer.metadata))
            (raw(&item.value))
        }
    }
}

fn line(address: &Address) -> String {
    let city = [&address.postal_code, &address.city];
    let city: Vec<_> = city.into_iter().flatten().cloned().collect();
    let city = Some(Text::from(city.join(" "))).filter(|city| !city.is_empty());
    let parts = [
        &address.line1,
        &address.line2,
        &city,
        &address.state,
        &address.country,
    ];
    let parts: Vec<_> = parts.into_iter().flatten().cloned().collect();
    parts.join(", ")
}

fn of_customer(id: &str, listed: &Lookup<Listed<Subscription>>, is_further: bool) -> Markup {
    html! {
        section aria-labelledby="subscriptions" {
            h2 id="subscriptions" { "Subscriptions" }
            @match listed {
                Err(problem) => (problem.show()),
                Ok(None) => {
                    p.muted { "This provider does not list a customer's subscriptions, which is optional." }
                    form.search method="get" action="/subscription" {
                        input type="hidden" name="customer" value=(id);
                        p.field.grow {
                            label for="subscription" { "Id of the subscription" }
                            input id="subscription" name="id" required autocomplete="off" spellcheck="false";
                        }
                        button.primary type="submit" { "Show" }
                    }
                }
                Ok(Some(listed)) => {
                    @if listed.items.is_empty() { p.muted { "This customer has no subscriptions." } }
                    @for (index, item) in listed.items.iter().enumerate() {
                        @match item {
                            Ok(item) => (card(item, Some(id), &format!("subscription-{index}"))),
                            Err(unreadable) => (unreadable.show("subscription")),
                        }
                    }
                    (show_beyond(listed.beyond))
                    @if listed.items.len() > 1 {
                        p {
                            a.button href=(flow_path(id, None)) {
                                "Cancel or pause all subscriptions"
                            }
                        }
                    }
                    nav.pages aria-label="Pages of subscriptions" {
                        @if is_further { a href=(customer_path(id)) { "First page" } }
                        @if let Some(next) = &listed.next {
                            a rel="next" href={ (customer_path(id)) "&cursor=" (encoded(next)) } { "Next page" }
                        }
                    }
                }
            }
        }
    }
}
