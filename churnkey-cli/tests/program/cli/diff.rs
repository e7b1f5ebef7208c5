//! Tests of `churnkey diff` with two providers on loopback.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::program::{RunOutput, churnkey, run};
use super::provider::{TOKEN, features, good, respond, serve};

fn diff(old: &str, new: &str, arguments: &[&str]) -> RunOutput {
    run(churnkey().args(["diff", old, new]).args(arguments))
}

fn price(number: usize, unit: u32) -> Value {
    json!({
        "id": format!("p{number:05}"), "type": "standalone", "name": "Plan",
        "duration": { "amount": 1, "unit": "month" },
        "amount": { "model": "fixed", "currency": "USD", "unit": unit },
    })
}

/// A provider with these prices, in this order, that counts its requests.
fn with_prices(prices: Vec<Value>) -> (String, Arc<AtomicUsize>) {
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let prices = Arc::new(prices);
    let url = serve(move |request| {
        counted.fetch_add(1, Ordering::Relaxed);
        let path = request.uri().path().strip_prefix("/churnkey/prices")?;
        if let Some(id) = path.strip_prefix('/') {
            let found = prices.iter().find(|price| price["id"] == id);
            return Some(match found {
                Some(price) => respond(StatusCode::OK, price),
                None => respond(
                    StatusCode::NOT_FOUND,
                    &json!({ "code": 404, "message": "" }),
                ),
            });
        }
        let query = request.uri().query().unwrap_or_default();
        let cursor = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("cursor="));
        let from: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let to = prices.len().min(from + 100);
        let mut page = json!({ "data": prices[from..to] });
        if to < prices.len() {
            page["next"] = json!(to);
        }
        Some(respond(StatusCode::OK, &page))
    });
    (url, sent)
}

fn differences(output: &RunOutput) -> Vec<String> {
    let result: Value = serde_json::from_str(&output.stdout).unwrap();
    let groups = result["groups"].as_array().unwrap().clone();
    let lines = groups.iter().flat_map(|group| {
        let all = group["differences"].as_array().unwrap().clone();
        let name = group["name"].as_str().unwrap().to_owned();
        all.into_iter().map(move |one| {
            let text = |key: &str| one[key].as_str().unwrap().to_owned();
            let [path, old, new, first] = ["path", "old", "new", "first"].map(text);
            format!("{name} {path}: {old} {new}, {first} {}", one["count"])
        })
    });
    lines.collect()
}

#[test]
fn same_provider_has_no_difference() {
    let folder = tempfile::tempdir().unwrap();
    let xml = folder.path().join("diff.xml");
    let url = good();
    let output = diff(
        &url,
        &good(),
        &["--mode", "both", "--junit", xml.to_str().unwrap()],
    );
    assert_eq!(output.code, 0, "{output:?}");
    for part in [
        "test prices",
        "live subscriptions",
        "0 differences",
        "No action was sent.",
    ] {
        assert!(output.stdout.contains(part), "{part}: {}", output.stdout);
    }
    let xml = std::fs::read_to_string(xml).unwrap();
    assert!(
        xml.contains("failures=\"0\"") && xml.contains("live prices"),
        "{xml}"
    );
    assert_eq!(diff(&url, &url, &["--quiet"]).stdout, "");
}

#[test]
fn differences_are_counted_by_field_with_the_first_id() {
    let old = (0..150).map(|number| price(number, 100)).collect();
    let mut new: Vec<_> = (1..151).map(|number| price(number, 100)).collect();
    for price in &mut new[4..7] {
        price["amount"]["unit"] = json!(200);
    }
    new[9]["amount"]["currency"] = json!("usd");
    let output = diff(&with_prices(old).0, &with_prices(new).0, &["--json"]);
    assert_eq!(output.code, 1, "{output:?}");
    let mut found = differences(&output);
    found.sort();
    assert_eq!(
        found,
        [
            "prices (only new): absent listed, p00150 1",
            "prices (only old): listed absent, p00000 1",
            "prices amount.currency: \"USD\" \"usd\", p00010 1",
            "prices amount.unit: 100 200, p00005 3",
        ]
    );
}

#[test]
fn lists_in_another_order_are_the_same() {
    const MANY: usize = 3000;
    let old: Vec<_> = (0..MANY).map(|number| price(number, 100)).collect();
    let mut new = old.clone();
    new.reverse();
    new[0]["name"] = json!("Other");
    let (old, sent) = with_prices(old);
    let output = diff(&old, &with_prices(new).0, &["--json"]);
    assert_eq!(
        differences(&output),
        ["prices name: \"Plan\" \"Other\", p02999 1"],
        "{output:?}"
    );
    // Only what does not fit into the windows is retrieved.
    assert!(sent.load(Ordering::Relaxed) < MANY, "{sent:?}");
}

#[test]
fn dropped_feature_says_what_churnkey_hides() {
    let both = json!({ "immediate": true, "end-of-period": true });
    let with = |actions: Value| {
        let mut manifest = features();
        manifest["actions"] = actions;
        serve(move |request| {
            let is_manifest = request.uri().path() == "/churnkey/features";
            is_manifest.then(|| respond(StatusCode::OK, &manifest))
        })
    };
    let cancel = json!({ "schedules": both });
    let pause = json!({ "enabled": true, "startDates": both, "durations": { "period": true } });
    let old = with(json!({ "cancel": cancel, "pause": pause }));
    let new = with(json!({ "cancel": cancel }));
    let output = diff(&old, &new, &[]);
    assert_eq!(output.code, 1, "{output:?}");
    let hidden = "manifest: actions.pause\n    old    declared\n    new    absent: Churnkey hides pause offers.";
    assert!(output.stdout.contains(hidden), "{}", output.stdout);
}

#[test]
fn list_that_one_provider_lacks_is_a_difference() {
    let new = serve(|request| {
        let is_list = request.uri().path() == "/churnkey/customers";
        is_list.then(|| {
            respond(
                StatusCode::NOT_FOUND,
                &json!({ "code": 404, "message": "" }),
            )
        })
    });
    let output = diff(&good(), &new, &["--json", "--customer", "customer-1"]);
    assert_eq!(
        differences(&output),
        ["customers (list): 200 404,  1"],
        "{output:?}"
    );
    assert!(
        output.stdout.contains("\"subscriptions\""),
        "{}",
        output.stdout
    );
}

#[test]
fn each_side_has_its_token() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
    let file = file.to_str().unwrap();
    let good = good();
    let mut command = churnkey();
    command.env("CK_INTEGRATION_TOKEN", "another-token");
    let old = run(command.args(["diff", &good, &good, "--old-token-file", file]));
    assert_eq!(old.code, 2, "{old:?}");
    assert!(old.stderr.contains("cannot be read: 401"), "{old:?}");
    let both = run(command.args(["--new-token", TOKEN]));
    assert_eq!(both.code, 0, "{both:?}");
    let output = format!("{}{}", both.stdout, both.stderr);
    assert!(!output.contains(TOKEN), "{output}");
}

#[test]
fn limits_and_missing_servers_are_reported() {
    let output = diff(&good(), &good(), &["--max-requests", "5"]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(
        output
            .stdout
            .contains("incomplete: its limit of 5 requests"),
        "{output:?}"
    );
    let output = diff(&good(), "http://127.0.0.1:1", &[]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(
        output.stderr.contains("no server can be reached"),
        "{output:?}"
    );
}
