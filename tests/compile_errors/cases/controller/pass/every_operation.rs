// Operations named by the function, by its longer name, or in the attribute.
include!("../../support/provider.rs");

use churnkey::{
    Coupon, CouponId, Customer, CustomerId, Email, FamilyId, Integration, Page, PageRequest, Phone,
    Price, PriceId, Product, ProductFamily, ProductId, Result, Subscription, SubscriptionId,
};

#[derive(churnkey::Integration)]
#[churnkey(
    modes(shared),
    name = "Acme",
    expect(
        customers(list, find_by_email, find_by_phone),
        subscriptions(list),
        coupons,
        products,
        families
    )
)]
struct Billing;

mod customers {
    use super::*;

    #[churnkey::controller(customers)]
    pub(crate) async fn retrieve(_: &Billing, _: CustomerId) -> Result<Option<Customer>> {
        Ok(None)
    }

    #[churnkey::controller(customers)]
    pub async fn list_customers(_: &Billing, _: PageRequest) -> Result<Page<Customer>> {
        Ok(Page::last(Vec::new()))
    }

    #[churnkey::controller(customers, find_by_email)]
    async fn by_email(_: &Billing, _: Email) -> Result<Option<Customer>> {
        Ok(None)
    }

    #[churnkey::controller(customers)]
    async fn find_by_phone(_: &super::Billing, _: Phone) -> Result<Option<Customer>> {
        Ok(None)
    }
}

mod prices {
    use super::*;

    #[churnkey::controller(prices, type = "product")]
    async fn retrieve(
        _: &crate::pass::every_operation::Billing,
        _: PriceId,
    ) -> Result<Option<Price>> {
        Ok(None)
    }

    #[churnkey::controller(prices)]
    async fn list(_: &Billing, _: PageRequest) -> Result<Page<Price>> {
        Ok(Page::last(Vec::new()))
    }
}

mod subscriptions {
    use super::*;

    #[churnkey::controller(subscriptions, retrieve)]
    async fn one(_: &Billing, _: CustomerId, _: SubscriptionId) -> Result<Option<Subscription>> {
        Ok(None)
    }

    #[churnkey::controller(subscriptions, list)]
    async fn all(_: &Billing, _: CustomerId, _: PageRequest) -> Result<Page<Subscription>> {
        Ok(Page::last(Vec::new()))
    }
}

mod products {
    use super::*;

    #[churnkey::controller(products, list, type = "family")]
    async fn all(_: &Billing, _: PageRequest) -> Result<Page<Product>> {
        Ok(Page::last(Vec::new()))
    }

    #[churnkey::controller(products, type = "family", retrieve)]
    async fn one(_: &Billing, _: ProductId) -> Result<Option<Product>> {
        Ok(None)
    }
}

mod rest {
    use super::*;

    #[churnkey::controller(coupons)]
    async fn retrieve_coupon(_: &Billing, _: CouponId) -> Result<Option<Coupon>> {
        Ok(None)
    }

    #[churnkey::controller(coupons)]
    async fn list_coupons(_: &Billing, _: PageRequest) -> Result<Page<Coupon>> {
        Ok(Page::last(Vec::new()))
    }

    #[churnkey::controller(families)]
    async fn retrieve_family(_: &Billing, _: FamilyId) -> Result<Option<ProductFamily>> {
        Ok(None)
    }

    #[churnkey::controller(families)]
    async fn list_families(_: &Billing, _: PageRequest) -> Result<Page<ProductFamily>> {
        Ok(Page::last(Vec::new()))
    }
}

#[test]
fn compiles_and_runs() {
    let manifest = Billing::MANIFEST.controllers;
    assert_eq!(
        manifest.prices,
        Some(churnkey::manifest::PricesType::Product)
    );
    assert_eq!(
        manifest.products,
        Some(churnkey::manifest::ProductsType::Family)
    );
    assert!(manifest.customers && manifest.subscriptions && manifest.coupons && manifest.families);
    // The functions are unchanged.
    drop(customers::retrieve(&Billing, "cus_1".into()));
    drop(customers::list_customers(&Billing, PageRequest::first(10)));
}
