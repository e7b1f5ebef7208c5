//! The server as a process: when it refuses to start, and how it ends.
//!
//! The process is this test binary over again, which runs [`child`] and nothing else.

use std::ffi::OsStr;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use churnkey::{
    Cancel, Customer, CustomerId, Page, PageRequest, Price, PriceId, Result, Subscription,
    SubscriptionId,
};
use serde_json::json;
use test_support::{Ended, Process, this_test};
use tokio::time::sleep;

use crate::support::{Call, Peer, TOKEN, bearer};

/// Takes its time, and says on standard error when it begins and ends.
#[derive(churnkey::Integration)]
#[churnkey(name = "Slow", expect(cancel))]
struct Slow;

const A_WHILE: Duration = Duration::from_millis(700);

async fn take_a_while(what: &str) {
    eprintln!("{what} begins");
    sleep(A_WHILE).await;
    eprintln!("{what} ends");
}

#[churnkey::controller(customers)]
async fn retrieve_customer(_: &Slow, id: CustomerId) -> Result<Customer> {
    if id == "slow" {
        take_a_while("read").await;
    }
    Ok(Customer::new(id))
}

#[churnkey::controller(prices)]
async fn retrieve_price(_: &Slow, _: PriceId) -> Result<Option<Price>> {
    Ok(None)
}

#[churnkey::controller(prices)]
async fn list_prices(_: &Slow, _: PageRequest) -> Result<Page<Price>> {
    Ok(Page::last(Vec::new()))
}

#[churnkey::controller(subscriptions)]
async fn retrieve_subscription(
    _: &Slow,
    _: CustomerId,
    _: SubscriptionId,
) -> Result<Option<Subscription>> {
    Ok(None)
}

#[churnkey::action(cancel)]
async fn cancel(_: &Slow, _: Cancel) -> Result<()> {
    take_a_while("action").await;
    Ok(())
}

#[test]
#[ignore = "the process that the other tests start"]
fn child() -> Result<()> {
    tokio::runtime::Runtime::new()?.block_on(churnkey::serve(Slow))
}

fn start<T: AsRef<OsStr>, A: AsRef<OsStr>>(token: Option<T>, address: Option<A>) -> Process {
    let mut command = this_test("server::child");
    command
        .env_remove("CK_INTEGRATION_TOKEN")
        .env_remove("CHURNKEY_ADDR")
        .env_remove("CK_API_KEY");
    if let Some(token) = token {
        command.env("CK_INTEGRATION_TOKEN", token);
    }
    if let Some(address) = address {
        command.env("CHURNKEY_ADDR", address);
    }
    Process::start(&mut command)
}

/// Serving on a free port: the process and its address.
fn serving() -> (Process, SocketAddr) {
    let process = start(Some(TOKEN), Some("127.0.0.1:0"));
    let address = process.stderr.address();
    (process, address)
}

#[track_caller]
fn refuses(token: Option<&OsStr>, address: Option<&str>, words: &[&str]) {
    let ended = start(token, address).end();
    let (status, said) = (ended.status, ended.stderr);
    assert!(!status.success(), "{said}");
    for word in words {
        assert!(said.contains(word), "`{word}` is not in: {said}");
    }
    assert!(!said.contains(TOKEN) && !said.contains("listens"), "{said}");
}

#[test]
fn it_refuses_to_start_without_a_token_and_says_where_to_find_one() {
    let words = [
        "CK_INTEGRATION_TOKEN is missing or empty",
        "dashboard",
        "CK_INTEGRATION_TOKEN=local-token cargo run",
    ];
    for token in [None, Some(""), Some("   "), Some("\t\n")] {
        refuses(token.map(OsStr::new), Some("127.0.0.1:0"), &words);
    }
}

#[cfg(unix)]
#[test]
fn it_refuses_to_start_with_a_token_that_is_not_text() {
    use std::os::unix::ffi::OsStrExt as _;

    let token = OsStr::from_bytes(b"tok\xff");
    refuses(
        Some(token),
        Some("127.0.0.1:0"),
        &["CK_INTEGRATION_TOKEN must be UTF-8"],
    );
}

#[test]
fn it_refuses_to_start_with_an_address_that_is_none_and_shows_a_good_one() {
    for address in [
        "",
        "8080",
        "localhost",
        "localhost:8080",
        "127.0.0.1",
        "127.0.0.1:65536",
        "256.0.0.1:80",
        "::1:80",
        "http://127.0.0.1:80",
    ] {
        let words = [
            "CHURNKEY_ADDR must be an IP address and a port",
            "127.0.0.1:8080",
        ];
        refuses(Some(OsStr::new(TOKEN)), Some(address), &words);
    }
}

#[test]
fn it_refuses_to_start_on_an_address_that_is_in_use_and_says_which() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let words = [
        &format!("cannot listen on {address}"),
        "set CHURNKEY_ADDR to another address",
        "in use",
    ];
    refuses(Some(OsStr::new(TOKEN)), Some(&address), &words);
}

fn get(address: SocketAddr, path: &str) -> Call {
    Call::new(address, "GET", path.as_bytes()).header("Authorization", bearer())
}

fn action(address: SocketAddr) -> Call {
    Call::new(address, "POST", b"/churnkey/actions/subscription/cancel")
        .header("Authorization", bearer())
        .json(json!({ "customerId": "c", "subscriptionId": "s", "scheduledAt": "immediate" }))
}

#[test]
fn it_says_what_it_serves_and_never_the_token() {
    let mut process = start(Some(format!(" {TOKEN}\n")), Some(" 127.0.0.1:0 "));
    for words in [
        "Slow listens on http://127.0.0.1:",
        r#"Slow supports {"controllers":{"customers":true"#,
        "tracing_subscriber::fmt::init()",
    ] {
        process.stderr.line_with(words);
    }
    process.kill();
    assert!(!process.end().stderr.contains(TOKEN));
}

#[test]
fn everything_outside_of_churnkey_is_a_404_in_the_error_shape_and_needs_no_token() {
    let (_process, address) = serving();
    for path in [
        "/",
        "/favicon.ico",
        "/churnkeyx",
        "//churnkey/features",
        "/Churnkey/features",
        "/api/churnkey/features",
        "/%63hurnkey",
    ] {
        for method in ["GET", "POST", "OPTIONS"] {
            let reply = Call::new(address, method, path.as_bytes()).send();
            assert_eq!(reply.error(404), "Not Found", "{method} {path}");
        }
    }
    let inside = Call::new(address, "GET", b"/churnkey/nothing").send();
    assert_eq!(inside.error(401), "Unauthorized");
    let features = get(address, "/churnkey/features").send();
    assert_eq!(features.document()["controllers"]["customers"], true);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_once_what_is_under_way_is_answered() {
    for signal in ["TERM", "INT"] {
        let (process, address) = serving();
        // Neither a connection that rests between requests nor one that never sent any keeps it from ending.
        let mut resting = Peer::open(address);
        let features = get(address, "/churnkey/features").send_on(&mut resting);
        assert_eq!(features.status, 200);
        let mut silent = Peer::open(address);

        let read = thread::spawn(move || get(address, "/churnkey/customers/slow").send());
        process.stderr.line_with("read begins");
        let write = thread::spawn(move || action(address).send());
        process.stderr.line_with("action begins");
        process.signal(signal);

        resting.is_closed();
        silent.is_closed();
        let deadline = Instant::now() + A_WHILE;
        while TcpStream::connect(address).is_ok() {
            assert!(Instant::now() < deadline, "it still accepts");
        }
        assert_eq!(read.join().unwrap().document()["id"], "slow");
        write.join().unwrap().is_done();
        let Ended {
            status,
            unread: said,
            ..
        } = process.end();
        assert!(status.success(), "{said}");
        assert!(said.contains("Slow has stopped"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn an_action_whose_caller_hung_up_runs_to_its_end_before_the_process_ends() {
    let (process, address) = serving();
    let mut caller = Peer::open(address);
    caller.send(action(address).bytes());
    process.stderr.line_with("action begins");
    drop(caller);
    process.signal("TERM");
    let Ended {
        status,
        unread: said,
        ..
    } = process.end();
    assert!(status.success(), "{said}");
    let (ends, stopped) = (said.find("action ends"), said.find("Slow has stopped"));
    assert!(said.contains("waiting for the actions under way"), "{said}");
    assert!(ends.is_some() && ends < stopped, "{said}");
}

#[test]
fn a_read_whose_caller_hung_up_is_dropped() {
    let (process, address) = serving();
    let mut caller = Peer::open(address);
    caller.send(get(address, "/churnkey/customers/slow").bytes());
    process.stderr.line_with("read begins");
    drop(caller);
    thread::sleep(A_WHILE + Duration::from_millis(300));
    process.signal("TERM");
    let said = process.end().unread;
    assert!(!said.contains("read ends"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_request_that_is_never_finished_does_not_keep_it_from_ending() {
    let (process, address) = serving();
    let mut half = Peer::open(address);
    half.send(b"GET /churnkey/features HTTP/1.1\r\nHost: x\r\nAuthor");
    assert_eq!(get(address, "/churnkey/features").send().status, 200);
    process.signal("TERM");
    let Ended {
        status,
        unread: said,
        ..
    } = process.end();
    assert!(status.success(), "{said}");
}
