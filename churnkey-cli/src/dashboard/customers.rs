//! The search for a customer, and the page of a customer.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use churnkey_runtime::model::{Address, Text};
use churnkey_runtime::{Customer, Subscription};
use churnkey_verify::Module;
use churnkey_verify::internal::encoded;
use maud::{Markup, html};

use super::app::App;
use super::exchange::{Item, Listed, Problem, show_beyond, show_flaws};
use super::fields::Fields;
use super::page::{Page, Part};
use super::pinned;
use super::subscription::{card, customer_path, discounts, metadata, raw};
use super::text::{first, plain, text};

const CUSTOMERS: usize = 25;
const SUBSCRIPTIONS: usize = 20;

/// The fields by which a customer can be searched. The provider has an endpoint for each.
const SEARCH_FIELDS: [(&str, &str); 3] = [("id", "Id"), ("email", "Email"), ("phone", "Phone")];

type Lookup<M> = Result<Option<M>, Box<Problem>>;

/// The page with the search form, its result, and the list of customers.
pub(super) async fn search(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let by = SEARCH_FIELDS
        .iter()
        .find(|(field, _)| *field == fields.get("by"));
    let by = by.map_or("id", |(field, _)| field);
    let page = Page::new(Part::Customers, "Customers");
    let (status, outcome) = match fields.filled("q") {
        None => (StatusCode::OK, html! {}),
        Some(sought) => match app.find(by, sought).await {
            Ok(Some(customer)) => {
                return Redirect::to(&customer_path(customer.model.id.as_str())).into_response();
            }
            Ok(None) => (StatusCode::OK, not_found(by)),
            Err(problem) => (StatusCode::BAD_GATEWAY, problem.show()),
        },
    };
    let listed = app
        .list(
            Module::Customers,
            "/customers",
            CUSTOMERS,
            fields.filled("cursor"),
        )
        .await;
    let main = html! {
        h1 { "Customers" }
        (pinned::links(&app))
        (form(by, fields.get("q")))
        (outcome)
        (list(&listed, fields.filled("cursor").is_some()))
    };
    page.status(status).show(&app, main)
}

impl App {
    async fn find(&self, by: &str, sought: &str) -> Lookup<Item<Customer>> {
        let path = match by {
            "id" => format!("/customers/{}", encoded(sought)),
            by => format!("/customers/{by}/{}", encoded(sought)),
        };
        self.item(Module::Customers, path).await
    }
}

fn form(by: &str, sought: &str) -> Markup {
    html! {
        form.search method="get" action="/customers" role="search" {
            fieldset {
                legend { "Find a customer by" }
                @for (field, name) in SEARCH_FIELDS {
                    span.check {
                        input type="radio" name="by" id={ "by-" (field) } value=(field) checked[field == by];
                        label for={ "by-" (field) } { (name) }
                    }
                }
            }
            p.field.grow {
                label for="q" { "Complete id, email address or phone number, as stored by the provider" }
                input id="q" name="q" value=(sought) required autocomplete="off" spellcheck="false" autocapitalize="none";
            }
            button.primary type="submit" { "Find" }
        }
    }
}

fn not_found(by: &str) -> Markup {
    html! {
        p.notice role="status" {
            "The provider answered 404: it has no such customer"
            @if by != "id" { ", or no search by " (by) }
            "."
        }
    }
}

fn list(listed: &Lookup<Listed<Customer>>, is_further: bool) -> Markup {
    html! {
        section aria-labelledby="all" {
            h2 id="all" { "All customers" }
            @match listed {
                Err(problem) => (problem.show()),
                Ok(None) => p.muted { "This provider does not list its customers, which is optional. Use the search." },
                Ok(Some(listed)) => {
                    @if listed.items.is_empty() { p.muted { "This page has no customers." } }
                    @else { (table(listed)) (show_beyond(listed.beyond)) }
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

fn table(listed: &Listed<Customer>) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Customers" {
            table {
                caption.sr { "Customers" }
                thead {
                    tr {
                        @for column in ["Id", "Name", "Email", "Phone"] {
                            th scope="col" { (column) }
                        }
                    }
                }
                tbody {
                    @for item in &listed.items {
                        @match item {
                            Ok(Item { model: customer, flaws, .. }) => tr {
                                th scope="row" {
                                    a href=(customer_path(customer.id.as_str())) {
                                        (text(customer.id.as_str()))
                                    }
                                    @if !flaws.is_empty() { " " span.badge.severity-warning { "invalid" } }
                                }
                                td { (text(&name(customer))) }
                                td {
                                    @if let Some(email) = &customer.email { (text(email.as_str())) }
                                }
                                td {
                                    @if let Some(phone) = &customer.phone { (text(phone.as_str())) }
                                }
                            },
                            Err(flaws) => tr { td colspan="4" { "This customer cannot be read:" (show_flaws(flaws)) } },
                        }
                    }
                }
            }
        }
    }
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
        app.find("id", id),
        app.list(Module::Subscriptions, &path, SUBSCRIPTIONS, cursor)
    );
    let status = match &customer {
        Ok(Some(_)) => StatusCode::OK,
        Ok(None) => StatusCode::NOT_FOUND,
        Err(_) => StatusCode::BAD_GATEWAY,
    };
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
            Ok(None) => { h1 { "Customer" } (not_found("id")) }
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
                            Err(flaws) => section.problem { p { "A subscription cannot be read:" } (show_flaws(flaws)) },
                        }
                    }
                    (show_beyond(listed.beyond))
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
