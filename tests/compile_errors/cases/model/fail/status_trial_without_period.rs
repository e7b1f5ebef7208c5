// errors: 1

use churnkey::Status;

fn main() {
    let _ = Status::trial();
}
