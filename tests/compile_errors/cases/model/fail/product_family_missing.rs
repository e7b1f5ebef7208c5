// errors: 1

use churnkey::Product;

fn main() {
    let _ = Product::in_family("prod_1", "Pro");
}
