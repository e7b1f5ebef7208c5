//! Tests of the table of checks and of the table in the docs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

mod fixes;

use super::*;
use crate::golden::assert_golden;

const PAGE: &str = "../docs/verify.md";
const BEGIN: &str = "<!-- checks: begin -->\n";
const END: &str = "<!-- checks: end -->\n";
const FIXES_BEGIN: &str = "<!-- fixes: begin -->\n";
const FIXES_END: &str = "<!-- fixes: end -->\n";

#[test]
fn the_tables_in_the_docs_are_current() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE)).unwrap();
    let page = with(&page, BEGIN, END, &table());
    let page = with(&page, FIXES_BEGIN, FIXES_END, &fixes::table());
    assert_golden(PAGE, &page);
}

/// A page with another text between two marks.
fn with(page: &str, begin: &str, end: &str, text: &str) -> String {
    let (before, rest) = page
        .split_once(begin)
        .expect("the page has a place for the table");
    let (_, after) = rest.split_once(end).expect("the place ends");
    format!("{before}{begin}{text}{end}{after}")
}

#[test]
fn ids_of_checks_are_unique() {
    let mut ids = BTreeSet::new();
    for check in CHECKS {
        for module in check.modules {
            assert!(ids.insert(check.id(*module)), "{}", check.id(*module));
        }
    }
}

#[test]
fn rules_and_fixes_are_sentences() {
    for check in CHECKS {
        for text in [check.rule, check.fix] {
            assert!(text.ends_with('.'), "{}: {text}", check.name);
        }
    }
}

fn table() -> String {
    let mut table = "| check | modules | severity | mark | rule | cause | fix |\n".to_owned();
    table.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
    for check in CHECKS {
        let (id, of) = match check.modules {
            [module] => (check.id(*module), module.to_string()),
            modules => (format!("*.{}", check.name), these(modules)),
        };
        let severity = check.severity.as_str();
        let known = check.known.as_str();
        let cause = check.cause.as_str();
        let [rule, fix] = [check.rule, check.fix].map(|text| text.replace('|', "\\|"));
        table.push_str(&format!(
            "| `{id}` | {of} | {severity} | {known} | {rule} | {cause} | {fix} |\n"
        ));
    }
    table
}

/// A short list of modules.
fn these(modules: &[Module]) -> String {
    let mut names = Vec::new();
    for (group, name) in [(CONTROLLERS, "every controller"), (ACTIONS, "every action")] {
        if group.iter().all(|module| modules.contains(module)) {
            names.push(name);
        } else {
            let of_group = modules.iter().filter(|module| group.contains(module));
            names.extend(of_group.map(|module| module.as_str()));
        }
    }
    let others = modules
        .iter()
        .filter(|module| !module.is_controller() && !module.is_action());
    let mut all: Vec<_> = others.map(|module| module.as_str()).collect();
    all.append(&mut names);
    all.join(", ")
}

#[test]
fn modules_are_those_of_the_protocol() {
    for module in Module::ALL {
        // The name of a variant equals that of its line, so that no two are swapped.
        let name = format!("{module:?}");
        if let Some(line) = module.protocol() {
            assert_eq!(name, line.ident);
            assert_eq!(Module::of(line), Some(*module));
        }
        assert_eq!(serde_json::to_value(module).unwrap(), module.as_str());
        assert_eq!(Module::named(module.as_str()), Some(*module));
    }
    assert_eq!(Module::PauseAll.single(), Some(Module::Pause));
    assert_eq!(Module::Prices.action_path(), None);
}
