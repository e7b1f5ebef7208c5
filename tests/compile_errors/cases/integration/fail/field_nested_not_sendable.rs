// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing {
    store: Store,
}

#[derive(Default)]
struct Store {
    names: std::rc::Rc<String>,
}

provide!(required);

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing { store: Store::default() }, "token");
}
