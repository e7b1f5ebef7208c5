//! A disk that is full, with the program `acme`.
//!
//! ```text
//! cargo build -p acme && cargo test -p acme-tests full_disk -- --ignored
//! ```

use std::net::SocketAddr;

use serde_json::json;
use test_support::{Connection, Reply, Request, SmallDisk, eventually};

use crate::killed::start;

fn send(address: SocketAddr, request: &Request) -> Reply {
    let request = request
        .clone()
        .header("Authorization", "Bearer token")
        .header("X-Churnkey-Mode", "test");
    Connection::new(address).send(&request).unwrap()
}

fn get(address: SocketAddr, path: &str) -> Reply {
    send(address, &Request::new("GET", path))
}

fn cancel(address: SocketAddr) -> Reply {
    let body = json!({
        "customerId": "cus_test_0010",
        "subscriptionId": "sub_test_0010_1",
        "scheduledAt": "immediate",
    });
    let path = "/churnkey/actions/subscription/cancel";
    send(address, &Request::new("POST", path).json(body))
}

#[test]
#[ignore = "needs the rights of root, to mount a file system"]
fn full_disk_is_a_503_until_it_has_room() {
    const SUBSCRIPTION: &str = "/churnkey/customers/cus_test_0010/subscriptions/sub_test_0010_1";
    let Some(disk) = SmallDisk::mount("64m") else {
        return;
    };
    let folder = tempfile::tempdir_in(disk.path()).unwrap();
    let (_process, address) = start(&folder, "127.0.0.1:0".parse().unwrap()).unwrap();
    assert_eq!(get(address, "/readyz").status, 200);

    disk.fill();
    let refused = cancel(address);
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert_eq!(refused.header("retry-after"), Some("1"));
    eventually("the probe fails", || get(address, "/readyz").status == 503);
    assert_eq!(get(address, "/healthz").status, 200);
    assert_eq!(get(address, "/churnkey/prices").status, 200);
    let subscription = get(address, SUBSCRIPTION).json();
    assert_eq!(subscription["status"]["name"], "active");

    disk.free();
    eventually("it is ready", || get(address, "/readyz").status == 200);
    assert_eq!(cancel(address).status, 200);
    let subscription = get(address, SUBSCRIPTION).json();
    assert_eq!(subscription["status"]["name"], "canceled");
    let file = rusqlite::Connection::open(folder.path().join("acme.db")).unwrap();
    let text = |sql| file.query_row(sql, [], |row| row.get::<_, String>(0));
    assert_eq!(text("PRAGMA integrity_check").unwrap(), "ok");
    let outcomes = "SELECT group_concat(outcome) FROM audit";
    assert_eq!(text(outcomes).unwrap(), "applied");
}
