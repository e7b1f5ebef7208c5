use std::thread;
use std::time::{Duration, Instant};

use postgres_tests::instance;
use postgres_tests::server::Server;
use test_support::conformance::client::{Client, Mode};

/// Adds more rows to each list than a planner would read completely for one page.
const GROWTH: &str = "
    INSERT INTO customers (mode, id, created_at, first_name, last_name, phone, currency)
        SELECT 'live', 'grown_' || n, timestamptz '2020-01-01' + n * interval '1 minute',
            'A', 'B', '+1555' || (1000000 + n), 'USD'
        FROM generate_series(1, 20000) n;
    INSERT INTO families (mode, id, name)
        SELECT 'live', 'grown_' || n, 'A' FROM generate_series(1, 20000) n;
    INSERT INTO products (mode, id, family_id, name)
        SELECT 'live', 'grown_' || n, 'grown_1', 'A' FROM generate_series(1, 20000) n;
    INSERT INTO prices (mode, id, product_id, name, cycle, amount)
        SELECT 'live', 'grown_' || n, 'grown_1', 'A', cycle, amount
        FROM generate_series(1, 20000) n, (SELECT * FROM prices LIMIT 1) one;
    INSERT INTO coupons (mode, id, code, name, duration, value)
        SELECT 'live', 'grown_' || n, 'GROWN' || n, 'A', duration, value
        FROM generate_series(1, 20000) n, (SELECT * FROM coupons LIMIT 1) one;
    INSERT INTO subscriptions (mode, id, customer_id, price_id, quantity, started_at, status,
            billing_day, period_start, period_end, period_millis, paid, paid_millis)
        SELECT 'live', 'grown_' || n, 'grown_1', 'grown_1', 1, start, 'running', 1, start,
            timestamptz '2100-01-01', 0, 0, 0
        FROM generate_series(1, 20000) n,
            LATERAL (SELECT timestamptz '2026-01-01' + n * interval '1 minute' AS start) at;
    ANALYZE";

const TIMEOUT: Duration = Duration::from_secs(20);

#[test]
fn pages_are_read_from_an_index_without_extra_rows() {
    let database = Server::shared().company();
    database.session().run(GROWTH);
    // The database logs the execution plan of each statement, as `EXPLAIN ANALYZE` shows it.
    for setting in [
        "session_preload_libraries = 'auto_explain'",
        "auto_explain.log_min_duration = 0",
        "auto_explain.log_analyze = on",
        "auto_explain.log_timing = off",
    ] {
        database.set(setting);
    }
    let process = instance::start_on(&database);
    let mut client = Client::new(&process, Mode::Live);

    for (list, index, key) in [
        (
            "/customers",
            "customers_by_age",
            "ROW(created_at, id) > ROW(",
        ),
        ("/families", "families_pkey", "id > "),
        ("/products", "products_pkey", "id > "),
        ("/prices", "prices_pkey", "id > "),
        ("/coupons", "coupons_pkey", "id > "),
        (
            "/customers/grown_1/subscriptions",
            "subscriptions_of_customer",
            "ROW(started_at, id) > ROW(",
        ),
    ] {
        let first = client.page(list, Some(100), None);
        let before = database.server.log().len();
        let second = client.page(list, Some(100), first.next.as_deref());
        assert_eq!(second.data.len(), 100, "{list}");

        let table = list.rsplit('/').next().expect("a list has a name");
        let plan = plan_of_page(&database.server, table, before);
        assert!(
            plan.contains(&format!("using {index} on {table}")),
            "{plan}"
        );
        assert!(plan.contains(key), "{plan}");
        for wasteful in ["Seq Scan", "Sort", "Filter"] {
            assert!(!plan.contains(wasteful), "{plan}");
        }
        // The rows of the page, and one more row that shows that another page follows.
        assert!(plan.contains("rows=101 "), "{plan}");
    }
}

/// Reads the plan from the log after a position. The log is written at the end of the transaction,
/// which can be after the response.
fn plan_of_page(server: &Server, table: &str, after: usize) -> String {
    let deadline = Instant::now() + TIMEOUT;
    let select = format!("FROM {table}");
    loop {
        let log = server.log();
        let mut plans = log[after..].split("Query Text: ");
        // The condition is the last line of an entry.
        let whole = plans.find(|plan| {
            plan.contains(&select) && plan.contains("LIMIT") && plan.contains("Index Cond")
        });
        if let Some(plan) = whole {
            return plan.to_owned();
        }
        assert!(
            Instant::now() < deadline,
            "no page of {table} is read from an index: {}",
            &log[after..]
        );
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn long_list_returns_each_row_once_and_ends() {
    let database = Server::shared().company();
    database.session().run(GROWTH);
    let process = instance::start_on(&database);
    let mut client = Client::new(&process, Mode::Live);

    // `walk` asserts that no row is repeated.
    assert_eq!(client.walk("/customers", Some(100)).len(), 20_500);
    assert_eq!(
        client
            .walk("/customers/grown_1/subscriptions", Some(97))
            .len(),
        20_000
    );
}
