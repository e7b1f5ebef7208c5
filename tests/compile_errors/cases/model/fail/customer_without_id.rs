// errors: 1

use churnkey::Customer;

fn main() {
    let _ = Customer::new().name("Ada");
}
