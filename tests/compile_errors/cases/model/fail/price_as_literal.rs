// errors: 1

use churnkey::{Amount, BillingCycle, Currency, Price};

fn main() {
    let _ = Price { id: "pro".into(), duration: BillingCycle::monthly(), amount: Amount::fixed(Currency::USD, 1900) };
}
