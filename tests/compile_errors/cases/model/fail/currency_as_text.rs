// errors: 1

use churnkey::Amount;

fn main() {
    let _ = Amount::fixed("USD", 1900);
}
