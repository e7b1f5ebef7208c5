// errors: 1
#![allow(unused)]

use churnkey::Currency;
use churnkey::model::MinorUnits;

fn main() {
    let _ = MinorUnits::from_decimal(19.99, Currency::USD);
}
