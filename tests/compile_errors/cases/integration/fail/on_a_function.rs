// errors: 2
// Both are the compiler's own.

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
fn billing() {}

fn main() {
    billing();
}
