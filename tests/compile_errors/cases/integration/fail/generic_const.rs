// errors: 1

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing<const N: usize> {
    stores: [u32; N],
}

fn main() {
    let _ = <Billing<1> as churnkey::Integration>::router(Billing { stores: [3] }, "token");
}
