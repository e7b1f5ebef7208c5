//! The `Debug` output of models and requests, which hides personal data.

use churnkey_runtime::model::{Address, CouponDuration, Percent};
use churnkey_runtime::validate::Validate as _;
use churnkey_runtime::{
    Amount, BillingCycle, Cancel, Coupon, Currency, Cursor, Customer, Page, PageRequest, Price,
    Product, ProductFamily, Schedule, Subscription, SubscriptionItem, SubscriptionStatus,
    Timestamp,
};

#[test]
fn debug_hides_text_and_persons_and_shows_the_rest() {
    let address = Address::new()
        .country("SENTINEL")
        .state("SENTINEL")
        .city("SENTINEL")
        .postal_code("SENTINEL")
        .line1("SENTINEL")
        .line2("SENTINEL");
    let coupon = Coupon::new(
        "half",
        CouponDuration::Once,
        Percent::new(50.0).expect("a percent"),
    )
    .code("SENTINEL")
    .name("SENTINEL");
    let customer = Customer::new("SENTINEL")
        .name("SENTINEL")
        .last_name("SENTINEL")
        .email("SENTINEL")
        .phone("SENTINEL")
        .address(address.clone())
        .address(Address::new().country("SENTINEL"))
        .discount(coupon.clone())
        .metadata_entry("SENTINEL", "SENTINEL");
    let price = Price::standalone(
        "pro",
        BillingCycle::monthly(),
        Amount::fixed(Currency::USD, 1900),
    )
    .name("SENTINEL")
    .description("SENTINEL");
    let subscription = Subscription::new(
        "sub_1",
        "SENTINEL",
        SubscriptionStatus::active(),
        Timestamp::now(),
        BillingCycle::monthly(),
        [SubscriptionItem::new("item_1", price.clone(), 2)],
    )
    .metadata_entry("SENTINEL", "SENTINEL");
    let product = Product::in_family("suite", "apps", "SENTINEL")
        .description("SENTINEL")
        .unit_label("SENTINEL");
    let family = ProductFamily::new("apps", "SENTINEL").description("SENTINEL");
    let cancel = Cancel::new("SENTINEL", "sub_1", Schedule::Immediate);
    let page = Page::with_next(vec![customer.clone()], "SENTINEL");
    let request = PageRequest::first(10).at(&Cursor::from("SENTINEL"));

    let shown = [
        (
            format!("{:?}", Customer::new("SENTINEL")),
            "Customer { id: CustomerId([redacted]), name: None, last_name: None, email: None, \
             phone: None, addresses: [], discounts: [], currency: None, metadata: {} }",
        ),
        (
            format!("{:?}", customer.clone().currency(Currency::EUR)),
            "Customer { id: CustomerId([redacted]), name: Some([redacted]), last_name: \
             Some([redacted]), email: Some([redacted]), phone: Some([redacted]), addresses: \
             [Address { country: Some([redacted]), state: Some([redacted]), city: \
             Some([redacted]), postal_code: Some([redacted]), line1: Some([redacted]), line2: \
             Some([redacted]) }, Address { country: Some([redacted]), state: None, city: \
             None, postal_code: None, line1: None, line2: None }], discounts: [Discount { \
             coupon: Coupon { id: CouponId(\"half\"), duration: Once, value: \
             Percentage(PercentageValue { percent: Percent(50.0), currency: None }), code: \
             Some([redacted]), name: Some([redacted]), redemptions: None, expires_at: None }, \
             start: None, end: None }], currency: Some(EUR), metadata: {1 redacted} }",
        ),
        (
            format!("{product:?}"),
            "Product { id: ProductId(\"suite\"), type: Family { family_id: FamilyId(\"apps\") \
             }, name: [redacted], description: Some([redacted]), unit_label: Some([redacted]) \
             }",
        ),
        (
            format!("{family:?}"),
            "ProductFamily { id: FamilyId(\"apps\"), name: [redacted], description: \
             Some([redacted]) }",
        ),
        (
            format!("{cancel:?}"),
            "Cancel { customer_id: CustomerId([redacted]), subscription_id: \
             SubscriptionId(\"sub_1\"), scheduled_at: Immediate, unpause: None }",
        ),
        (
            format!("{request:?}"),
            "PageRequest { limit: 10, cursor: Some([redacted]), .. }",
        ),
        (
            format!("{:?} {:?}", Cursor::from("SENTINEL"), Cursor::from(7)),
            "Text([redacted]) Number([redacted])",
        ),
    ];
    for (shown, expected) in shown {
        assert_eq!(shown, expected);
    }

    let invalid = customer.validate().expect_err("no country is SENTINEL");
    let shown = format!(
        "{customer:#?} {address:#?} {coupon:#?} {price:#?} {subscription:#?} {page:#?} {invalid} {invalid:?}"
    );
    assert!(!shown.contains("SENTINEL"), "{shown}");
    assert!(shown.contains("MinorUnits(\n"), "{shown}");
}
