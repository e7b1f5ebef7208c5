//! The search box: it finds customers by id, email address and phone number, and everything else
//! by id.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use churnkey_runtime::{Coupon, Customer, Price, Product, ProductFamily};
use churnkey_verify::Module;
use churnkey_verify::internal::encoded;
use futures_util::future::join_all;
use maud::{Markup, html};
use serde::de::DeserializeOwned;

use super::app::App;
use super::exchange::Problem;
use super::fields::Fields;
use super::links::{customer_path, item_path};
use super::page::{Page, Part};
use super::table::{Row, table, words};
use super::text::{plain, text};

mod sought;

use sought::{Attempt, By, attempts};

/// The result of an attempt.
enum Found {
    /// The id of the item, and the path of its page.
    Item(String, String),
    Nothing,
    Problem(Box<Problem>),
}

/// Searches, and goes to the page of what was found if it is one item.
pub(super) async fn search(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let Some(sought) = fields.filled("q") else {
        return Redirect::to("/customers").into_response();
    };
    let attempts = attempts(sought);
    let results = join_all(attempts.iter().map(|attempt| app.attempt(attempt))).await;
    let mut paths: Vec<_> = results
        .iter()
        .filter_map(|result| match result {
            Found::Item(_, path) => Some(path),
            _ => None,
        })
        .collect();
    paths.sort();
    paths.dedup();
    if let [path] = paths[..] {
        return Redirect::to(path).into_response();
    }
    let has_problem = results.iter().any(|one| matches!(one, Found::Problem(_)));
    let status = match has_problem && paths.is_empty() {
        true => StatusCode::BAD_GATEWAY,
        false => StatusCode::OK,
    };
    let main = html! {
        h1 { "Search for " (text(sought)) }
        @if paths.is_empty() {
            p.notice role="status" {
                "Nothing was found. The provider compares the complete value, as it has stored it."
            }
            p {
                a href={ "/subscriptions?id=" (encoded(sought)) } { "Look for a subscription with this id" }
                ", customer by customer."
            }
        } @else {
            p role="status" { (paths.len()) " items were found." }
        }
        (tried(&attempts, &results))
        @if let Some(problem) = first_problem(&results) { (problem.show()) }
    };
    let page = Page::new(Part::None, format!("Search for {}", plain(sought)));
    page.sought(sought).status(status).show(&app, main)
}

fn tried(attempts: &[Attempt], results: &[Found]) -> Markup {
    let columns = [words("Looked for"), words("Value"), words("Result")];
    let rows: Vec<_> = attempts
        .iter()
        .zip(results)
        .map(|(attempt, result)| {
            Row::Cells(vec![
                html! { (attempt.by.label()) },
                text(&attempt.value),
                match result {
                    Found::Item(id, path) => html! { a href=(path) { (text(id)) } },
                    Found::Nothing => html! { span.muted { "not found" } },
                    Found::Problem(problem) => html! { (plain(&problem.message)) },
                },
            ])
        })
        .collect();
    table("Results", &columns, &rows)
}

fn first_problem(results: &[Found]) -> Option<&Problem> {
    results.iter().find_map(|result| match result {
        Found::Problem(problem) => Some(&**problem),
        _ => None,
    })
}

impl App {
    async fn attempt(&self, attempt: &Attempt) -> Found {
        let value = encoded(&attempt.value);
        match attempt.by {
            By::CustomerId => self.customer(format!("/customers/{value}")).await,
            By::Email => self.customer(format!("/customers/email/{value}")).await,
            By::Phone => self.customer(format!("/customers/phone/{value}")).await,
            By::Item(module) => {
                let path = format!("/{module}/{value}");
                match module {
                    Module::Prices => self.entry::<Price>(module, path, &attempt.value).await,
                    Module::Products => self.entry::<Product>(module, path, &attempt.value).await,
                    Module::Families => {
                        self.entry::<ProductFamily>(module, path, &attempt.value)
                            .await
                    }
                    _ => self.entry::<Coupon>(module, path, &attempt.value).await,
                }
            }
        }
    }

    async fn customer(&self, path: String) -> Found {
        match self.item::<Customer>(Module::Customers, path).await {
            Ok(Some(item)) => {
                let id = item.model.id.as_str();
                Found::Item(id.to_owned(), customer_path(id))
            }
            Ok(None) => Found::Nothing,
            Err(problem) => Found::Problem(problem),
        }
    }

    async fn entry<M: DeserializeOwned>(&self, module: Module, path: String, id: &str) -> Found {
        match self.item::<M>(module, path).await {
            Ok(Some(_)) => Found::Item(id.to_owned(), item_path(module, id)),
            Ok(None) => Found::Nothing,
            // The page of the item shows what cannot be read.
            Err(problem) if !problem.flaws.is_empty() => {
                Found::Item(id.to_owned(), item_path(module, id))
            }
            Err(problem) => Found::Problem(problem),
        }
    }
}
