//! Requests that two readers may end in two places, with another request hidden behind. None of them may be two requests here.

use crate::support::{Host, Peer, SHORT, TOKEN, cancel, cancel_head, cancellation, get};

/// A request in the place where only a mistaken reader finds one.
fn hidden() -> String {
    cancel("hidden")
}

/// That bytes are refused with one of these statuses, that the connection ends there, and that no function was called.
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
    assert_eq!(host.billing.begun(), begun, "something was done by {shown}");
}

/// That bytes are one good request, whatever follows it, and the last of its connection.
#[track_caller]
fn one_and_closed(host: &Host, bytes: &str) {
    let begun = host.billing.begun();
    let mut peer = host.peer();
    peer.send(bytes);
    let replies = peer.replies();
    assert_eq!(replies.len(), 1, "{}", bytes.escape_debug());
    replies[0].is_done();
    assert_eq!(host.billing.begun(), begun + 1);
}

#[test]
fn a_length_that_is_not_one_plain_number_given_once_is_refused() {
    let host = Host::new();
    let body = cancellation("s");
    let length = body.len();
    let all = length + hidden().len();
    for lines in [
        format!("Content-Length: {length}\r\nContent-Length: {all}\r\n"),
        format!("Content-Length: {all}\r\nContent-Length: {length}\r\n"),
        format!("Content-Length: {length}\r\nContent-Length: {length}\r\n"),
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
    ] {
        refused(&host, &(cancel_head(&lines) + &body + &hidden()), &[400]);
    }
    host.still_serves();
}

#[test]
fn a_length_beside_chunked_and_any_other_coding_are_refused() {
    let host = Host::new();
    let body = cancellation("s");
    let chunks = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    for lines in [
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
    ] {
        refused(&host, &(cancel_head(lines) + &chunks + &hidden()), &[400]);
    }
    let old = cancel_head("Transfer-Encoding: chunked\r\n").replace("HTTP/1.1", "HTTP/1.0");
    refused(&host, &(old + &chunks + &hidden()), &[400]);
    host.still_serves();
}

#[test]
fn no_coding_but_chunked_by_its_own_name_is_understood() {
    let host = Host::new();
    let body = cancellation("s");
    // What other servers may take for a coding is to us a header like any other, and there is no body then.
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
        replies[1].refusal(400);
        assert_eq!(host.billing.begun(), begun);
    }
}

#[test]
fn chunks_that_are_malformed_are_a_400_and_nothing_is_done() {
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
    // The largest sizes there are: the body is never there in time, or is too large.
    for size in [
        "ffffffffffffffff",
        "fffffffffffffffe",
        "7fffffffffffffff",
        "10001",
    ] {
        let chunk = format!("{size}\r\n{body}{}", " ".repeat(64 * 1024));
        refused(&host, &(head.clone() + &chunk), &[400, 408, 413]);
    }
    // Endless extensions and trailers.
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
fn whatever_chunks_end_with_their_request_is_the_last_of_the_connection() {
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
    // Trailers that a reader may end in two places: whatever is in them is read as trailers, and the connection ends.
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
    // A trailer grants nothing.
    let stranger = cancel_head("Transfer-Encoding: chunked\r\n").replacen(
        &format!("Authorization: Bearer {TOKEN}\r\n"),
        "",
        1,
    );
    let trailer = format!("{size}\r\n{body}\r\n0\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
    refused(&host, &(stranger + &trailer + &hidden()), &[401]);
}

#[test]
fn a_head_whose_lines_end_in_any_way_but_crlf_is_refused() {
    let host = Host::new();
    let good = get("/customers/c");
    for bad in [
        good.replace("\r\n", "\n"),
        good.replacen("\r\n", "\n", 1),
        good.replace("\r\n\r\n", "\r\n\n"),
        good.replace("\r\n\r\n", "\n\n"),
        good.replace("\r\n\r\n", "\n\r\n"),
        good.replace("Host: a\r\n", "Host: a\n"),
        good.replace("Host: a\r\n", "Host: a\r\r\n"),
        good.replace("Host: a\r\n", "Host: a\r\nX: y\rz\r\n"),
        good.replace("Host: a\r\n", "Host: a\r\nX: y\0\r\n"),
        good.replace("Host: a\r\n", "Host: a\r\nX\0: y\r\n"),
        good.replace("/customers/c", "/customers/c\0"),
        good.replace("/customers/c", "/customers/\rc"),
        good.replace("Host: a\r\n", "\r\nHost: a\r\n\r\n"),
        format!("\n{good}"),
        format!("\r\n\r\n{good}"),
        format!(" {good}"),
        format!("\0{good}"),
    ] {
        refused(&host, &(bad + &hidden()), &[400]);
    }
    // A whole head with CR alone never ends, and is not a head.
    let host = Host::with_server(|server| server.header_timeout(SHORT));
    refused(&host, &good.replace("\r\n", "\r"), &[400, 408]);
}

#[test]
fn a_head_whose_host_or_headers_are_in_doubt_is_refused() {
    let host = Host::new();
    let good = get("/customers/c");
    for lines in [
        "",
        "Host: a\r\nHost: a\r\n",
        "Host: a\r\nhost: b\r\n",
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
        refused(
            &host,
            &(good.replacen("Host: a\r\n", lines, 1) + &hidden()),
            &[400],
        );
    }
}

#[test]
fn a_request_line_that_is_none_is_refused() {
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
        refused(&host, &with(line), &[400, 505]);
    }
    for version in ["0.9", "1.2", "2", "2.0", "3", "9.9"] {
        let line = format!("GET /churnkey/customers/c HTTP/{version}");
        refused(&host, &with(&line), &[505]);
    }
    // The old form without headers, and the preface of HTTP/2.
    refused(&host, "GET /\r\n", &[400]);
    refused(
        &host,
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
        &[505],
    );
}

#[test]
fn one_empty_line_before_a_request_is_forgiven() {
    let host = Host::new();
    let mut peer = host.peer();
    for _ in 0..3 {
        assert_eq!(
            peer.ask(format!("\r\n{}", get("/customers/c"))).document()["id"],
            "c"
        );
    }
}

/// That bytes are exactly one request to a peer that then goes on with another.
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
fn targets_in_other_forms_and_other_methods_are_one_request_each() {
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
    // The version before closes unless it is asked not to.
    let old = get("/customers/c").replacen("HTTP/1.1", "HTTP/1.0", 1);
    let mut peer = host.peer();
    peer.send(old + &hidden());
    assert_eq!(peer.replies().len(), 1);
}

#[test]
fn an_upgrade_is_ignored_and_no_bytes_leave_http() {
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
fn a_caller_that_waits_to_be_told_to_go_on_is_told_so_only_if_it_has_the_token() {
    let host = Host::new();
    let body = cancellation("s");
    let lines = format!("Content-Length: {}\r\nExpect: 100-continue\r\n", body.len());
    let mut peer = host.peer();
    peer.send(cancel_head(&lines));
    assert_eq!(peer.reply().status, 100);
    peer.ask(&body).is_done();
    assert_eq!(peer.ask(get("/customers/c")).document()["id"], "c");

    let stranger = cancel_head(&lines).replacen(TOKEN, "other", 1);
    let mut peer = host.peer();
    peer.send(stranger);
    peer.reply().refusal(401);
    peer.is_closed();
    let large = cancel_head("Content-Length: 100000\r\nExpect: 100-continue\r\n");
    let mut peer = host.peer();
    peer.send(large);
    peer.reply().error(413);
    peer.is_closed();
}
