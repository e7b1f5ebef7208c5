//! Counts the allocations of requests through a router, without a socket. The binary needs
//! [`dhat::Alloc`] as its global allocator.

use axum::Router;
use tokio::runtime::{Builder, Runtime};

use crate::Peer;
use crate::cases::{Case, send};

/// The allocations of one request.
pub struct Allocations {
    pub count: u64,
    pub bytes: u64,
}

/// Counts the allocations of a number of requests, and returns the mean.
pub fn count(peer: Peer, case: &Case, requests: u64) -> Allocations {
    let server = Server::new(peer, case);
    let _profiler = dhat::Profiler::builder().testing().build();
    for _ in 0..requests {
        drop(case.request());
    }
    let made = dhat::HeapStats::get();
    server.send(case, requests);
    let all = dhat::HeapStats::get();
    // Building the requests is not part of the router's work.
    let mean = |all, made| (all - 2 * made + requests / 2) / requests;
    Allocations {
        count: mean(all.total_blocks, made.total_blocks),
        bytes: mean(all.total_bytes, made.total_bytes),
    }
}

/// Writes `dhat-heap.json`, which shows the source of each allocation.
pub fn profile(peer: Peer, case: &Case, requests: u64) {
    let server = Server::new(peer, case);
    let _profiler = dhat::Profiler::new_heap();
    server.send(case, requests);
}

struct Server {
    runtime: Runtime,
    router: Router,
}

impl Server {
    /// Sends some requests first, which excludes one-time allocations, such as the tables of a
    /// hasher.
    fn new(peer: Peer, case: &Case) -> Self {
        let server = Self {
            runtime: Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime"),
            router: peer.router(),
        };
        server.send(case, 10);
        server
    }

    fn send(&self, case: &Case, requests: u64) {
        self.runtime.block_on(async {
            for _ in 0..requests {
                send(&self.router, case.request()).await;
            }
        });
    }
}
