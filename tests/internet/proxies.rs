//! Ambiguous messages through nginx and HAProxy, which keep their connections to the server.
//!
//! The proxies reject the path of the hidden request. If the provider executes it nevertheless, the
//! proxy and the server have parsed the same bytes in two ways. After each message a plain request
//! must get its own response, so that no response belongs to another request.
//!
//! ```sh
//! apt-get install -y nginx haproxy
//! cargo test --test internet -- --ignored proxies::
//! ```

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::smuggling::{
    ambiguous_codings, ambiguous_heads, ambiguous_lengths, bare_line_feeds, hidden,
};
use crate::support::{Host, Peer, SHORT, cancel, cancel_head, eventually, get};

const HIDDEN_PATH: &str = "/churnkey/customers/hidden";

/// A proxy in front of a server, on a free port of the loopback interface.
struct Proxy {
    process: Child,
    address: SocketAddr,
    _files: TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

impl Proxy {
    /// Starts a program with a configuration. Returns `None` and prints a message if it is not
    /// installed.
    fn start(program: &str, config: impl Fn(u16, &Path) -> String) -> Option<Self> {
        let Some(path) = find(program) else {
            println!("skipped: `{program}` is not installed (apt-get install {program})");
            return None;
        };
        let files = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap();
        let file = files.path().join("config");
        fs::write(&file, config(address.port(), files.path())).unwrap();
        let mut command = Command::new(path);
        if program == "nginx" {
            command
                .arg("-p")
                .arg(files.path())
                .arg("-e")
                .arg("stderr")
                .arg("-c");
        } else {
            command.arg("-db").arg("-f");
        }
        let process = command.arg(file).stdout(Stdio::null()).spawn().unwrap();
        let proxy = Self {
            process,
            address,
            _files: files,
        };
        eventually("the proxy listens", || TcpStream::connect(address).is_ok());
        Some(proxy)
    }

    fn nginx(server: SocketAddr, buffering: &str) -> Option<Self> {
        Self::start("nginx", |port, files| {
            let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .iter()
                .map(|name| format!("{name}_temp_path {};\n", files.join(name).display()))
                .collect();
            format!(
                "daemon off;
                 master_process off;
                 pid {};
                 error_log stderr crit;
                 events {{}}
                 http {{
                     access_log off;
                     client_max_body_size 0;
                     {temporary}
                     upstream server {{ server {server}; keepalive 1; }}
                     server {{
                         listen 127.0.0.1:{port};
                         location {HIDDEN_PATH} {{ return 403; }}
                         location / {{
                             proxy_pass http://server;
                             proxy_http_version 1.1;
                             proxy_set_header Connection '';
                             proxy_request_buffering {buffering};
                             proxy_next_upstream off;
                         }}
                     }}
                 }}",
                files.join("pid").display()
            )
        })
    }

    fn haproxy(server: SocketAddr, option: &str) -> Option<Self> {
        Self::start("haproxy", |port, _| {
            format!(
                "global
                     nbthread 1
                 defaults
                     mode http
                     timeout connect 5s
                     timeout client 5s
                     timeout server 5s
                     retries 0
                     {option}
                 listen front
                     bind 127.0.0.1:{port}
                     http-request deny if {{ path_beg {HIDDEN_PATH} }}
                     http-reuse always
                     server one {server}\n"
            )
        })
    }

    fn ask(&self, request: &str) -> u16 {
        Peer::open(self.address).ask(request).status
    }
}

/// Debian does not include the folder of servers in the `PATH` of ordinary users.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from))
        .map(|directory| directory.join(program))
        .find(|file| file.is_file())
}

fn all() -> Vec<String> {
    let behind = bare_line_feeds().into_iter().map(|head| head + &hidden());
    [ambiguous_lengths(), ambiguous_codings(), ambiguous_heads()]
        .into_iter()
        .flatten()
        .chain(behind)
        .chain(hidden_by_line_feeds())
        .collect()
}

/// Returns messages in which the hidden request is a body for a parser that accepts a bare line
/// feed as the end of a line, and a separate request for any other parser.
fn hidden_by_line_feeds() -> Vec<String> {
    let length = hidden().len();
    [
        format!("X: y\nContent-Length: {length}\r\n"),
        format!("Content-Length: {length}\r\nX: y\nContent-Length: 0\r\n"),
        "X: y\nTransfer-Encoding: chunked\r\n".to_owned(),
    ]
    .iter()
    .map(|lines| get("/customers/c").replacen("\r\n\r\n", &format!("\r\n{lines}\r\n"), 1))
    .flat_map(|head| [head.clone() + &hidden(), head + "0\r\n\r\n" + &hidden()])
    .collect()
}

#[track_caller]
fn executes_nothing_hidden(start: impl Fn(SocketAddr) -> Option<Proxy>) {
    let host = Host::with_provider(|provider| provider.body_timeout(SHORT));
    let Some(proxy) = start(host.address) else {
        return;
    };
    assert_eq!(proxy.ask(&get("/customers/c")), 200);
    assert_eq!(proxy.ask(&cancel("s")), 200);
    assert_eq!(proxy.ask(&hidden()), 403);
    assert_eq!((host.billing.begun(), host.billing.hidden()), (2, 0));
    for (number, message) in all().iter().enumerate() {
        let mut peer = Peer::open(proxy.address);
        peer.send(message);
        peer.listen(Duration::from_millis(100));
        for probe in 0..2 {
            let id = format!("probe-{number}-{probe}");
            let reply = Peer::open(proxy.address).ask(get(&format!("/customers/{id}")));
            assert_eq!(reply.document()["id"], *id, "{}", message.escape_debug());
        }
        let shown = message.escape_debug();
        assert_eq!(host.billing.hidden(), 0, "executed by {shown}");
    }
    let probes = 2 * all().len();
    let executed = host.billing.begun() - 2 - probes;
    println!("{} messages, {executed} executed", all().len());
    assert!(executed > 0, "the proxy rejects everything");
}

#[test]
#[ignore = "needs nginx"]
fn nginx_that_buffers_bodies_hides_no_request() {
    executes_nothing_hidden(|server| Proxy::nginx(server, "on"));
}

#[test]
#[ignore = "needs nginx"]
fn nginx_that_streams_bodies_hides_no_request() {
    executes_nothing_hidden(|server| Proxy::nginx(server, "off"));
}

#[test]
#[ignore = "needs haproxy"]
fn haproxy_hides_no_request() {
    executes_nothing_hidden(|server| Proxy::haproxy(server, ""));
}

#[test]
#[ignore = "needs haproxy"]
fn haproxy_that_accepts_invalid_requests_hides_no_request() {
    let option = "option accept-invalid-http-request";
    executes_nothing_hidden(|server| Proxy::haproxy(server, option));
}

/// Posts bodies over the limit, at once and in pieces. Every caller must be given the 413.
#[track_caller]
fn delivers_every_413(start: impl Fn(SocketAddr) -> Option<Proxy>) {
    let host = Host::new();
    let Some(proxy) = start(host.address) else {
        return;
    };
    let mut statuses = Vec::new();
    for bytes in [70 << 10, 300 << 10, 1 << 20, 4 << 20] {
        for chunked in [false, true] {
            for pause in [0, 2] {
                let lines = if chunked {
                    "Transfer-Encoding: chunked\r\n".to_owned()
                } else {
                    format!("Content-Length: {bytes}\r\n")
                };
                let mut peer = Peer::open(proxy.address);
                peer.send(cancel_head(&lines));
                for _ in 0..bytes / (10 << 10) {
                    let piece = "x".repeat(10 << 10);
                    let piece = match chunked {
                        true => format!("{:x}\r\n{piece}\r\n", piece.len()),
                        false => piece,
                    };
                    peer.send(piece);
                    std::thread::sleep(Duration::from_millis(pause));
                }
                if chunked {
                    peer.send("0\r\n\r\n");
                } else {
                    peer.send("x".repeat(bytes % (10 << 10)));
                }
                let status = peer.read(false).ok().flatten().map(|reply| reply.status);
                statuses.push((bytes, chunked, pause, status));
            }
        }
    }
    let others: Vec<_> = statuses
        .iter()
        .filter(|(.., status)| *status != Some(413))
        .collect();
    assert!(others.is_empty(), "{others:?}");
    assert_eq!(host.billing.begun(), 0);
}

#[test]
#[ignore = "needs nginx"]
fn too_large_body_through_nginx_is_a_413() {
    delivers_every_413(|server| Proxy::nginx(server, "on"));
    delivers_every_413(|server| Proxy::nginx(server, "off"));
}

#[test]
#[ignore = "needs haproxy"]
fn too_large_body_through_haproxy_is_a_413() {
    delivers_every_413(|server| Proxy::haproxy(server, ""));
}
