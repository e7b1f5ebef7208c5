//! Walking a list page by page.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use churnkey::{
    Cursor, Customer, CustomerId, Error, Integration, Page, PageRequest, Price, PriceId, Provider,
    Result, Subscription, SubscriptionId,
};
use serde_json::{Value, json};

use crate::support::{Host, TOKEN, billing_with};

/// Customers ordered by the day they came and then by id, some of them on one day. Prices are paged by a cursor of its own.
#[derive(churnkey::Integration)]
#[churnkey(name = "Books", expect(customers(list)))]
struct Books {
    customers: Mutex<BTreeMap<(u32, String), Customer>>,
}

impl Books {
    fn with(customers: u32) -> Arc<Self> {
        let books = Self {
            customers: Mutex::default(),
        };
        for number in 0..customers {
            books.insert(number / 3, &format!("cus/+ \"é{number:03}"));
        }
        Arc::new(books)
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
async fn retrieve_customer(_: &Books, _: CustomerId) -> Result<Option<Customer>> {
    Ok(None)
}

#[churnkey::controller(customers)]
async fn list_customers(ctx: &Books, page: PageRequest) -> Result<Page<Customer>> {
    let after: Option<(u32, String)> = page.after()?;
    let rows = ctx
        .rows()
        .iter()
        .filter(|(key, _)| after.as_ref().is_none_or(|after| *key > after))
        .take(usize::try_from(page.limit_plus_one())?)
        .map(|(key, customer)| (key.clone(), customer.clone()))
        .collect();
    Ok(page
        .keyset(rows, |(key, _)| key.clone())?
        .map(|(_, customer)| customer))
}

/// A billing system with numbers for cursors, as if it were a remote one.
#[churnkey::controller(prices)]
async fn list_prices(_: &Books, page: PageRequest) -> Result<Page<Price>> {
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
async fn retrieve_price(_: &Books, _: PriceId) -> Result<Option<Price>> {
    Ok(None)
}

#[churnkey::controller(subscriptions)]
async fn retrieve_subscription(
    _: &Books,
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

/// The sizes of all pages and the ids on them; between two pages, something may happen.
fn walk(host: Host, query: &str, mut between: impl FnMut(usize)) -> (Vec<usize>, Vec<String>) {
    let (mut sizes, mut all) = (Vec::new(), Vec::new());
    let mut cursor = String::new();
    loop {
        let page = host.get(&format!("/customers?{query}{cursor}")).document();
        let ids = ids(&page);
        sizes.push(ids.len());
        all.extend(ids);
        assert!(sizes.len() < 200, "the walk does not end");
        let Some(next) = page.get("next") else {
            return (sizes, all);
        };
        cursor = format!("&cursor={}", next.as_str().unwrap());
        between(sizes.len());
    }
}

#[test]
fn a_walk_by_keyset_meets_every_row_once_whatever_the_limit() {
    for rows in [0, 1, 9, 10, 11, 25] {
        let books = Books::with(rows);
        let host = Host::serving::<Books>(Arc::clone(&books));
        for limit in 1..=12 {
            let (sizes, all) = walk(host, &format!("limit={limit}"), |_| {});
            assert_eq!(all, books.ids(), "{rows} rows by {limit}");
            let pages = (rows as usize).div_ceil(limit).max(1);
            assert_eq!(sizes.len(), pages, "{rows} rows by {limit}");
            assert!(sizes[..pages - 1].iter().all(|size| *size == limit));
        }
    }
}

#[test]
fn a_walk_neither_skips_nor_repeats_a_row_while_others_come_and_go() {
    let books = Books::with(12);
    let host = Host::serving::<Books>(Arc::clone(&books));
    let before = books.ids();
    let (_, all) = walk(host, "limit=3", |page| {
        books.insert(0, &format!("before {page}"));
        // The row that the cursor was made of goes away: the cursor is stale, and goes on all the same.
        let last = before[page * 3 - 1].clone();
        books.rows().retain(|(_, id), _| *id != last);
    });
    assert_eq!(all, before);
}

#[test]
fn a_page_holds_10_items_unless_asked_and_100_at_most() {
    let books = Books::with(250);
    let host = Host::serving::<Books>(books);
    assert_eq!(walk(host, "", |_| {}).0, [10; 25]);
    assert_eq!(walk(host, "limit=1000", |_| {}).0, [100, 100, 50]);
    assert_eq!(walk(host, "limit=1e9", |_| {}).0, [100, 100, 50]);
}

#[test]
fn the_cap_is_the_providers_and_holds_for_the_default_too() {
    let books = Books::with(8);
    let capped = |items| {
        let provider = Provider::<Books>::new(Arc::clone(&books), TOKEN).max_page_items(items);
        Host::of(provider.router())
    };
    assert_eq!(walk(capped(3), "", |_| {}).0, [3, 3, 2]);
    assert_eq!(walk(capped(3), "limit=100", |_| {}).0, [3, 3, 2]);
    assert_eq!(walk(capped(3), "limit=2", |_| {}).0, [2, 2, 2, 2]);
    assert_eq!(walk(capped(0), "", |_| {}).0, [1; 8], "at least 1");
    assert_eq!(walk(capped(u32::MAX), "limit=1e99", |_| {}).0, [8]);
}

#[test]
fn the_longest_body_is_the_providers() {
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
fn a_number_is_a_cursor_and_comes_back_as_text() {
    let host = Host::serving::<Books>(Books::with(0));
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
fn the_cursor_of_a_walk_survives_a_restart_and_needs_no_state() {
    let one = Host::serving::<Books>(Books::with(12));
    let other = Host::serving::<Books>(Books::with(12));
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
fn a_function_can_be_walked_in_a_test_without_a_server() {
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
fn a_cursor_keeps_a_key_to_its_last_digit() {
    // One that a quick reader of numbers takes for its neighbour, so that a row would be skipped.
    let key = 9.222222222222221;
    let first = PageRequest::first(1);
    let page = first.keyset(vec![key, 10.0], |key| *key).unwrap();
    let after = first.at(page.next().unwrap()).after().unwrap();
    assert_eq!(after, Some(key));
}

#[test]
fn a_cursor_for_a_key_of_another_type_is_a_400_and_no_500() {
    let page = PageRequest::first(1);
    let next = page.keyset(vec!["a", "b"], |row| *row).unwrap();
    let wrong = page.at(next.next().unwrap()).after::<(u32, String)>();
    assert_eq!(wrong.unwrap_err().status(), 400);
}

#[test]
fn a_key_that_makes_too_long_a_cursor_is_an_opaque_500() {
    let books = Books::with(0);
    for name in ["a", "b"] {
        books.insert(0, &name.repeat(1024));
    }
    let host = Host::of(Books::router(books, TOKEN));
    let message = host.get("/customers?limit=1").error(500);
    assert_eq!(message, "Internal Server Error");
}
