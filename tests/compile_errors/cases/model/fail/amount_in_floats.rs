// errors: 1

use churnkey::{Amount, Currency};

fn main() {
    let _ = Amount::fixed(Currency::USD, 19.0);
}
