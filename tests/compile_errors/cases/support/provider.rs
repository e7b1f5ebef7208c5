// The other functions of a provider, so that the mistake of a case is the only one in its crate:
// `provide!(customers prices subscriptions);` writes them, and the case declares `Billing`.

macro_rules! provide {
    ($($what:ident)*) => { $(provide!(@ $what);)* };

    (@ required) => { provide!(customers prices subscriptions); };
    (@ customers) => {
        #[churnkey::controller(customers, retrieve)]
        async fn given_customer(
            _: &Billing,
            _: churnkey::CustomerId,
        ) -> churnkey::Result<Option<churnkey::Customer>> {
            Ok(None)
        }
    };
    (@ list_customers) => {
        #[churnkey::controller(customers, list)]
        async fn given_customers(
            _: &Billing,
            _: churnkey::PageRequest,
        ) -> churnkey::Result<churnkey::Page<churnkey::Customer>> {
            Ok(churnkey::Page::last(Vec::new()))
        }
    };
    (@ prices) => { provide!(retrieve_price list_prices); };
    (@ retrieve_price) => {
        #[churnkey::controller(prices, retrieve)]
        async fn given_price(
            _: &Billing,
            _: churnkey::PriceId,
        ) -> churnkey::Result<Option<churnkey::Price>> {
            Ok(None)
        }
    };
    (@ list_prices) => {
        #[churnkey::controller(prices, list)]
        async fn given_prices(
            _: &Billing,
            _: churnkey::PageRequest,
        ) -> churnkey::Result<churnkey::Page<churnkey::Price>> {
            Ok(churnkey::Page::last(Vec::new()))
        }
    };
    (@ subscriptions) => {
        #[churnkey::controller(subscriptions, retrieve)]
        async fn given_subscription(
            _: &Billing,
            _: churnkey::CustomerId,
            _: churnkey::SubscriptionId,
        ) -> churnkey::Result<Option<churnkey::Subscription>> {
            Ok(None)
        }
    };
    (@ coupons) => { provide!(retrieve_coupon list_coupons); };
    (@ retrieve_coupon) => {
        #[churnkey::controller(coupons, retrieve)]
        async fn given_coupon(
            _: &Billing,
            _: churnkey::CouponId,
        ) -> churnkey::Result<Option<churnkey::Coupon>> {
            Ok(None)
        }
    };
    (@ list_coupons) => {
        #[churnkey::controller(coupons, list)]
        async fn given_coupons(
            _: &Billing,
            _: churnkey::PageRequest,
        ) -> churnkey::Result<churnkey::Page<churnkey::Coupon>> {
            Ok(churnkey::Page::last(Vec::new()))
        }
    };
    (@ products) => { provide!(retrieve_product list_products); };
    (@ retrieve_product) => {
        #[churnkey::controller(products, retrieve)]
        async fn given_product(
            _: &Billing,
            _: churnkey::ProductId,
        ) -> churnkey::Result<Option<churnkey::Product>> {
            Ok(None)
        }
    };
    (@ list_products) => {
        #[churnkey::controller(products, list)]
        async fn given_products(
            _: &Billing,
            _: churnkey::PageRequest,
        ) -> churnkey::Result<churnkey::Page<churnkey::Product>> {
            Ok(churnkey::Page::last(Vec::new()))
        }
    };
    (@ families) => {
        #[churnkey::controller(families, retrieve)]
        async fn given_family(
            _: &Billing,
            _: churnkey::FamilyId,
        ) -> churnkey::Result<Option<churnkey::ProductFamily>> {
            Ok(None)
        }

        #[churnkey::controller(families, list)]
        async fn given_families(
            _: &Billing,
            _: churnkey::PageRequest,
        ) -> churnkey::Result<churnkey::Page<churnkey::ProductFamily>> {
            Ok(churnkey::Page::last(Vec::new()))
        }
    };
    (@ cancel) => {
        #[churnkey::action(cancel)]
        async fn given_cancel(_: &Billing, _: churnkey::Cancel) -> churnkey::Result<()> {
            Ok(())
        }
    };
    (@ pause) => {
        #[churnkey::action(pause)]
        async fn given_pause(_: &Billing, _: churnkey::Pause) -> churnkey::Result<()> {
            Ok(())
        }
    };
}
