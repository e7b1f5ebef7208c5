// errors: 2
// Both are of rustc.

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
fn billing() {}

fn main() {
    billing();
}
