//! The feature manifest as Churnkey reads it: the modules that a provider offers, each with the
//! options that are on and off.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use churnkey_protocol::FeatureKind;
use churnkey_verify::Module;
use churnkey_verify::internal::{DeclaredManifest, ManifestFlaw};
use maud::{Markup, html};

use super::tabs::tabs;
use crate::dashboard::app::App;
use crate::dashboard::marked::{Mark, Marked};
use crate::dashboard::page::{Page, Part};
use crate::dashboard::provider::Manifest;
use crate::dashboard::table::{Row, table, words};
use crate::dashboard::text::plain;

/// The page with the manifest.
pub(in crate::dashboard) async fn manifest(State(app): State<Arc<App>>) -> Response {
    let manifest = app.manifest().await;
    let status = match &manifest {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_GATEWAY,
    };
    let main = html! {
        h1 { "Manifest" }
        (tabs(Module::Manifest))
        @match &manifest {
            Ok(manifest) => (show(manifest)),
            Err(problem) => (problem.show()),
        }
    };
    let page = Page::new(Part::Catalogue, "Manifest");
    page.status(status).show(&app, main)
}

fn show(manifest: &Manifest) -> Markup {
    let marks: Vec<_> = manifest.flaws.iter().map(mark).collect();
    let (controllers, actions): (Vec<_>, Vec<_>) = Module::ALL
        .iter()
        .copied()
        .filter(|module| module.protocol().is_some())
        .partition(|module| module.is_controller());
    html! {
        p.muted { "The offers of Churnkey follow from this: an option that is off is not offered to a customer." }
        @if !manifest.flaws.is_empty() { (flaws(&manifest.flaws)) }
        (modules("Data", "data", &controllers, &manifest.declared))
        (modules("Actions", "actions", &actions, &manifest.declared))
        section aria-labelledby="json" {
            h2 id="json" { "JSON" }
            (Marked::new(&manifest.value, &marks).show("JSON of the manifest"))
        }
    }
}

fn mark(flaw: &ManifestFlaw) -> Mark {
    Mark {
        place: flaw.path.clone(),
        note: format!("expected {}, found {}", flaw.expected, flaw.found),
    }
}

fn flaws(flaws: &[ManifestFlaw]) -> Markup {
    html! {
        section.problem aria-labelledby="flaws" {
            h2 id="flaws" { "Faults" }
            ul {
                @for flaw in flaws {
                    li {
                        @if !flaw.path.is_empty() { code { (plain(&flaw.path)) } ": " }
                        "expected " (plain(&flaw.expected)) ", found " (plain(&flaw.found))
                    }
                }
            }
        }
    }
}

fn modules(title: &str, id: &str, modules: &[Module], declared: &DeclaredManifest) -> Markup {
    let columns = [words("Module"), words("Offered"), words("Options")];
    let rows: Vec<_> = modules
        .iter()
        .map(|module| {
            Row::Cells(vec![
                html! { (module) @if module.is_required() { span.muted { " required" } } },
                offered(*module, declared),
                options(*module, declared),
            ])
        })
        .collect();
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (title) }
            (table(title, &columns, &rows))
        }
    }
}

fn offered(module: Module, declared: &DeclaredManifest) -> Markup {
    html! {
        @if !declared.has(module) { span.badge { "no" } }
        @else if module.single().is_some() { span.badge { "not listed" } }
        @else { span.badge.state-good { "yes" } }
    }
}

/// The options of a module, on or off.
fn options(module: Module, declared: &DeclaredManifest) -> Markup {
    let Some(line) = module.protocol().filter(|_| declared.has(module)) else {
        return html! {};
    };
    if let Some(single) = module.single() {
        return html! {
            span.muted {
                "The manifest does not list it. If the provider has it, the options are those of " (single) "."
            }
        };
    }
    html! {
        @for feature in line.features {
            div.options {
                span.muted { (feature.name.replace('_', " ")) ": " }
                @match feature.kind {
                    FeatureKind::Flag => (option("", declared.is_on(module, feature.name))),
                    FeatureKind::Variants(_) => span.feature {
                        (declared.variant(module).unwrap_or("not declared"))
                    },
                    kind => @for word in kind.words() {
                        (option(word.wire, declared.allows(module, kind, word.wire))) " "
                    },
                }
            }
        }
    }
}

fn option(word: &str, is_on: bool) -> Markup {
    html! {
        span.feature.off[!is_on] {
            @if is_on { "✓ " } @else { "– " }
            @if word.is_empty() { @if is_on { "on" } @else { "off" } }
            @else { (word) span.sr { @if is_on { " on" } @else { " off" } } }
        }
    }
}
