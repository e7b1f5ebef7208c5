// errors: 4
// Four functions are missing, since the existing ones are for another type.
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Other;

struct Billing;

provide!(required);

fn main() {
    let _ = <Other as churnkey::Integration>::router::<()>(Other, "token");
}
