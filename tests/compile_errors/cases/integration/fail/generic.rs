// errors: 1

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing<T> {
    store: T,
}

fn main() {
    let _ = <Billing<u32> as churnkey::Integration>::router(Billing { store: 3 }, "token");
}
