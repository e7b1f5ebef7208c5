// Two contexts in one crate, one of them in another module, with fields of every kind.
use churnkey::Integration;

#[derive(churnkey::Integration)]
#[churnkey(name = "Live", modes(shared), expect())]
pub struct Billing {
    #[allow(dead_code)]
    store: Box<dyn std::any::Any + Send + Sync>,
    #[allow(dead_code)]
    counter: std::sync::atomic::AtomicU64,
}

include!("../../support/provider.rs");
provide!(required cancel);

mod test {
    use churnkey::Integration;

    #[derive(churnkey::Integration)]
    #[churnkey(name = "Test", modes(shared), expect(coupons))]
    struct Billing(
        #[allow(dead_code)] std::sync::Arc<str>,
        #[allow(dead_code)] std::sync::Mutex<Vec<u32>>,
    );

    provide!(required coupons);

    pub fn check() {
        assert!(Billing::MANIFEST.controllers.coupons);
        assert!(Billing::MANIFEST.actions.cancel.is_none());
    }
}

#[test]
fn compiles_and_runs() {
    assert!(Billing::MANIFEST.actions.cancel.is_some());
    assert!(!Billing::MANIFEST.controllers.coupons);
    test::check();
}
