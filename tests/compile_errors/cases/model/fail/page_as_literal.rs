// errors: 1

use churnkey::{Customer, Page};

fn main() {
    let _ = Page::<Customer> { data: Vec::new(), next: None };
}
