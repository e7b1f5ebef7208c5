//! Peers that send invalid requests, and peers that disconnect in the middle.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::thread::Scope;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::net::TcpSocket;
use tokio::runtime::Builder;

use crate::soak::{INSTANCES, Pace, STABLE, Soak};
use test_support::{Reply, read_reply};

const TIMEOUT: Duration = Duration::from_secs(20);

/// The number of failures per minute that a peer is allowed.
pub(crate) const FAILURES: usize = 60;

/// Longer than the time after which all failures are forgiven.
const FORGIVEN: Duration = Duration::from_secs(62);

/// The address of peers that guess tokens, different from that of all other callers.
const GUESSER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

pub(crate) fn spawn<'scope>(scope: &'scope Scope<'scope, '_>, soak: &'scope Soak) {
    scope.spawn(|| send_invalid_requests(soak));
    scope.spawn(|| hang_up(soak));
    scope.spawn(|| guess(soak));
}

/// An invalid request, and the expected status.
struct InvalidRequest {
    what: &'static str,
    bytes: Vec<u8>,
    status: u16,
    /// `true` if hyper cannot parse the request and responds itself, without a body.
    unparsed: bool,
}

fn send_invalid_requests(soak: &Soak) {
    let mut pace = Pace::per_second(20);
    let mut turn = 0;
    loop {
        for nonsense in all(&soak.token()) {
            if !pace.wait(soak) {
                return;
            }
            turn += 1;
            let answer = soak.exchange("bad input", turn % INSTANCES.len(), Duration::ZERO, |at| {
                exchange(TcpStream::connect(at.address)?, &nonsense.bytes)
            });
            if let Some(response) = answer {
                if nonsense.unparsed {
                    expect_empty(soak, nonsense.what, &response, nonsense.status);
                } else {
                    expect_refusal(soak, nonsense.what, &response, nonsense.status);
                }
            }
        }
    }
}

fn expect_refusal(soak: &Soak, what: &str, response: &Reply, status: u16) {
    let sound = response.status == status
        && serde_json::from_slice::<serde_json::Value>(&response.body).is_ok_and(|body| {
            body["code"] == json!(status)
                && body["message"].is_string()
                && body.as_object().is_some_and(|fields| fields.len() == 2)
        });
    if !sound {
        violation(soak, what, response, status);
    }
}

fn expect_empty(soak: &Soak, what: &str, response: &Reply, status: u16) {
    if response.status != status || !response.body.is_empty() {
        violation(soak, what, response, status);
    }
}

fn violation(soak: &Soak, what: &str, response: &Reply, status: u16) {
    soak.tally.violation(format!(
        "{what} is due a {status} and was answered {} {}",
        response.status,
        response.text()
    ));
}

fn exchange(mut stream: TcpStream, bytes: &[u8]) -> io::Result<Reply> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    // The rejection can arrive before everything is sent. A failure to send the rest is then
    // irrelevant.
    stream.write_all(bytes).ok();
    read_reply(&stream)
}

fn all(token: &str) -> Vec<InvalidRequest> {
    let wire = |what, text: String, status| InvalidRequest {
        what,
        bytes: text.into_bytes(),
        status,
        unparsed: false,
    };
    let unparsed = |what, text: String, status| InvalidRequest {
        unparsed: true,
        ..wire(what, text, status)
    };
    let head = |lines: &str| {
        format!(
            "POST /churnkey/actions/subscription/cancel HTTP/1.1\r\nhost: churnkey.test\r\n{lines}\r\n"
        )
    };
    let get = |path: &str, lines: &str| {
        format!(
            "GET {path} HTTP/1.1\r\nhost: churnkey.test\r\nauthorization: Bearer {token}\r\n{lines}\r\n"
        )
    };
    let post = |lines: &str, body: &str| {
        let length = body.len();
        head(&format!(
            "authorization: Bearer {token}\r\n{lines}content-length: {length}\r\n"
        )) + body
    };
    let chunked = |body: &str| {
        head(&format!(
            "authorization: Bearer {token}\r\ntransfer-encoding: chunked\r\n"
        )) + body
    };
    let cancel = |customer: &str| {
        json!({ "customerId": customer, "subscriptionId": "sub_test_0010_1", "scheduledAt": "immediate" }).to_string()
    };
    let test = "x-churnkey-mode: test\r\n";
    vec![
        InvalidRequest {
            what: "noise",
            bytes: noise(),
            status: 400,
            unparsed: true,
        },
        unparsed(
            "a request of TLS",
            "\x16\x03\x01\x02\x00\x01\x00\x01\n".to_owned(),
            400,
        ),
        unparsed("HTTP/0.9", "GET /churnkey/prices\r\n\r\n".to_owned(), 400),
        unparsed("HTTP/2", "GET /healthz HTTP/2.0\r\n\r\n".to_owned(), 400),
        unparsed(
            "two lengths",
            head("content-length: 1\r\ncontent-length: 2\r\n"),
            400,
        ),
        unparsed("a list of lengths", head("content-length: 1, 1\r\n"), 400),
        wire(
            "a length and chunks",
            head("content-length: 5\r\ntransfer-encoding: chunked\r\n") + "0\r\n\r\n",
            401,
        ),
        unparsed(
            "a coding that is not chunked",
            head("transfer-encoding: gzip\r\n"),
            400,
        ),
        unparsed(
            "a space before a colon",
            head("content-length : 1\r\n"),
            400,
        ),
        unparsed("a folded header", head("x: a\r\n b\r\n"), 400),
        unparsed("a NUL in a header", head("x: a\0b\r\n"), 400),
        unparsed(
            "a path too long",
            format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(20_000)),
            431,
        ),
        unparsed(
            "a header too long",
            head(&format!("x: {}\r\n", "a".repeat(20_000))),
            431,
        ),
        unparsed("too many headers", head(&"x: a\r\n".repeat(101)), 431),
        wire(
            "a body that is too long",
            post("", &" ".repeat(70_000)),
            413,
        ),
        wire(
            "too many chunks",
            chunked(&(format!("1000\r\n{}\r\n", " ".repeat(4096)).repeat(20) + "0\r\n\r\n")),
            413,
        ),
        wire("a chunk without a size", chunked("zz\r\n"), 400),
        wire("half of some JSON", post("", "{\"customerId\":"), 400),
        wire("JSON that is no object", post("", "[]"), 400),
        wire("an action without fields", post("", "{}"), 400),
        wire(
            "a body that is no JSON",
            post("content-type: text/plain\r\n", "a"),
            400,
        ),
        wire("an unknown customer", post(test, &cancel("missing")), 404),
        wire(
            "the wrong customer",
            post(test, &cancel("cus_test_0020")),
            404,
        ),
        wire("an unknown path", get("/churnkey/nothing", ""), 404),
        wire(
            "a path outside",
            "GET /etc/passwd HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(),
            404,
        ),
        wire(
            "an unknown mode",
            get("/churnkey/prices", "x-churnkey-mode: both\r\n"),
            400,
        ),
        wire("a limit of zero", get("/churnkey/prices?limit=0", ""), 400),
        wire(
            "an invalid cursor",
            get("/churnkey/customers?cursor=abc", ""),
            400,
        ),
        wire(
            "the wrong method",
            get("/churnkey/actions/subscription/cancel", ""),
            405,
        ),
    ]
}

/// Returns a line of random bytes without the letters of `HTTP`.
fn noise() -> Vec<u8> {
    let mut bytes = vec![0xff];
    while bytes.len() < 64 {
        let word = RandomState::new().build_hasher().finish();
        bytes.extend(word.to_le_bytes().map(|byte| byte | 0x80));
    }
    bytes.push(b'\n');
    bytes
}

/// Disconnects in the head, in the body, or before the response. The instance must continue.
fn hang_up(soak: &Soak) {
    let mut pace = Pace::per_second(6);
    let mut turn = 0;
    while pace.wait(soak) {
        turn += 1;
        let whole = soak.request("GET", "/customers?limit=100", "live").bytes();
        let body = soak
            .request("POST", "/actions/subscription/cancel", "test")
            .header("content-length", "100")
            .bytes();
        let (what, part) = match turn % 3 {
            0 => ("in the head", &whole[..whole.len() / 2]),
            1 => ("in the body", &body[..]),
            _ => ("before the answer", &whole[..]),
        };
        let sent = TcpStream::connect(soak.address(turn % INSTANCES.len()))
            .and_then(|mut stream| stream.write_all(part));
        if sent.is_ok() {
            soak.tally.count("hung up", what, 1);
        }
    }
}

/// Sends wrong tokens until the response is a 429, which must come exactly after the allowed number
/// of failures.
fn guess(soak: &Soak) {
    loop {
        let (began, mut refused) = (Instant::now(), 0);
        while let Some(response) = from_guesser(soak, &format!("guess-{refused}")) {
            // One failure is forgiven each second.
            let least_likely = FAILURES + began.elapsed().as_secs() as usize + 1;
            match response.status {
                401 if refused < least_likely => {
                    refused += 1;
                    expect_refusal(soak, "a wrong token", &response, 401);
                }
                429 if refused >= FAILURES => {
                    expect_refusal(soak, "one wrong token too many", &response, 429);
                    if response.header("retry-after").is_none() {
                        soak.tally
                            .violation("a 429 without `Retry-After`".to_owned());
                    }
                    break;
                }
                status => {
                    soak.tally.violation(format!(
                        "attempt {refused} with a wrong token got status {status}"
                    ));
                    break;
                }
            }
        }
        // A caller with the token can have the same address.
        if let Some(response) = from_guesser(soak, &soak.token())
            && response.status != 200
        {
            soak.tally.violation(format!(
                "the valid token got status {} from the address of the guesser",
                response.status
            ));
        }
        if !soak.pause(FORGIVEN) {
            return;
        }
    }
}

fn from_guesser(soak: &Soak, token: &str) -> Option<Reply> {
    let request = format!(
        "GET /churnkey/features HTTP/1.1\r\nhost: churnkey.test\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
    );
    soak.exchange("token", STABLE, Duration::ZERO, |at| {
        exchange(connect_from(GUESSER, at.address)?, request.as_bytes())
    })
}

fn connect_from(from: IpAddr, to: SocketAddr) -> io::Result<TcpStream> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let stream = runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.bind((from, 0).into())?;
        socket.connect(to).await?.into_std()
    })?;
    stream.set_nonblocking(false)?;
    Ok(stream)
}
