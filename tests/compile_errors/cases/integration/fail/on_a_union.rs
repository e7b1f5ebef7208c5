// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
union Billing {
    id: u32,
}

provide!(required);

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing { id: 3 }, "token");
}
