// errors: 1

use churnkey::Status;

fn main() {
    let _ = match Status::active() {
        Status::Active { .. } => true,
        Status::Trial { .. } => true,
        Status::Paused { .. } => false,
        Status::Canceled { .. } => false,
        Status::Unpaid { .. } => false,
    };
}
