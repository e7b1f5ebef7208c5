//! The catalogue: lists of prices, products, families and coupons, and the page of each item, with
//! links between them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use churnkey_verify::Module;
use churnkey_verify::internal::encoded;
use maud::{Markup, html};

use super::app::App;
use super::exchange::{Item, Listed, Problem, show_beyond};
use super::fields::Fields;
use super::links::{item_path, list_path};
use super::page::{Page, Part};
use super::subscription::raw;
use super::table::{Row, table};
use super::text::{plain, text};
use super::unreadable::{Unreadable, show_flaws};

mod entries;
mod manifest;
mod tabs;

pub(super) use entries::{Entry, invalid};
pub(super) use manifest::manifest;

use tabs::tabs;

/// The number of items on a page.
const ITEMS: usize = 50;

/// The page with the items of a kind.
pub(super) async fn list<E: Entry>(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let cursor = fields.filled("cursor");
    let path = format!("/{}", E::MODULE);
    let listed = app.list::<E>(E::MODULE, &path, ITEMS, cursor).await;
    let status = match &listed {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_GATEWAY,
    };
    let main = html! {
        h1 { (E::MANY) }
        (tabs(E::MODULE))
        @match &listed {
            Err(problem) => (problem.show()),
            Ok(None) => p.muted { "This provider has no " (E::MODULE) ": it answered 404." },
            Ok(Some(listed)) => (items(listed, cursor.is_some())),
        }
    };
    let page = Page::new(Part::Catalogue, E::MANY);
    page.status(status).show(&app, main)
}

fn items<E: Entry>(listed: &Listed<E>, is_further: bool) -> Markup {
    html! {
        @if listed.items.is_empty() { p.muted { "This page has no " (E::MODULE) "." } }
        @else { (table(E::MANY, E::COLUMNS, &rows(&listed.items))) }
        (show_beyond(listed.beyond))
        nav.pages aria-label={ "Pages of " (E::MODULE) } {
            @if is_further { a href=(list_path(E::MODULE)) { "First page" } }
            @if let Some(next) = &listed.next {
                a rel="next" href={ (list_path(E::MODULE)) "?cursor=" (encoded(next)) } { "Next page" }
            }
        }
    }
}

/// The rows of a table of items.
fn rows<E: Entry>(items: &[Result<Item<E>, Unreadable>]) -> Vec<Row> {
    let rows = items.iter().map(|item| match item {
        Ok(item) => Row::Cells(cells(item)),
        Err(unreadable) => Row::Whole(unreadable.show(E::ONE)),
    });
    rows.collect()
}

fn cells<E: Entry>(item: &Item<E>) -> Vec<Markup> {
    let id = item.model.id();
    let first = html! {
        a href=(item_path(E::MODULE, id)) { (text(id)) }
        @if !item.flaws.is_empty() { " " span.badge.severity-warning { "invalid" } }
    };
    let mut cells = vec![first];
    cells.extend(item.model.cells());
    cells
}

/// The page of one item.
pub(super) async fn item<E: Entry>(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let id = fields.get("id");
    let path = format!("/{}/{}", E::MODULE, encoded(id));
    let found = app.item::<E>(E::MODULE, path).await;
    let status = match &found {
        Ok(Some(_)) => StatusCode::OK,
        Ok(None) => StatusCode::NOT_FOUND,
        Err(_) => StatusCode::BAD_GATEWAY,
    };
    let related = match &found {
        Ok(Some(item)) => related(&app, &item.model).await,
        _ => html! {},
    };
    let main = html! {
        nav.back aria-label="Back" { a href=(list_path(E::MODULE)) { (E::MANY) } }
        @match &found {
            Ok(Some(item)) => {
                h1 { (text(item.model.title().unwrap_or(id))) }
                (show(item))
                (related)
            }
            Ok(None) => {
                h1 { (E::TITLE) " " (text(id)) }
                p.notice role="status" { "The provider answered 404: it has no such " (E::ONE) "." }
            }
            Err(problem) => { h1 { (E::TITLE) " " (text(id)) } (problem.show()) }
        }
    };
    let page = Page::new(Part::Catalogue, format!("{} {}", E::TITLE, plain(id)));
    page.status(status).show(&app, main)
}

fn show<E: Entry>(item: &Item<E>) -> Markup {
    html! {
        section.card aria-labelledby="item" {
            h2.sr id="item" { (E::TITLE) }
            @if !item.flaws.is_empty() {
                div.problem {
                    p { "This " (E::ONE) " does not fully match the protocol:" }
                    (show_flaws(&item.flaws))
                }
            }
            dl.facts {
                dt { "Id" } dd { code { (text(item.model.id())) } }
                (item.model.facts())
            }
            (raw(&item.value))
        }
    }
}

/// The items that belong to an item, which are found in their list.
async fn related<E: Entry>(app: &App, entry: &E) -> Markup {
    async fn of<M: Entry>(app: &App, is_related: impl Fn(&M) -> bool) -> Markup {
        let found = app.all::<M>(&is_related).await;
        html! {
            section aria-labelledby="related" {
                h2 id="related" { (M::MANY) }
                @match &found {
                    Err(problem) => (problem.show()),
                    Ok(found) if found.items.is_empty() => p.muted { "There are none." },
                    Ok(found) => {
                        @let rows: Vec<_> = found.items.iter().map(cells).map(Row::Cells).collect();
                        (table(M::MANY, M::COLUMNS, &rows))
                    }
                }
                @if let Ok(found) = &found {
                    @if found.unreadable > 0 {
                        p {
                            (found.unreadable) " more in the list cannot be read, and may belong here: "
                            a href=(list_path(M::MODULE)) { (M::MANY) }
                        }
                    }
                    @if found.is_cut_off {
                        p.muted { "Only the first items of the provider's list were looked at." }
                    }
                }
            }
        }
    }
    let id = entry.id();
    match E::MODULE {
        Module::Products => of(app, |price| entries::is_of_product(price, id)).await,
        Module::Families => of(app, |product| entries::is_of_family(product, id)).await,
        _ => html! {},
    }
}

/// Items that were found in a list.
struct Found<M> {
    items: Vec<Item<M>>,
    unreadable: usize,
    /// The list has more items than were looked at.
    is_cut_off: bool,
}

impl App {
    /// The readable items of a list that fit, from its first pages.
    async fn all<M: Entry>(&self, fits: impl Fn(&M) -> bool) -> Result<Found<M>, Box<Problem>> {
        const PAGES: usize = 10;
        let mut items = Vec::new();
        let mut unreadable = 0;
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let path = format!("/{}", M::MODULE);
            let listed = self.list::<M>(M::MODULE, &path, 100, cursor.as_deref());
            let Some(listed) = listed.await? else { break };
            unreadable += listed.items.iter().filter(|item| item.is_err()).count();
            let readable = listed.items.into_iter().flatten();
            items.extend(readable.filter(|item| fits(&item.model)));
            cursor = listed.next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(Found {
            items,
            unreadable,
            is_cut_off: cursor.is_some(),
        })
    }
}
