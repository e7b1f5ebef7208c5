//! Heads that are too large or invalid.

use crate::support::{Host, SHORT, TOKEN, get};

fn with_lines(lines: &str) -> String {
    get("/customers/c").replacen("\r\n\r\n", &format!("\r\n{lines}\r\n"), 1)
}

/// Returns a valid head of this length.
fn head_of(bytes: usize) -> String {
    let short = with_lines("X: \r\n").len();
    with_lines(&format!("X: {}\r\n", "x".repeat(bytes - short)))
}

#[track_caller]
fn refused(host: &Host, request: impl AsRef<[u8]>, status: u16) {
    let mut peer = host.peer();
    peer.send(request);
    peer.reply().is_unparsed(status);
    peer.is_closed();
    assert_eq!(host.billing.begun(), 0);
}

#[track_caller]
fn served(host: &Host, request: impl AsRef<[u8]>, times: usize) {
    let mut peer = host.peer();
    assert_eq!(peer.ask(request).status, 200);
    peer.is_open();
    assert_eq!(host.billing.begun(), times);
}

#[test]
fn header_limit_is_one_hundred() {
    let host = Host::new();
    refused(&host, with_lines(&"X: y\r\n".repeat(99)), 431);
    refused(&host, with_lines(&"X: y\r\n".repeat(1000)), 431);
    // The head already has two headers.
    served(&host, with_lines(&"X: y\r\n".repeat(98)), 1);
}

#[test]
fn head_limit_is_16_kibibytes() {
    let host = Host::new();
    refused(&host, head_of(16 * 1024 + 1), 431);
    refused(
        &host,
        with_lines(&format!("X: {}\r\n", "x".repeat(1 << 20))),
        431,
    );
    refused(
        &host,
        with_lines(&format!("{}: y\r\n", "x".repeat(1 << 20))),
        431,
    );
    served(&host, head_of(16 * 1024), 1);
}

#[test]
fn request_line_counts_towards_the_head_limit() {
    let host = Host::new();
    let with_query = |bytes: usize| get(&format!("/customers/c?{}", "x".repeat(bytes)));
    let around = with_query(0).len();
    refused(&host, with_query(16 * 1024 + 1 - around), 431);
    refused(&host, with_query(1 << 20), 431);
    refused(&host, "x".repeat(1 << 20), 431);
    served(&host, with_query(16 * 1024 - around), 1);
}

#[test]
fn endless_head_is_rejected_before_its_end() {
    let host = Host::new();
    let mut peer = host.peer();
    peer.send(&get("/customers/c")[..20]);
    peer.send("x".repeat(16 * 1024));
    peer.reply().is_unparsed(431);
    peer.is_closed();
}

#[test]
fn head_limits_are_configurable() {
    let host = Host::with_server(|server| server.max_head_bytes(1024));
    refused(&host, head_of(1025), 431);
    served(&host, head_of(1024), 1);
    let host = Host::with_server(|server| server.max_head_bytes(64 * 1024));
    refused(&host, head_of(64 * 1024 + 1), 431);
    served(&host, head_of(64 * 1024), 1);
}

#[test]
fn unknown_headers_are_accepted_with_any_value() {
    let host = Host::new();
    let mut request = with_lines("X: \r\n").into_bytes();
    let at = request.len() - 4;
    // HTTP allows every byte that is not a control character.
    request.splice(at..at, (0x20..=0xff_u8).filter(|byte| *byte != 0x7f));
    served(&host, request, 1);
}

#[test]
fn ambiguous_authorization_is_rejected() {
    let host = Host::new();
    let good = get("/customers/c");
    let line = format!("Authorization: Bearer {TOKEN}\r\n");
    for lines in [
        line.repeat(2),
        format!("{line}Authorization: Bearer other\r\n"),
        format!("Authorization: Bearer other\r\n{line}"),
        format!("Authorization:\r\n{line}"),
        format!("Authorization: Bearer {TOKEN}, Bearer {TOKEN}\r\n"),
        format!("Authorization: Bearer Bearer {TOKEN}\r\n"),
        format!("Authorization: Basic {TOKEN}\r\n"),
        format!("Authorization: Bearer {TOKEN}\u{e9}\r\n"),
        format!("Authorization: Bearer {}\r\n", "x".repeat(8000)),
        "Authorization: Bearer\r\n".to_owned(),
        "Authorization: \u{e9}\r\n".to_owned(),
    ] {
        let reply = host.ask(good.replacen(&line, &lines, 1));
        assert_eq!(reply.error(401), "Unauthorized", "{lines:?}");
        reply.has_no_headers_but(&[]);
    }
    assert_eq!(host.billing.begun(), 0);
}

#[test]
fn noise_is_rejected_and_not_echoed() {
    let host = Host::with_server(|server| server.header_timeout(SHORT));
    // A TLS handshake, an SSH greeting, a PROXY protocol header, and random bytes.
    let mut noise: Vec<Vec<u8>> = vec![
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 xxxxxx".to_vec(),
        b"SSH-2.0-OpenSSH_9.9 xx\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET / HTTP/1.1\r\n\r\n".to_vec(),
        b"\r\n\r\n\x00\r\nQUIT\n".to_vec(),
        vec![b'\n'; 100],
        vec![0; 100_000],
    ];
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for length in 1..60 {
        noise.push(
            (0..length * 50)
                .map(|_| {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    random as u8
                })
                .collect(),
        );
    }
    for bytes in noise {
        let mut peer = host.peer();
        peer.send(&bytes);
        let replies = peer.replies();
        let [reply] = &replies[..] else {
            panic!("{} answers to {}", replies.len(), bytes.escape_ascii());
        };
        match reply.status {
            // Empty lines before a request are ignored, so the request has not begun.
            408 => drop(reply.refusal(408)),
            status => reply.is_unparsed(status),
        }
        assert!([400, 408, 431].contains(&reply.status));
    }
    assert_eq!(host.billing.begun(), 0);
    host.still_serves();
}
