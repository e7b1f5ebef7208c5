//! Request smuggling: messages whose end is ambiguous, with another request hidden in or after
//! them. The hidden request must never be executed. `proxies` sends the same messages through
//! proxies.

use crate::support::{Host, Peer, SHORT, TOKEN, cancel_head, cancellation, get};

/// Returns the request that only an incorrect parser finds.
pub(crate) fn hidden() -> String {
    get("/customers/hidden")
}

/// Sends an ambiguous message. It may call at most one function, and never the hidden one. The
/// connection must end after at most one reply.
#[track_caller]
fn hides_nothing(host: &Host, bytes: &str) {
    let begun = host.billing.begun();
    let shown = bytes.escape_debug();
    let mut peer = host.peer();
    peer.send(bytes);
    let replies = peer.replies();
    assert!(replies.len() <= 1, "{} answers to {shown}", replies.len());
    for reply in &replies {
        assert_eq!(reply.header("connection"), Some("close"), "{shown}");
        assert!(!reply.text().contains("hidden") && !reply.text().contains(TOKEN));
    }
    assert_eq!(host.billing.hidden(), 0, "executed by {shown}");
    assert!(host.billing.begun() <= begun + 1, "executed by {shown}");
}

/// Asserts that the provider rejects bytes with one of these statuses, that the connection ends,
/// and that no function was called.
#[track_caller]
fn refused(host: &Host, bytes: &str, statuses: &[u16]) {
    let begun = host.billing.begun();
    let shown = bytes.escape_debug();
    let mut peer = host.peer();
    peer.send(bytes);
    let replies = peer.replies();
    let [reply] = &replies[..] else {
        panic!("{} answers to {shown}", replies.len());
    };
    assert!(
        statuses.contains(&reply.status),
        "{} to {shown}",
        reply.status
    );
    let message = reply.error(reply.status);
    assert_eq!(reply.header("connection"), Some("close"), "{shown}");
    assert_eq!(reply.header("server"), None);
    assert!(!message.contains("hidden") && !message.contains(TOKEN));
    assert_eq!(
        host.billing.begun(),
        begun,
        "a function was called by {shown}"
    );
}

/// Asserts that hyper rejects bytes that it cannot parse, and ends the connection.
#[track_caller]
fn unparsed(host: &Host, bytes: &str) {
    let begun = host.billing.begun();
    let mut peer = host.peer();
    peer.send(bytes);
    let replies = peer.replies();
    assert_eq!(replies.len(), 1, "{}", bytes.escape_debug());
    replies[0].is_unparsed(400);
    assert_eq!(host.billing.begun(), begun);
}

/// Asserts that bytes are one valid request and that the connection ends after it.
#[track_caller]
fn one_and_closed(host: &Host, bytes: &str) {
    let begun = host.billing.begun();
    let mut peer = host.peer();
    peer.send(bytes);
    let replies = peer.replies();
    assert_eq!(replies.len(), 1, "{}", bytes.escape_debug());
    replies[0].is_done();
    assert_eq!(replies[0].header("connection"), Some("close"));
    assert_eq!(host.billing.begun(), begun + 1);
}

/// Returns messages without a unique numeric length.
pub(crate) fn ambiguous_lengths() -> Vec<String> {
    let body = cancellation("s");
    let length = body.len();
    let all = length + hidden().len();
    [
        format!("Content-Length: {length}\r\nContent-Length: {all}\r\n"),
        format!("Content-Length: {all}\r\nContent-Length: {length}\r\n"),
        format!("Content-Length: {length}\r\ncontent-length: {all}\r\n"),
        format!("Content-Length: {length}\r\nX: y\r\nCONTENT-LENGTH: 0\r\n"),
        format!("Content-Length: {length}, {length}\r\n"),
        format!("Content-Length: {length}, {all}\r\n"),
        format!("Content-Length: {length},\r\n"),
        format!("Content-Length: +{length}\r\n"),
        format!("Content-Length: -{length}\r\n"),
        format!("Content-Length: 0x{length:x}\r\n"),
        format!("Content-Length: {length}.0\r\n"),
        format!("Content-Length: {length}e0\r\n"),
        format!("Content-Length: {length} {all}\r\n"),
        format!("Content-Length: {length}\t{all}\r\n"),
        format!("Content-Length: 1 {length}\r\n"),
        format!("Content-Length: \"{length}\"\r\n"),
        format!("Content-Length: {length};\r\n"),
        format!("Content-Length: \u{b}{length}\r\n"),
        format!("Content-Length: \u{c}{length}\r\n"),
        format!("Content-Length: {length}\u{0}\r\n"),
        format!("Content-Length: {length}\u{661}\r\n"),
        "Content-Length:\r\n".to_owned(),
        "Content-Length: \r\n".to_owned(),
        "Content-Length\r\n".to_owned(),
        "Content-Length: chunked\r\n".to_owned(),
        format!("Content-Length : {length}\r\n"),
        format!("Content-Length\t: {length}\r\n"),
        format!(" Content-Length: {length}\r\n"),
        format!("\tContent-Length: {length}\r\n"),
        format!("Content-Length:\r\n {length}\r\n"),
        format!("X: y\r\n Content-Length: {length}\r\n"),
        format!("Content-Length: 18446744073709551616\r\nX: {length}\r\n"),
        "Content-Length: 18446744073709551615\r\n".to_owned(),
        "Content-Length: 99999999999999999999999999\r\n".to_owned(),
    ]
    .iter()
    .map(|lines| cancel_head(lines) + &body + &hidden())
    .collect()
}

/// Returns messages with a length next to chunks, or with another transfer coding. The hidden
/// request is after the chunks, after an early last chunk, or inside a chunk.
pub(crate) fn ambiguous_codings() -> Vec<String> {
    let body = cancellation("s");
    let bodies = [
        format!("{:x}\r\n{body}\r\n0\r\n\r\n{}", body.len(), hidden()),
        format!("0\r\n\r\n{}", hidden()),
        format!("{:x}\r\n{}\r\n0\r\n\r\n", hidden().len(), hidden()),
    ];
    // The sizes of the parts that only a parser of lengths, or only a parser of chunks, reads as
    // the body.
    let sizes = bodies
        .iter()
        .flat_map(|body| [body.len(), body.find('\n').map_or(0, |end| end + 1)])
        .map(|size| format!("Content-Length: {size}\r\nTransfer-Encoding: chunked\r\n"));
    let lines = [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nX: y\r\nContent-Length: 0\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\ntransfer-encoding:\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: identity, chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding:\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunkedx\r\n",
        "Transfer-Encoding: chunked;q=1\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding: chunked,\r\n",
        "Transfer-Encoding: ,chunked\r\n",
        "Transfer-Encoding: chun\tked\r\n",
        "Transfer-Encoding: \u{b}chunked\r\n",
        "Transfer-Encoding: \u{c}chunked\r\n",
        "Transfer-Encoding: chunked\u{0}\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding\t: chunked\r\n",
        " Transfer-Encoding: chunked\r\n",
        "\tTransfer-Encoding: chunked\r\n",
        "X: y\r\n\tTransfer-Encoding: chunked\r\n",
        "X: y\nTransfer-Encoding: chunked\r\n",
        "X: y\rTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding:\r\n chunked\r\n",
        "Transfer-Encoding: chunked\r\n , identity\r\n",
        "Transfer\u{ad}-Encoding: chunked\r\n",
    ];
    let lines: Vec<_> = lines.map(str::to_owned).into_iter().chain(sizes).collect();
    let heads = lines
        .iter()
        .map(|lines| cancel_head(lines))
        .chain([cancel_head("Transfer-Encoding: chunked\r\n").replace("HTTP/1.1", "HTTP/1.0")]);
    heads
        .flat_map(|head| bodies.iter().map(move |body| head.clone() + body))
        .collect()
}

/// Returns heads with characters that end a line for some parsers. A proxy must not forward them.
pub(crate) fn ambiguous_heads() -> Vec<String> {
    let good = get("/customers/c");
    [
        good.replace("Host: a\r\n", "Host: a\r\r\n"),
        good.replace("Host: a\r\n", "Host: a\r\nX: y\rz\r\n"),
        good.replace("Host: a\r\n", "Host: a\r\nX: y\0\r\n"),
        good.replace("Host: a\r\n", "Host: a\r\nX\0: y\r\n"),
        good.replace("/customers/c", "/customers/c\0"),
        good.replace("/customers/c", "/customers/\rc"),
        format!(" {good}"),
        format!("\0{good}"),
        good.replace("\r\n", "\r"),
    ]
    .iter()
    .map(|head| head.clone() + &hidden())
    .collect()
}

/// Returns heads with a bare line feed, which hyper accepts as the end of a line.
pub(crate) fn bare_line_feeds() -> Vec<String> {
    let good = get("/customers/c");
    vec![
        good.replace("\r\n", "\n"),
        good.replacen("\r\n", "\n", 1),
        good.replace("\r\n\r\n", "\r\n\n"),
        good.replace("\r\n\r\n", "\n\n"),
        good.replace("\r\n\r\n", "\n\r\n"),
        good.replace("Host: a\r\n", "Host: a\n"),
        good.replace("Host: a\r\n", "Host: a\r\nX: y\nZ: z\r\n"),
        format!("\n{good}"),
        format!("\r\n\r\n{good}"),
    ]
}

#[test]
fn hidden_request_is_executable_by_itself() {
    let host = Host::new();
    assert_eq!(host.ask(hidden()).status, 200);
    assert_eq!((host.billing.begun(), host.billing.hidden()), (1, 1));
}

#[test]
fn ambiguous_length_executes_nothing_hidden() {
    let host = Host::new();
    for message in ambiguous_lengths() {
        hides_nothing(&host, &message);
    }
    host.still_serves();
}

#[test]
fn ambiguous_coding_executes_nothing_hidden() {
    let host = Host::with_provider(|provider| provider.body_timeout(SHORT));
    for message in ambiguous_codings() {
        hides_nothing(&host, &message);
    }
    host.still_serves();
}

#[test]
fn ambiguous_head_executes_nothing_hidden() {
    let host = Host::new();
    for message in ambiguous_heads() {
        unparsed(&host, &message);
    }
    assert_eq!(host.billing.hidden(), 0);
    // An empty line ends a head. The bytes after it have no request line.
    let early_end = get("/customers/c").replace("Host: a\r\n", "\r\nHost: a\r\n\r\n");
    let mut peer = host.peer();
    peer.send(early_end + &hidden());
    let replies = peer.replies();
    assert_eq!(replies.len(), 2);
    replies[0].error(401);
    replies[1].is_unparsed(400);
    assert_eq!(host.billing.begun(), 0);
}

#[test]
fn repeated_equal_length_is_one_length() {
    let host = Host::new();
    let body = cancellation("s");
    let length = format!("Content-Length: {}\r\n", body.len());
    let mut peer = host.peer();
    one_and_on(
        &mut peer,
        &host,
        &(cancel_head(&length.repeat(2)) + &body),
        200,
        1,
    );
}

#[test]
fn bare_line_feed_ends_a_line() {
    let host = Host::new();
    let mut peer = host.peer();
    for request in bare_line_feeds() {
        one_and_on(&mut peer, &host, &request, 200, 1);
    }
}

#[test]
fn missing_or_repeated_host_is_served() {
    let host = Host::new();
    let mut peer = host.peer();
    for lines in ["", "Host: a\r\nHost: a\r\n", "Host: a\r\nhost: b\r\n"] {
        let request = get("/customers/c").replacen("Host: a\r\n", lines, 1);
        one_and_on(&mut peer, &host, &request, 200, 1);
    }
}

#[test]
fn only_the_exact_name_chunked_is_accepted() {
    let host = Host::new();
    let body = cancellation("s");
    // Other servers may accept these as a transfer coding. Here they are unknown headers, and the
    // request has no body.
    for lines in [
        "Transfer_Encoding: chunked\r\n",
        "X-Transfer-Encoding: chunked\r\n",
        "TE: chunked\r\n",
        "Content-Encoding: chunked\r\n",
    ] {
        let chunks = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
        let begun = host.billing.begun();
        let mut peer = host.peer();
        peer.send(cancel_head(lines) + &chunks + &hidden());
        let replies = peer.replies();
        assert_eq!(replies.len(), 2, "{lines}");
        replies[0].error(400);
        replies[1].is_unparsed(400);
        assert_eq!(host.billing.begun(), begun);
    }
}

#[test]
fn malformed_chunks_are_a_400() {
    let host = Host::with_provider(|provider| provider.body_timeout(2 * SHORT));
    let head = cancel_head("Transfer-Encoding: chunked\r\n");
    let body = cancellation("s");
    let size = format!("{:x}", body.len());
    for chunks in [
        format!("{size}\n{body}\r\n0\r\n\r\n"),
        format!("{size}\r{body}\r\n0\r\n\r\n"),
        format!("{size}\r\n{body}\n0\r\n\r\n"),
        format!("{size}\r\n{body}0\r\n\r\n"),
        format!("{size}\r\n{body}\r\n0\n\r\n"),
        format!("{size}\r\n{body}\r\n0\n\n"),
        format!("{size};a=b\n{body}\r\n0\r\n\r\n"),
        format!("{size};a\nb\r\n{body}\r\n0\r\n\r\n"),
        format!("{size}\r\n{body}X\r\n0\r\n\r\n"),
        format!("-{size}\r\n{body}\r\n0\r\n\r\n"),
        format!("+{size}\r\n{body}\r\n0\r\n\r\n"),
        format!("0x{size}\r\n{body}\r\n0\r\n\r\n"),
        format!(" {size}\r\n{body}\r\n0\r\n\r\n"),
        format!("{size} {size}\r\n{body}\r\n0\r\n\r\n"),
        format!("{size}.0\r\n{body}\r\n0\r\n\r\n"),
        format!("{size},\r\n{body}\r\n0\r\n\r\n"),
        format!("\r\n{body}\r\n0\r\n\r\n"),
        format!(";a=b\r\n{body}\r\n0\r\n\r\n"),
        format!("size\r\n{body}\r\n0\r\n\r\n"),
        format!("\u{0}{size}\r\n{body}\r\n0\r\n\r\n"),
        format!("1{}{size}\r\n{body}\r\n0\r\n\r\n", "0".repeat(15)),
        format!("{}\r\n{body}\r\n0\r\n\r\n", "f".repeat(17)),
        format!("{}\r\n{body}\r\n0\r\n\r\n", "f".repeat(1000)),
        body.clone(),
    ] {
        refused(&host, &(head.clone() + &chunks + &hidden()), &[400, 408]);
    }
    // The largest possible sizes: the body never arrives in time, or it is too large.
    for size in [
        "ffffffffffffffff",
        "fffffffffffffffe",
        "7fffffffffffffff",
        "10001",
    ] {
        let chunk = format!("{size}\r\n{body}{}", " ".repeat(64 * 1024));
        refused(&host, &(head.clone() + &chunk), &[400, 408, 413]);
    }
    // Extensions and trailers without an end.
    let long = "a".repeat(128 * 1024);
    refused(
        &host,
        &format!("{head}{size};{long}\r\n{body}\r\n0\r\n\r\n"),
        &[400, 413],
    );
    refused(
        &host,
        &format!("{head}{size}\r\n{body}\r\n0\r\nX: {long}\r\n\r\n"),
        &[400, 413],
    );
    host.still_serves();
}

#[test]
fn connection_ends_after_a_request_with_ambiguous_chunks() {
    let host = Host::new();
    let body = cancellation("s");
    let (one, two) = body.split_at(7);
    let size = format!("{:x}", body.len());
    for chunks in [
        format!("{size}\r\n{body}\r\n0\r\n\r\n"),
        format!("000{size}\r\n{body}\r\n000\r\n\r\n"),
        format!("{}\r\n{body}\r\n0\r\n\r\n", size.to_uppercase()),
        format!(
            "{:x}\r\n{one}\r\n{:x}\r\n{two}\r\n0\r\n\r\n",
            one.len(),
            two.len()
        ),
        format!("{size};name=value\r\n{body}\r\n0;a\r\n\r\n"),
        format!("{size}\r\n{body}\r\n0\r\nX-Trailer: y\r\n\r\n"),
        format!("{size}\r\n{body}\r\n0\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ] {
        for encoding in ["chunked", "Chunked", "\tchunked", "  chunked \t"] {
            let head = cancel_head(&format!("Transfer-Encoding:{encoding}\r\n"));
            one_and_closed(&host, &(head + &chunks + &hidden()));
        }
    }
    // Trailers with an ambiguous end. All lines in them are read as trailers, and the connection
    // ends.
    for end in ["\n", "X: y\n\r\n", "X: y\n\n", "X\0y\r\n\r\n"] {
        let begun = host.billing.begun();
        let mut peer = host.peer();
        let head = cancel_head("Transfer-Encoding: chunked\r\n");
        peer.send(format!("{head}{size}\r\n{body}\r\n0\r\n{end}{}", hidden()));
        peer.shut_down_writing();
        let replies = peer.replies();
        assert!(replies.len() <= 1, "{end:?}");
        assert!(host.billing.begun() <= begun + 1, "{end:?}");
    }
    // A trailer does not authenticate a request.
    let unauthenticated = cancel_head("Transfer-Encoding: chunked\r\n").replacen(
        &format!("Authorization: Bearer {TOKEN}\r\n"),
        "",
        1,
    );
    let trailer = format!("{size}\r\n{body}\r\n0\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
    refused(&host, &(unauthenticated + &trailer + &hidden()), &[401]);
}

#[test]
fn invalid_header_is_rejected() {
    let host = Host::new();
    let good = get("/customers/c");
    for lines in [
        "Host : a\r\n",
        "Host: a\r\n folded\r\n",
        "Host: a\r\n\tfolded\r\n",
        " Host: a\r\n",
        "Host: a\r\nno colon\r\n",
        "Host: a\r\n: no name\r\n",
        "Host: a\r\nX y: z\r\n",
        "Host: a\r\nX(y): z\r\n",
        "Host: a\r\nX\u{e9}: z\r\n",
        "Host: a\r\nX\u{7f}: z\r\n",
        "Host: a\r\nX: \u{1}\r\n",
        "Host: a\r\nX: \u{7f}\r\n",
    ] {
        unparsed(&host, &(good.replacen("Host: a\r\n", lines, 1) + &hidden()));
    }
}

#[test]
fn invalid_request_line_is_rejected() {
    let host = Host::new();
    let good = get("/customers/c");
    let with = |line: &str| {
        let (_, rest) = good.split_once("\r\n").unwrap();
        format!("{line}\r\n{rest}{}", hidden())
    };
    for line in [
        "GET",
        "GET /",
        "GET /churnkey/customers/c",
        "GET  /churnkey/customers/c HTTP/1.1",
        "GET /churnkey/customers/c  HTTP/1.1",
        "GET /churnkey/customers/c HTTP/1.1 ",
        "GET\t/churnkey/customers/c\tHTTP/1.1",
        "GET /churnkey/customers/c\tHTTP/1.1",
        "GET /churnkey/customers/c d HTTP/1.1",
        "GET /churnkey/customers/\u{1} HTTP/1.1",
        "GET /churnkey/customers/c http/1.1",
        "GET /churnkey/customers/c HTTP/1.1.1",
        "GET /churnkey/customers/c HTTP/1,1",
        "GET /churnkey/customers/c HTTP/11",
        "GET /churnkey/customers/c HTTP /1.1",
        "GET churnkey/customers/c HTTP/1.1 HTTP/1.1",
        "G\u{e9}T /churnkey/customers/c HTTP/1.1",
        "GET: /churnkey/customers/c HTTP/1.1",
        " /churnkey/customers/c HTTP/1.1",
        "HTTP/1.1 200 OK",
    ] {
        unparsed(&host, &with(line));
    }
    for version in ["0.9", "1.2", "2", "2.0", "3", "9.9"] {
        let line = format!("GET /churnkey/customers/c HTTP/{version}");
        unparsed(&host, &with(&line));
    }
    // The HTTP/0.9 form without headers, and the preface of HTTP/2.
    unparsed(&host, "GET /\r\n");
    let mut peer = host.peer();
    peer.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
    peer.is_closed();
}

/// Asserts that bytes are exactly one request, and that the connection accepts another one after
/// it.
#[track_caller]
fn one_and_on(peer: &mut Peer, host: &Host, request: &str, status: u16, calls: usize) {
    let begun = host.billing.begun();
    peer.send(request);
    let reply = peer.reply();
    assert_eq!(reply.status, status, "{}", request.escape_debug());
    assert_eq!(host.billing.begun(), begun + calls);
    if reply.header("connection") == Some("close") {
        peer.is_closed();
        *peer = host.peer();
    }
    assert_eq!(peer.ask(get("/customers/next")).document()["id"], "next");
}

#[test]
fn other_target_forms_and_methods_are_one_request() {
    let host = Host::new();
    let mut peer = host.peer();
    let line = |line: &str| {
        let good = get("/customers/c");
        let (_, rest) = good.split_once("\r\n").unwrap();
        format!("{line}\r\n{rest}")
    };
    for (request, status, calls) in [
        (
            "GET http://elsewhere.test/churnkey/customers/c HTTP/1.1",
            200,
            1,
        ),
        ("GET http://elsewhere.test HTTP/1.1", 404, 0),
        ("CONNECT elsewhere.test:443 HTTP/1.1", 404, 0),
        ("CONNECT /churnkey/customers/c HTTP/1.1", 405, 0),
        ("OPTIONS * HTTP/1.1", 404, 0),
        ("TRACE /churnkey/customers/c HTTP/1.1", 405, 0),
        ("BREW /churnkey/customers/c HTTP/1.1", 405, 0),
        ("get /churnkey/customers/c HTTP/1.1", 405, 0),
        ("GET /churnkey/customers/c?a=b#d HTTP/1.1", 200, 1),
        ("GET /churnkey/../churnkey/customers/c HTTP/1.1", 404, 0),
        ("GET //churnkey/customers/c HTTP/1.1", 404, 0),
    ] {
        one_and_on(&mut peer, &host, &line(request), status, calls);
    }
    // HTTP/1.0 closes the connection unless the request contains `keep-alive`.
    let old = get("/customers/c").replacen("HTTP/1.1", "HTTP/1.0", 1);
    let mut peer = host.peer();
    peer.send(old + &hidden());
    assert_eq!(peer.replies().len(), 1);
}

#[test]
fn upgrade_is_ignored() {
    let host = Host::new();
    let mut peer = host.peer();
    for lines in [
        "Connection: Upgrade\r\nUpgrade: websocket\r\n",
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
        "Connection: keep-alive, Authorization\r\n",
    ] {
        let request = get("/customers/c").replacen("\r\n\r\n", &format!("\r\n{lines}\r\n"), 1);
        one_and_on(&mut peer, &host, &request, 200, 1);
    }
}

#[test]
fn continue_is_sent_only_to_authenticated_requests() {
    let host = Host::new();
    let body = cancellation("s");
    let lines = format!("Content-Length: {}\r\nExpect: 100-continue\r\n", body.len());
    let mut peer = host.peer();
    peer.send(cancel_head(&lines));
    assert_eq!(peer.reply().status, 100);
    peer.ask(&body).is_done();
    assert_eq!(peer.ask(get("/customers/c")).document()["id"], "c");

    let unauthenticated = cancel_head(&lines).replacen(TOKEN, "other", 1);
    let mut peer = host.peer();
    peer.send(unauthenticated);
    peer.reply().refusal(401);
    peer.is_closed();
    let large = cancel_head("Content-Length: 100000\r\nExpect: 100-continue\r\n");
    let mut peer = host.peer();
    peer.send(large);
    peer.reply().error(413);
    peer.is_closed();
}
