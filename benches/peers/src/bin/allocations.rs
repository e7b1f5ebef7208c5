//! Prints a table with the allocations and allocated bytes per request of each case, through the
//! router, without a socket.
//!
//! `allocations churnkey list` runs one case of one peer and writes `dhat-heap.json`, which shows
//! the source of each allocation.

use peers::Peer;
use peers::cases::{Case, send};
use tokio::runtime::{Builder, Runtime};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const REQUESTS: u64 = 1000;

fn main() {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [peer, case] = &arguments[..] {
        let peer = Peer::ALL
            .into_iter()
            .find(|known| known.name() == peer)
            .expect("a peer");
        let case = Case::named(case).expect("a case");
        let router = peer.router();
        warm_up(&runtime, &router, &case);
        let _profiler = dhat::Profiler::new_heap();
        send_all(&runtime, &router, &case);
        return;
    }
    println!("| case | peer | allocations | bytes |\n| --- | --- | ---: | ---: |");
    for case in Case::measured() {
        for peer in Peer::ALL {
            let router = peer.router();
            warm_up(&runtime, &router, &case);
            let _profiler = dhat::Profiler::builder().testing().build();
            for _ in 0..REQUESTS {
                drop(case.request());
            }
            let made = dhat::HeapStats::get();
            send_all(&runtime, &router, &case);
            let all = dhat::HeapStats::get();
            // Building the requests is not part of the router's work.
            let blocks = all.total_blocks - 2 * made.total_blocks;
            let bytes = all.total_bytes - 2 * made.total_bytes;
            println!(
                "| {} | {} | {} | {} |",
                case.name,
                peer.name(),
                (blocks + REQUESTS / 2) / REQUESTS,
                (bytes + REQUESTS / 2) / REQUESTS
            );
        }
    }
}

/// Excludes one-time allocations from the counts, such as the tables of a hasher.
fn warm_up(runtime: &Runtime, router: &axum::Router, case: &Case) {
    runtime.block_on(async {
        for _ in 0..10 {
            send(router, case.request()).await;
        }
    });
}

fn send_all(runtime: &Runtime, router: &axum::Router, case: &Case) {
    runtime.block_on(async {
        for _ in 0..REQUESTS {
            send(router, case.request()).await;
        }
    });
}
