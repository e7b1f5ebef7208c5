// errors: 1

use churnkey::SubscriptionStatus;

fn main() {
    let _ = SubscriptionStatus::canceled("2026-05-01");
}
