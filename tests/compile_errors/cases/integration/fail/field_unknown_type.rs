// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing {
    store: Databse,
}

provide!(required);

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(todo(), "token");
}

fn todo() -> Billing {
    std::process::abort()
}
