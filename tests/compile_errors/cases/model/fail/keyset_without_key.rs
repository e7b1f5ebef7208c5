// errors: 1

use churnkey::{Customer, Page, PageRequest};

fn main() {
    let _: churnkey::Result<Page<Customer>> = PageRequest::first(10).keyset(Vec::new());
}
