// errors: 2
// Both are of rustc.

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
fn billing() {}

fn main() {
    billing();
}
