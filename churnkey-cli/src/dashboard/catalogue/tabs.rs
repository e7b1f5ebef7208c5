//! The navigation between the pages of the catalogue.

use churnkey_verify::Module;
use maud::{Markup, html};

use crate::dashboard::links::list_path;

/// The kinds of the catalogue, in the order of the tabs.
const TABS: [(Module, &str); 5] = [
    (Module::Prices, "Prices"),
    (Module::Products, "Products"),
    (Module::Families, "Families"),
    (Module::Coupons, "Coupons"),
    (Module::Manifest, "Manifest"),
];

/// The navigation between the pages of the catalogue.
pub(super) fn tabs(current: Module) -> Markup {
    html! {
        nav.tabs aria-label="Catalogue" {
            @for (module, name) in TABS {
                @let is_current = (module == current).then_some("page");
                a href=(list_path(module)) aria-current=[is_current] { (name) }
            }
        }
    }
}
