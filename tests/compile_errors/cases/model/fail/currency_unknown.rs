// errors: 1

use churnkey::Currency;

fn main() {
    let _ = Currency::USDT;
}
