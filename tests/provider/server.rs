//! The server as a process: startup errors and shutdown.
//!
//! The process is this test binary, which runs only [`child`].

use std::ffi::OsStr;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
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

/// Waits in each function, and prints to standard error when it begins and ends.
#[derive(churnkey::Integration)]
#[churnkey(name = "Slow", modes(shared), expect(cancel))]
struct Slow;

const DELAY: Duration = Duration::from_millis(700);

async fn run_slowly(what: &str) {
    eprintln!("{what} begins");
    sleep(DELAY).await;
    eprintln!("{what} ends");
}

#[churnkey::controller(customers)]
async fn retrieve_customer(_: &Slow, id: CustomerId) -> Result<Customer> {
    if id == "slow" {
        run_slowly("read").await;
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
    run_slowly("action").await;
    Ok(())
}

#[test]
#[ignore = "child process of the other tests"]
fn child() -> std::result::Result<(), Box<dyn std::error::Error>> {
    tokio::runtime::Runtime::new()?.block_on(churnkey::serve(Slow))?;
    Ok(())
}

/// Returns a command for a server, without variables of the environment that configure it.
pub(crate) fn command() -> Command {
    let mut command = this_test("server::child");
    for variable in [
        "CK_INTEGRATION_TOKEN",
        "CHURNKEY_ADDR",
        "PORT",
        "LISTEN_FDS",
        "NOTIFY_SOCKET",
        "CK_API_KEY",
    ] {
        command.env_remove(variable);
    }
    command
}

fn start<T: AsRef<OsStr>, A: AsRef<OsStr>>(token: Option<T>, address: Option<A>) -> Process {
    let mut command = command();
    if let Some(token) = token {
        command.env("CK_INTEGRATION_TOKEN", token);
    }
    if let Some(address) = address {
        command.env("CHURNKEY_ADDR", address);
    }
    Process::start(&mut command)
}

/// Starts a server on a free port and returns the process and its address.
fn serving() -> (Process, SocketAddr) {
    let process = start(Some(TOKEN), Some("127.0.0.1:0"));
    let address = process.stderr.address();
    (process, address)
}

#[track_caller]
fn refuses(token: Option<&OsStr>, address: Option<&str>, words: &[&str]) {
    let ended = start(token, address).end();
    let (status, output) = (ended.status, ended.stderr);
    assert!(!status.success(), "{output}");
    for word in words {
        assert!(output.contains(word), "`{word}` is not in: {output}");
    }
    assert!(
        !output.contains(TOKEN) && !output.contains("listens"),
        "{output}"
    );
}

#[test]
fn missing_token_prevents_the_start() {
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
fn token_that_is_not_utf_8_prevents_the_start() {
    use std::os::unix::ffi::OsStrExt as _;

    let token = OsStr::from_bytes(b"tok\xff");
    refuses(
        Some(token),
        Some("127.0.0.1:0"),
        &["CK_INTEGRATION_TOKEN must be UTF-8"],
    );
}

#[test]
fn invalid_address_prevents_the_start() {
    for address in [
        "",
        "8080",
        "localhost",
        "localhost:",
        "two words:80",
        "unix:",
        "127.0.0.1",
        "127.0.0.1:65536",
        "256.0.0.1:80",
        "::1:80",
        "http://127.0.0.1:80",
    ] {
        let words = [
            "CHURNKEY_ADDR must be an IP address or a host name and a port",
            "127.0.0.1:8080",
        ];
        refuses(Some(OsStr::new(TOKEN)), Some(address), &words);
    }
}

#[test]
fn address_in_use_prevents_the_start() {
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
fn startup_message_has_the_address_and_no_token() {
    let mut process = start(Some(format!(" {TOKEN}\n")), Some(" 127.0.0.1:0 "));
    for words in [
        "Slow listens on http://127.0.0.1:",
        r#"Slow supports {"controllers":{"customers":true"#,
        "install a subscriber to see them",
    ] {
        process.stderr.line_with(words);
    }
    process.kill();
    assert!(!process.end().stderr.contains(TOKEN));
}

#[test]
fn paths_outside_churnkey_are_a_404_without_a_token() {
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
fn signal_stops_it_after_pending_requests() {
    for signal in ["TERM", "INT"] {
        let (process, address) = serving();
        // Neither an idle connection nor one without any request delays the shutdown.
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
        let deadline = Instant::now() + DELAY;
        while TcpStream::connect(address).is_ok() {
            assert!(Instant::now() < deadline, "it still accepts");
        }
        assert_eq!(read.join().unwrap().document()["id"], "slow");
        write.join().unwrap().is_done();
        let Ended {
            status,
            unread: output,
            ..
        } = process.end();
        assert!(status.success(), "{output}");
        assert!(output.contains("Slow has stopped"), "{output}");
    }
}

#[cfg(unix)]
#[test]
fn signal_during_the_start_ends_the_process() {
    for quarter in 0..80 {
        let process = start(Some(TOKEN), Some("127.0.0.1:0"));
        thread::sleep(Duration::from_micros(250) * quarter);
        process.signal("TERM");
        // Waits for the end, for a bounded time.
        process.end();
    }
}

#[cfg(unix)]
#[test]
fn shutdown_waits_for_an_action_without_callers() {
    let (process, address) = serving();
    let mut caller = Peer::open(address);
    caller.send(action(address).bytes());
    process.stderr.line_with("action begins");
    drop(caller);
    process.signal("TERM");
    let Ended {
        status,
        unread: output,
        ..
    } = process.end();
    assert!(status.success(), "{output}");
    let (ends, stopped) = (output.find("action ends"), output.find("Slow has stopped"));
    assert!(
        output.contains("waiting for the actions under way"),
        "{output}"
    );
    assert!(ends.is_some() && ends < stopped, "{output}");
}

#[test]
fn read_without_a_caller_is_dropped() {
    let (process, address) = serving();
    let mut caller = Peer::open(address);
    caller.send(get(address, "/churnkey/customers/slow").bytes());
    process.stderr.line_with("read begins");
    drop(caller);
    thread::sleep(DELAY + Duration::from_millis(300));
    process.signal("TERM");
    let output = process.end().unread;
    assert!(!output.contains("read ends"), "{output}");
}

#[cfg(unix)]
#[test]
fn incomplete_request_does_not_delay_the_shutdown() {
    let (process, address) = serving();
    let mut half = Peer::open(address);
    half.send(b"GET /churnkey/features HTTP/1.1\r\nHost: x\r\nAuthor");
    assert_eq!(get(address, "/churnkey/features").send().status, 200);
    process.signal("TERM");
    let Ended {
        status,
        unread: output,
        ..
    } = process.end();
    assert!(status.success(), "{output}");
}
