// errors: 1

use churnkey::Status;

fn main() {
    let _ = Status::canceled("2026-05-01");
}
