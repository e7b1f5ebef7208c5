// errors: 1

use churnkey::{Amount, BillingCycle, Currency, Price};

fn main() {
    let price = Price::standalone("pro", BillingCycle::monthly(), Amount::fixed(Currency::USD, 1900));
    let _ = price.product_id("prod_1");
}
