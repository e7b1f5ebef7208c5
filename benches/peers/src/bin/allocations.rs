//! Prints a table with the allocations and allocated bytes per request of each case, through the
//! router, without a socket.
//!
//! `allocations churnkey list` runs one case of one peer and writes `dhat-heap.json`, which shows
//! the source of each allocation.

use peers::Peer;
use peers::allocations::{count, profile};
use peers::cases::Case;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const REQUESTS: u64 = 1000;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [peer, case] = &arguments[..] {
        let peer = Peer::ALL
            .into_iter()
            .find(|known| known.name() == peer)
            .expect("a peer");
        profile(peer, &Case::named(case).expect("a case"), REQUESTS);
        return;
    }
    println!("| case | peer | allocations | bytes |\n| --- | --- | ---: | ---: |");
    for case in Case::measured() {
        for peer in Peer::ALL {
            let made = count(peer, &case, REQUESTS);
            let (name, peer) = (&case.name, peer.name());
            println!("| {name} | {peer} | {} | {} |", made.count, made.bytes);
        }
    }
}
