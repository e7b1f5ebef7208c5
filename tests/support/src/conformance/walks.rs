//! Every list to its end, with every limit.

use crate::conformance::Start;
use crate::conformance::checker::{self, Kind};
use crate::conformance::client::{Client, Mode, id_of, subscriptions_of};
use crate::conformance::manifest::Manifest;

const LIMITS: [Option<u32>; 5] = [Some(100), Some(10), Some(3), Some(1), None];

/// Walks a list with every limit and answers its rows.
fn walk_with_every_limit(
    client: &mut Client<'_>,
    manifest: &Manifest,
    list: &str,
) -> Vec<serde_json::Value> {
    let mut walks = LIMITS.map(|limit| client.walk(list, limit)).into_iter();
    let rows = walks.next().unwrap_or_default();
    for (walk, limit) in walks.zip(&LIMITS[1..]) {
        let ids = |rows: &[_]| rows.iter().map(id_of).collect::<Vec<_>>();
        assert_eq!(ids(&walk), ids(&rows), "{list} with limit {limit:?}");
        assert_eq!(walk, rows, "{list} with limit {limit:?}");
    }
    for row in &rows {
        checker::check(Kind::of_list(list), row, manifest.types());
    }
    client.process.saw_rows(rows.len());
    rows
}

pub fn every_list_has_the_same_rows_in_the_same_order_whatever_the_limit(start: Start) {
    let process = start();
    let manifest = Manifest::of(&process);
    for mode in Mode::BOTH {
        let mut client = Client::new(&process, mode);
        for list in manifest.lists() {
            let rows = walk_with_every_limit(&mut client, &manifest, list);
            assert!(!rows.is_empty(), "{list} is empty, which proves nothing");
        }
    }
}

pub fn every_customers_subscriptions_are_the_same_whatever_the_limit(start: Start) {
    let process = start();
    let manifest = Manifest::of(&process);
    for mode in Mode::BOTH {
        let mut client = Client::new(&process, mode);
        for customer in client.walk("/customers", Some(100)) {
            let list = subscriptions_of(&id_of(&customer));
            for row in walk_with_every_limit(&mut client, &manifest, &list) {
                assert_eq!(row["customerId"], customer["id"], "{row}");
            }
        }
    }
}

pub fn a_page_holds_ten_rows_unless_asked_and_a_hundred_at_most(start: Start) {
    let process = start();
    let mut client = Client::new(&process, Mode::Test);
    let all = client.walk("/customers", Some(100));
    for limit in [
        None,
        Some(100),
        Some(101),
        Some(250),
        Some(1_000_000_000),
        Some(u32::MAX),
    ] {
        // `page` does not hold a page to its cap, which is the point here.
        let page = client.page("/customers", limit, None);
        let most = limit.unwrap_or(10).min(100) as usize;
        assert!(
            page.data.len() <= most,
            "{} rows with {limit:?}",
            page.data.len()
        );
        assert_eq!(page.data, all[..page.data.len()], "{limit:?}");
        assert_eq!(
            page.next.is_some(),
            page.data.len() < all.len(),
            "{limit:?}"
        );
    }
}
