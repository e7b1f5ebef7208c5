//! The findings of a run, each with the snippet that shows it.

use churnkey_verify::{Finding, Known};
use maud::{Markup, html};

use super::badges::severity;
use crate::dashboard::text::{block, plain, text};
use crate::dashboard::verification::{Run, Snippet};

/// The limit of findings on a page. An export has all of them.
const MAX_FINDINGS: usize = 100;

/// The findings, the most severe first.
pub(super) fn findings(run: &Run, id: &str) -> Markup {
    let all = &run.report.findings;
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) tabindex="-1" { "Findings" }
            @for (index, finding) in all.iter().take(MAX_FINDINGS).enumerate() {
                (show(finding, run.snippets.get(index).and_then(Option::as_ref)))
            }
            @if all.len() > MAX_FINDINGS {
                p.muted { "… and " (all.len() - MAX_FINDINGS) " more, which the exports have." }
            }
        }
    }
}

fn show(finding: &Finding, snippet: Option<&Snippet>) -> Markup {
    let mark = match finding.known {
        Known::Doc => "stated by Churnkey's guide",
        Known::Assumed => "assumed: Churnkey's guide does not say",
    };
    let path = finding.path.as_deref();
    let place = snippet.and_then(|snippet| snippet.place.as_deref());
    let label = format!("Response with the fault {}", finding.id);
    html! {
        article class={ "card finding finding-" (finding.severity.as_str()) } {
            div.card-head {
                h3 { code { (finding.id) } }
                (severity(finding.severity))
            }
            p.rule { (finding.rule) }
            dl.facts {
                @if let Some(place) = place.or(path) { dt { "Where" } dd { code { (plain(place)) } } }
                @if let Some(item) = snippet.and_then(|snippet| snippet.item.as_deref()) {
                    dt { "Item" } dd { code { (plain(item)) } }
                }
                dt { "Expected" } dd { (text(&finding.expected)) }
                dt { "Found" } dd { (text(&finding.found)) @if finding.count > 1 { span.muted { ", in " (finding.count) " places" } } }
                dt { "Fix" } dd { (finding.fix) }
                dt { "Cause" } dd { (finding.cause.as_str()) span.muted { " (" (mark) ")" } }
            }
            @if let Some(snippet) = snippet {
                p.caption { "Response: " (snippet.status) }
                (snippet.body.show(&label))
            }
            @if let Some(request) = &finding.request {
                p.caption { "Request" }
                pre.copyable tabindex="0" aria-label={ "Request that shows " (finding.id) } { code { (block(request)) } }
            }
        }
    }
}
