//! Sends a number of requests of one case to one peer, under valgrind:
//! `instructions router|server <peer> <case> <requests>`. With `router`, the peers `few-modules`
//! and `all-modules` are available as well.
//!
//! Client and server share one thread, so that every run takes the same path. The difference
//! between two runs with different numbers of requests is the cost of the additional requests.

use std::env::args;
use std::net::SocketAddr;

use churnkey::Server;
use peers::cases::{Case, send};
use peers::provider;
use peers::{Peer, modules};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;

fn main() {
    let arguments: Vec<_> = args().skip(1).collect();
    let [way, peer, case, requests] = &arguments[..] else {
        panic!("instructions router|server <peer> <case> <requests>");
    };
    let named = |name: &str| Peer::ALL.into_iter().find(|known| known.name() == name);
    let case = Case::named(case).expect("a case");
    let requests = requests.parse().expect("a number of requests");
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        match &**way {
            "router" => {
                let router = match &**peer {
                    "few-modules" => modules::few(),
                    "all-modules" => modules::all(),
                    name => named(name).expect("a peer").router(),
                };
                for _ in 0..requests {
                    send(&router, case.request()).await;
                }
            }
            "server" => {
                let peer = named(peer).expect("a peer");
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let address = listener.local_addr().expect("an address");
                let serving = tokio::spawn(serve(peer, listener));
                send_all(address, &case.bytes(), requests).await;
                serving.abort();
            }
            _ => panic!("the way is `router` or `server`"),
        }
    });
}

async fn serve(peer: Peer, listener: TcpListener) {
    match peer {
        Peer::Churnkey => Server::new(provider::provider())
            .run_on(listener)
            .await
            .expect("a listener"),
        _ => axum::serve(listener, peer.router())
            .await
            .expect("a listener"),
    }
}

/// Sends one request after the other on one connection.
async fn send_all(address: SocketAddr, request: &[u8], requests: u32) {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let mut buffer = vec![0; 64 * 1024];
    for _ in 0..requests {
        stream
            .write_all(request)
            .await
            .expect("the peer reads requests");
        let mut read = 0;
        loop {
            let bytes = stream
                .read(&mut buffer[read..])
                .await
                .expect("the peer responds");
            assert!(bytes > 0, "the peer closed the connection");
            read += bytes;
            if is_complete(&buffer[..read]) {
                break;
            }
        }
    }
}

/// Checks that a response has arrived completely.
fn is_complete(bytes: &[u8]) -> bool {
    const LENGTH: &[u8] = b"content-length: ";
    let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return false;
    };
    let mut lines = bytes[..head].split(|byte| *byte == b'\n');
    let length = lines.find_map(|line| {
        str::from_utf8(line.strip_prefix(LENGTH)?)
            .ok()?
            .trim()
            .parse::<usize>()
            .ok()
    });
    bytes.len() == head + 4 + length.expect("every response has a content-length")
}
