// errors: 1
#![allow(unused)]

use churnkey::Customer;

fn main() {
    let _ = Customer::new("cus_1").name(7);
}
