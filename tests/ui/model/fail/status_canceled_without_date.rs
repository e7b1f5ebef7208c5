// errors: 1

use churnkey::SubscriptionStatus;

fn main() {
    let _ = SubscriptionStatus::canceled();
}
