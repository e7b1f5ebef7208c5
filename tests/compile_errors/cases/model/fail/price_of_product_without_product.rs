// errors: 2
// Both are the compiler's own, about the one argument that is missing.

use churnkey::{Amount, BillingCycle, Currency, Price};

fn main() {
    let _ = Price::of_product("pro", BillingCycle::monthly(), Amount::fixed(Currency::USD, 1900));
}
