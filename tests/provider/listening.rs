//! The sockets that a server can listen on, as hosting platforms and service managers set them.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use test_support::Process;

use crate::server::command;
use crate::support::{Call, TOKEN, bearer};

fn with_token() -> Command {
    let mut command = command();
    command.env("CK_INTEGRATION_TOKEN", TOKEN);
    command
}

#[track_caller]
fn serves(address: SocketAddr) {
    let features = Call::new(address, "GET", b"/churnkey/features")
        .header("Authorization", bearer())
        .send();
    assert_eq!(features.document()["controllers"]["customers"], true);
}

#[track_caller]
fn serves_at(path: &Path) {
    let mut stream = UnixStream::connect(path).unwrap();
    let bearer = bearer();
    let request = format!(
        "GET /churnkey/features HTTP/1.1\r\nHost: localhost\r\nAuthorization: {bearer}\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.contains(r#""customers":true"#), "{response}");
}

#[track_caller]
fn ends_with_error(command: &mut Command, words: &str) {
    let ended = Process::start(command).end();
    assert!(!ended.status.success(), "{}", ended.stderr);
    assert!(ended.stderr.contains(words), "{}", ended.stderr);
}

#[test]
fn port_variable_means_all_interfaces() {
    let process = Process::start(with_token().env("PORT", " 0 "));
    let address = process.stderr.address();
    assert_eq!(address.ip(), Ipv4Addr::UNSPECIFIED);
    serves(SocketAddr::from((Ipv4Addr::LOCALHOST, address.port())));
}

#[test]
fn address_takes_precedence_over_port() {
    let mut command = with_token();
    command.env("PORT", "1").env("CHURNKEY_ADDR", "127.0.0.1:0");
    let process = Process::start(&mut command);
    serves(process.stderr.address());
}

#[test]
fn invalid_port_prevents_the_start() {
    for port in ["http", "-1", "65536", "8080/tcp"] {
        ends_with_error(
            with_token().env("PORT", port),
            "PORT must be a number up to 65535",
        );
    }
}

#[test]
fn host_name_is_resolved() {
    let process = Process::start(with_token().env("CHURNKEY_ADDR", "localhost:0"));
    let address = process.stderr.address();
    assert!(address.ip().is_loopback(), "{address}");
    serves(address);
}

#[test]
fn unix_socket_is_served_and_a_stale_file_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("billing.sock");
    let address = format!("unix:{}", path.display());
    for _ in 0..2 {
        let mut process = Process::start(with_token().env("CHURNKEY_ADDR", &address));
        let line = process.stderr.line_with("listens on");
        assert!(line.contains(path.to_str().unwrap()), "{line}");
        serves_at(&path);
        // A second server must not take the socket of a running one.
        let words = format!("cannot listen on {address}");
        ends_with_error(with_token().env("CHURNKEY_ADDR", &address), &words);
        serves_at(&path);
        process.kill();
    }
    assert!(path.exists());
    let file = directory.path().join("notes");
    fs::write(&file, "keep").unwrap();
    let address = format!("unix:{}", file.display());
    ends_with_error(with_token().env("CHURNKEY_ADDR", address), "in use");
    assert_eq!(fs::read(file).unwrap(), b"keep");
}

/// Starts a server with a socket as file descriptor 3, as systemd does.
fn activated(socket: impl Into<OwnedFd>, count: u8) -> Process {
    let server = with_token();
    let mut shell = Command::new("sh");
    shell
        .args([
            "-c",
            r#"LISTEN_PID=$$ exec "$@" 3<&0 4<&0 0</dev/null"#,
            "sh",
        ])
        .arg(server.get_program())
        .args(server.get_args())
        .env("LISTEN_FDS", count.to_string())
        // The passed socket takes precedence.
        .env("CHURNKEY_ADDR", "127.0.0.1:1");
    for (name, value) in server.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None if name == "LISTEN_FDS" || name == "CHURNKEY_ADDR" => &mut shell,
            None => shell.env_remove(name),
        };
    }
    Process::start_with(&mut shell, socket.into())
}

#[test]
fn systemd_socket_is_served() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let process = activated(listener, 1);
    assert_eq!(process.stderr.address(), address);
    serves(address);

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("billing.sock");
    let process = activated(UnixListener::bind(&path).unwrap(), 1);
    process.stderr.line_with("listens on");
    serves_at(&path);
}

#[test]
fn unusable_systemd_socket_prevents_the_start() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let several = activated(listener, 2).end();
    assert!(!several.status.success(), "{}", several.stderr);
    assert!(several.stderr.contains("LISTEN_FDS has 2 sockets"));
    let datagram = activated(UnixDatagram::unbound().unwrap(), 1).end();
    assert!(!datagram.status.success(), "{}", datagram.stderr);
    assert!(datagram.stderr.contains("set `ListenStream`"));
}

#[test]
fn service_manager_is_notified_of_start_and_shutdown() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let state = || {
        let mut buffer = [0; 64];
        let length = socket.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    let mut command = with_token();
    command
        .env("CHURNKEY_ADDR", "127.0.0.1:0")
        .env("NOTIFY_SOCKET", &path);
    let process = Process::start(&mut command);
    assert_eq!(state(), "READY=1");
    serves(process.stderr.address());
    process.signal("TERM");
    assert_eq!(state(), "STOPPING=1");
    assert!(process.end().status.success());
}

#[cfg(target_os = "linux")]
#[test]
fn abstract_notify_socket_is_supported() {
    use std::os::linux::net::SocketAddrExt as _;

    let name = format!("churnkey-notify-{}", std::process::id());
    let address = std::os::unix::net::SocketAddr::from_abstract_name(&name).unwrap();
    let socket = UnixDatagram::bind_addr(&address).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut command = with_token();
    command
        .env("CHURNKEY_ADDR", "127.0.0.1:0")
        .env("NOTIFY_SOCKET", format!("@{name}"));
    let _process = Process::start(&mut command);
    let mut buffer = [0; 64];
    let length = socket.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], b"READY=1");
}
