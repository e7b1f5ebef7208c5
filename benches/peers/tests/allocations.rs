//! The allocations of a request, which are the same on every run.

use peers::Peer;
use peers::allocations::count;
use peers::cases::Case;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

// One test, because there is one allocator in a process.
#[test]
fn requests_allocate_less_than_by_hand() {
    for case in Case::measured() {
        let of = |peer| count(peer, &case, 5).count;
        let (ours, by_hand) = (of(Peer::Churnkey), of(Peer::AxumChecked));
        let name = &case.name;
        assert!(ours <= by_hand, "{name}: {ours}, by hand {by_hand}");
        if name == "list" {
            // A hundred rows, each with a list of addresses.
            assert!(ours < 300, "{ours}");
        }
    }
}
