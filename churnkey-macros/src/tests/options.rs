//! Options of actions, and expectations of an integration.

use churnkey_protocol::{MODULES, Side, operations};

use super::{expand, tokens};

/// The expansion of `#[churnkey::action(..)]`, without white space.
fn action(arguments: &str) -> String {
    let item = "async fn act(ctx: &Billing, request: Pause) -> churnkey::Result<()> { Ok(()) }";
    without_space(&expand(Side::Action, arguments, item).to_string())
}

fn integration(arguments: &str) -> String {
    let item = format!("#[churnkey(name = \"Acme\", {arguments})] struct Billing;");
    without_space(&crate::integration::expand(tokens(&item)).to_string())
}

fn without_space(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn an_unwritten_flag_is_off() {
    for (arguments, flag) in [
        ("pause", "allow_annual"),
        ("pause, durations(date)", "allow_annual"),
        ("change_price", "prorate"),
        ("extend_trial", "multiple"),
        ("extend_trial, multiple = false", "multiple"),
    ] {
        assert!(
            action(arguments).contains(&format!("{flag}:false")),
            "{arguments}"
        );
    }
}

#[test]
fn an_unwritten_list_is_complete() {
    for arguments in [
        "pause",
        "pause, allow_annual",
        "pause, durations(date)",
        "pause, all",
    ] {
        let expected =
            "start_dates:::churnkey::__private::Schedules{immediate:true,end_of_period:true}";
        assert!(action(arguments).contains(expected), "{arguments}");
    }
}

#[test]
fn all_switches_every_option_on() {
    for module in ["cancel", "pause", "change_price", "extend_trial"] {
        let expansion = action(&format!("{module}, all"));
        assert!(expansion.contains(":true"), "{module}");
        assert!(!expansion.contains(":false"), "{module}");
        assert!(!expansion.contains("compile_error"), "{module}");
    }
}

#[test]
fn all_stands_alone() {
    for (arguments, message) in [
        (
            "pause, all, allow_annual",
            "`all`alreadyswitcheseverythingon",
        ),
        (
            "pause, durations(date), all",
            "`all`alreadyswitcheseverythingon",
        ),
        (
            "pause, all, allow_annual = false",
            "`all`alreadyswitcheseverythingon",
        ),
        ("pause, all, all", "`all`isgiventwice"),
        ("pause, all(durations)", "`all`takesnovalue"),
        ("pause, all = true", "`all`takesnovalue"),
        ("apply_coupon, all", "`all`isnotanoptionof`apply_coupon`"),
        ("pause_all, all", "`all`isnotanoptionof`pause_all`"),
    ] {
        let expansion = action(arguments);
        assert!(expansion.contains(message), "{arguments}");
        assert_eq!(expansion.matches("compile_error").count(), 1, "{arguments}");
    }
}

#[test]
fn expect_all_names_every_optional_module_and_operation() {
    let expansion = integration("expect(all)");
    for module in MODULES.iter().filter(|module| !module.required) {
        let message = format!("`Billing`expects`{}`,andthereisnone", module.name);
        assert_eq!(expansion.matches(&message).count(), 1, "{}", module.name);
    }
    for (module, operation) in operations().filter(|(_, operation)| !operation.is_required()) {
        let message = format!(
            "expects`{}`of`{}`,andthereisnone\\n",
            operation.name, module.name
        );
        assert_eq!(expansion.matches(&message).count(), 1, "{message}");
    }
}

#[test]
fn expect_all_stands_alone() {
    for arguments in [
        "expect(all, cancel)",
        "expect(customers(list), all)",
        "expect(all, all)",
    ] {
        let expansion = integration(arguments);
        assert!(
            expansion.contains("`all`alreadyexpectseverything"),
            "{arguments}"
        );
        assert_eq!(expansion.matches("compile_error").count(), 1, "{arguments}");
    }
    assert!(integration("expect(all(cancel))").contains("`all`takesnovaluehere"));
}
