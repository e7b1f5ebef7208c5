// errors: 1

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing<'a> {
    store: &'a str,
}

fn main() {
    let _ = <Billing<'static> as churnkey::Integration>::router(Billing { store: "" }, "token");
}
