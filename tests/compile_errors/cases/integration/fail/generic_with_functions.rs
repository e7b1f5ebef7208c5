// errors: 1

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing<T> {
    store: T,
}

#[churnkey::controller(prices)]
async fn retrieve(
    _: &Billing<u32>,
    _: churnkey::PriceId,
) -> churnkey::Result<Option<churnkey::Price>> {
    Ok(None)
}

fn main() {
    let _ = <Billing<u32> as churnkey::Integration>::router::<()>(Billing { store: 3 }, "token");
}
