//! Every list, read to its end with every limit.

use crate::conformance::Start;
use crate::conformance::checker::{self, Kind};
use crate::conformance::client::{Client, Mode, id_of, subscriptions_of};
use crate::conformance::manifest::{LISTS, TYPES};

const LIMITS: [Option<u32>; 5] = [Some(100), Some(10), Some(3), Some(1), None];

/// Reads a list with every limit and returns its rows.
fn walk_with_every_limit(client: &mut Client<'_>, list: &str) -> Vec<serde_json::Value> {
    let mut walks = LIMITS.map(|limit| client.walk(list, limit)).into_iter();
    let rows = walks.next().unwrap_or_default();
    for (walk, limit) in walks.zip(&LIMITS[1..]) {
        let ids = |rows: &[_]| rows.iter().map(id_of).collect::<Vec<_>>();
        assert_eq!(ids(&walk), ids(&rows), "{list} with limit {limit:?}");
        assert_eq!(walk, rows, "{list} with limit {limit:?}");
    }
    for row in &rows {
        checker::check(Kind::of_list(list), row, TYPES);
    }
    client.process.saw_rows(rows.len());
    rows
}

pub fn lists_are_the_same_for_every_limit(start: Start) {
    let process = start();
    for mode in Mode::BOTH {
        let mut client = Client::new(&process, mode);
        for list in LISTS {
            let rows = walk_with_every_limit(&mut client, list);
            assert!(!rows.is_empty(), "{list} is empty, which proves nothing");
        }
    }
}

pub fn subscription_lists_are_the_same_for_every_limit(start: Start) {
    let process = start();
    for mode in Mode::BOTH {
        let mut client = Client::new(&process, mode);
        for customer in client.walk("/customers", Some(100)) {
            let list = subscriptions_of(&id_of(&customer));
            for row in walk_with_every_limit(&mut client, &list) {
                assert_eq!(row["customerId"], customer["id"], "{row}");
            }
        }
    }
}

pub fn default_page_size_is_ten_and_maximum_hundred(start: Start) {
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
        // `page` does not check the cap, so this test can.
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
