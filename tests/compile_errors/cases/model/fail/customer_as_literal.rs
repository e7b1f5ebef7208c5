// errors: 1

use churnkey::Customer;

fn main() {
    let _ = Customer { id: "cus_1".into(), name: None };
}
