//! Reading a list page by page.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use churnkey::{
    Cursor, Customer, CustomerId, Error, Integration, Page, PageRequest, Price, PriceId, Provider,
    Result, ResultExt as _, Subscription, SubscriptionId,
};
use serde_json::{Value, json};

use crate::support::{Host, TOKEN, billing_with};

/// Customers ordered by day and then by id. Several of them have the same day. Prices have
/// user-defined cursors.
#[derive(churnkey::Integration)]
#[churnkey(name = "Books", modes(shared), expect(customers(list)))]
struct Billing {
    customers: Mutex<BTreeMap<(u32, String), Customer>>,
}

impl Billing {
    fn with(customers: u32) -> Arc<Self> {
        let billing = Self {
            customers: Mutex::default(),
        };
        for number in 0..customers {
            billing.insert(number / 3, &format!("cus/+ \"é{number:03}"));
        }
        Arc::new(billing)
    }

    fn insert(&self, day: u32, id: &str) {
        let mut customers = self.rows();
        customers.insert((day, id.to_owned()), Customer::new(id));
    }

    fn rows(&self) -> std::sync::MutexGuard<'_, BTreeMap<(u32, String), Customer>> {
        self.customers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn ids(&self) -> Vec<String> {
        self.rows().keys().map(|(_, id)| id.clone()).collect()
    }
}

#[churnkey::controller(customers)]
async fn retrieve_customer(_: &Billing, _: CustomerId) -> Result<Option<Customer>> {
    Ok(None)
}

#[churnkey::controller(customers)]
async fn list_customers(ctx: &Billing, page: PageRequest) -> Result<Page<Customer>> {
    let after: Option<(u32, String)> = page.after()?;
    let rows = ctx
        .rows()
        .iter()
        .filter(|(key, _)| after.as_ref().is_none_or(|after| *key > after))
        .take(usize::try_from(page.limit_plus_one()).or_internal()?)
        .map(|(key, customer)| (key.clone(), customer.clone()))
        .collect();
    Ok(page
        .keyset(rows, |(key, _)| key.clone())?
        .map(|(_, customer)| customer))
}

/// Uses numbers as cursors, like a remote billing system.
#[churnkey::controller(prices)]
async fn list_prices(_: &Billing, page: PageRequest) -> Result<Page<Price>> {
    let start: i64 = match page.cursor() {
        None => 0,
        Some(cursor) => cursor
            .parse()
            .map_err(|_| Error::bad_request("`cursor` must be a number"))?,
    };
    let end = start + i64::from(page.limit());
    let prices = (start..end.min(5)).map(free).collect();
    Ok(match end {
        ..5 => Page::with_next(prices, end),
        _ => Page::last(prices),
    })
}

fn free(number: i64) -> Price {
    let amount = churnkey::Amount::fixed(churnkey::Currency::USD, 0);
    Price::standalone(number, churnkey::BillingCycle::monthly(), amount)
}

#[churnkey::controller(prices)]
async fn retrieve_price(_: &Billing, _: PriceId) -> Result<Option<Price>> {
    Ok(None)
}

#[churnkey::controller(subscriptions)]
async fn retrieve_subscription(
    _: &Billing,
    _: CustomerId,
    _: SubscriptionId,
) -> Result<Option<Subscription>> {
    Ok(None)
}

fn ids(page: &Value) -> Vec<String> {
    page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Returns the sizes of all pages and the ids on them. `between` runs between two pages.
fn read_all(host: Host, query: &str, mut between: impl FnMut(usize)) -> (Vec<usize>, Vec<String>) {
    let (mut sizes, mut all) = (Vec::new(), Vec::new());
    let mut cursor = String::new();
    loop {
        let page = host.get(&format!("/customers?{query}{cursor}")).document();
        let ids = ids(&page);
        sizes.push(ids.len());
        all.extend(ids);
        assert!(sizes.len() < 200, "the list does not end");
        let Some(next) = page.get("next") else {
            return (sizes, all);
        };
        cursor = format!("&cursor={}", next.as_str().unwrap());
        between(sizes.len());
    }
}

#[test]
fn keyset_paging_returns_each_row_once_for_any_limit() {
    for rows in [0, 1, 9, 10, 11, 25] {
        let billing = Billing::with(rows);
        let host = Host::serving::<Billing>(Arc::clone(&billing));
        for limit in 1..=12 {
            let (sizes, all) = read_all(host, &format!("limit={limit}"), |_| {});
            assert_eq!(all, billing.ids(), "{rows} rows by {limit}");
            let pages = (rows as usize).div_ceil(limit).max(1);
            assert_eq!(sizes.len(), pages, "{rows} rows by {limit}");
            assert!(sizes[..pages - 1].iter().all(|size| *size == limit));
        }
    }
}

#[test]
fn concurrent_changes_neither_skip_nor_repeat_rows() {
    let billing = Billing::with(12);
    let host = Host::serving::<Billing>(Arc::clone(&billing));
    let before = billing.ids();
    let (_, all) = read_all(host, "limit=3", |page| {
        billing.insert(0, &format!("before {page}"));
        // The row of the cursor is deleted. The cursor is then stale, but it remains valid.
        let last = before[page * 3 - 1].clone();
        billing.rows().retain(|(_, id), _| *id != last);
    });
    assert_eq!(all, before);
}

#[test]
fn default_page_size_is_10_and_maximum_100() {
    let billing = Billing::with(250);
    let host = Host::serving::<Billing>(billing);
    assert_eq!(read_all(host, "", |_| {}).0, [10; 25]);
    assert_eq!(read_all(host, "limit=1000", |_| {}).0, [100, 100, 50]);
    assert_eq!(read_all(host, "limit=1000000000", |_| {}).0, [100, 100, 50]);
}

#[test]
fn page_cap_also_limits_the_default() {
    let billing = Billing::with(8);
    let capped = |items| {
        let provider = Provider::<Billing>::new(Arc::clone(&billing), TOKEN).max_page_items(items);
        Host::of(provider.router())
    };
    assert_eq!(read_all(capped(3), "", |_| {}).0, [3, 3, 2]);
    assert_eq!(read_all(capped(3), "limit=100", |_| {}).0, [3, 3, 2]);
    assert_eq!(read_all(capped(3), "limit=2", |_| {}).0, [2, 2, 2, 2]);
    assert_eq!(read_all(capped(0), "", |_| {}).0, [1; 8], "at least 1");
    assert_eq!(
        read_all(capped(u32::MAX), "limit=99999999999999999999", |_| {}).0,
        [8]
    );
}

#[test]
fn body_limit_is_configurable() {
    let host = billing_with(|provider| provider.max_body_bytes(100));
    let body = r#"{"customerId":"cus_1","scheduledAt":"immediate"}"#;
    host.act("/customer/cancel", format!("{body:100}"))
        .is_done();
    let message = host
        .act("/customer/cancel", format!("{body:101}"))
        .error(413);
    assert_eq!(message, "the body must be at most 100 bytes long");
}

#[test]
fn numeric_cursor_is_sent_as_a_string() {
    let host = Host::serving::<Billing>(Billing::with(0));
    let first = host.get("/prices?limit=2").document();
    assert_eq!(
        (ids(&first), &first["next"]),
        (vec!["0".into(), "1".into()], &json!(2))
    );
    let second = host.get("/prices?limit=2&cursor=2").document();
    assert_eq!(
        (ids(&second), &second["next"]),
        (vec!["2".into(), "3".into()], &json!(4))
    );
    let last = host.get("/prices?limit=2&cursor=4").document();
    assert_eq!((ids(&last), last.get("next")), (vec!["4".into()], None));
    assert_eq!(
        host.get("/prices?cursor=x").error(400),
        "`cursor` must be a number"
    );
}

#[test]
fn cursor_survives_a_restart_without_state() {
    let one = Host::serving::<Billing>(Billing::with(12));
    let other = Host::serving::<Billing>(Billing::with(12));
    let page = one.get("/customers").document();
    let rest = other
        .get(&format!(
            "/customers?cursor={}",
            page["next"].as_str().unwrap()
        ))
        .document();
    assert_eq!(ids(&rest).len(), 2);
}

#[test]
fn function_can_be_paged_without_a_server() {
    let rows = |after: Option<u32>| (0..5).filter(move |row| Some(*row) > after).collect();
    let list =
        |page: &PageRequest| -> Result<Page<u32>> { page.keyset(rows(page.after()?), |row| *row) };
    let request = PageRequest::first(2);
    let first = list(&request).unwrap();
    assert_eq!(first.data(), [0, 1]);
    let second = list(&request.clone().at(first.next().unwrap())).unwrap();
    assert_eq!(second.data(), [2, 3]);
    let last = list(&request.clone().at(second.next().unwrap())).unwrap();
    assert_eq!((last.data(), last.next()), (&[4][..], None));
    let garbage = list(&request.at(&Cursor::from("garbage"))).unwrap_err();
    assert_eq!(garbage.status(), 400);
}

#[test]
fn cursor_keeps_every_digit_of_a_key() {
    // A number that an imprecise parser rounds to its neighbor, so that a row would be skipped.
    let key = 9.222222222222221;
    let first = PageRequest::first(1);
    let page = first.keyset(vec![key, 10.0], |key| *key).unwrap();
    let after = first.at(page.next().unwrap()).after().unwrap();
    assert_eq!(after, Some(key));
}

#[test]
fn cursor_of_another_key_type_is_a_400() {
    let page = PageRequest::first(1);
    let next = page.keyset(vec!["a", "b"], |row| *row).unwrap();
    let wrong = page.at(next.next().unwrap()).after::<(u32, String)>();
    assert_eq!(wrong.unwrap_err().status(), 400);
}

#[test]
fn too_long_cursor_is_an_opaque_500() {
    let billing = Billing::with(0);
    for name in ["a", "b"] {
        billing.insert(0, &name.repeat(1024));
    }
    let host = Host::of(Billing::router(billing, TOKEN));
    let message = host.get("/customers?limit=1").error(500);
    assert_eq!(message, "Internal Server Error");
}
