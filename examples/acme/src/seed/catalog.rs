use churnkey::model::{
    CouponDuration, CouponValue, CycleUnit, FixedAmount, Percent, PercentageValue, Redemptions,
    Tier, TierMode,
};
use churnkey::{
    Amount, BillingCycle, Coupon, Currency, Error, FamilyId, Price, PriceId, Product,
    ProductFamily, ProductId, Result, Timestamp,
};

use super::{Catalog, days};

const CURRENCIES: [Currency; 5] = [
    Currency::USD,
    Currency::EUR,
    Currency::GBP,
    Currency::SEK,
    Currency::JPY,
];

pub(super) fn catalog(now: Timestamp) -> Result<Catalog> {
    Ok(Catalog {
        families: vec![
            ProductFamily::new("family_software", "Software")
                .description("What your team works with"),
            ProductFamily::new("family_services", "Services")
                .description("People who help your team"),
        ],
        products: products().into(),
        prices: CURRENCIES.into_iter().flat_map(prices).collect(),
        coupons: coupons(now)?.into(),
    })
}

/// The id of a price in a currency, such as `price_desk_monthly_eur`.
pub(super) fn price_id(name: &str, currency: Currency) -> PriceId {
    format!("price_{name}_{}", currency.code().to_lowercase()).into()
}

fn products() -> [(FamilyId, Product); 4] {
    let (software, services) = ("family_software", "family_services");
    [
        (
            software.into(),
            Product::in_family("product_desk", software, "Desk")
                .description("The shared inbox")
                .unit_label("seat"),
        ),
        (
            software.into(),
            Product::in_family("product_insights", software, "Insights")
                .description("Reports")
                .unit_label("report"),
        ),
        (
            services.into(),
            Product::in_family("product_support", services, "Support")
                .description("A person to call"),
        ),
        (
            services.into(),
            Product::in_family("product_training", services, "Training").unit_label("trainee"),
        ),
    ]
}

fn prices(currency: Currency) -> [(ProductId, Price); 6] {
    let sum = |cents| sum(currency, cents);
    let fixed = |cents| Amount::fixed(currency, sum(cents));
    let of = |product: &'static str, name: &str, cycle, amount| {
        (
            ProductId::from(product),
            Price::of_product(price_id(name, currency), product, cycle, amount),
        )
    };
    let named = |(product, price): (ProductId, Price), name: &str| {
        (product, price.name(name).description("Self-service"))
    };
    let graduated = Amount::tiered(
        currency,
        TierMode::Graduated,
        [
            Tier::up_to(10).unit(sum(500)),
            Tier::up_to(50).unit(sum(400)).flat(sum(1000)),
            Tier::rest().unit(sum(300)),
        ],
    );
    let total = Amount::tiered(
        currency,
        TierMode::Total,
        [
            Tier::up_to(25).unit(sum(5000)),
            Tier::up_to(100).unit(sum(4000)),
            Tier::rest().flat(sum(350_000)),
        ],
    );
    let flat = FixedAmount::new(currency).flat(sum(14_900)).into();
    [
        named(
            of(
                "product_desk",
                "desk_monthly",
                BillingCycle::monthly(),
                fixed(1900),
            ),
            "Desk, monthly",
        ),
        named(
            of(
                "product_desk",
                "desk_annual",
                BillingCycle::yearly(),
                fixed(19_000),
            ),
            "Desk, annual",
        ),
        named(
            of(
                "product_insights",
                "insights_monthly",
                BillingCycle::monthly(),
                graduated,
            ),
            "Insights, monthly",
        ),
        named(
            of(
                "product_insights",
                "insights_annual",
                BillingCycle::yearly(),
                total,
            ),
            "Insights, annual",
        ),
        named(
            of(
                "product_support",
                "support_quarterly",
                BillingCycle::every(3, CycleUnit::Month),
                flat,
            ),
            "Support, quarterly",
        ),
        named(
            of(
                "product_training",
                "training_yearlong",
                BillingCycle::every(12, CycleUnit::Month),
                fixed(9900),
            ),
            "Training",
        ),
    ]
}

/// A sum of about the same value in another currency, in its minor units. The yen has no minor
/// unit.
fn sum(currency: Currency, cents: i64) -> i64 {
    match currency {
        Currency::SEK => cents * 10,
        Currency::JPY => cents * 3 / 2,
        _ => cents,
    }
}

fn coupons(now: Timestamp) -> Result<[Coupon; 9]> {
    let percent = |number: f64| -> Result<Percent> {
        Percent::new(number).ok_or_else(|| Error::internal("not a percentage"))
    };
    let dollars = CouponValue::from(FixedAmount::new(Currency::USD).flat(500));
    let per_seat = CouponValue::from(FixedAmount::new(Currency::EUR).unit(200));
    let of_dollars = PercentageValue::new(percent(12.5)?).currency(Currency::USD);
    let three_months = CouponDuration::Recurring {
        amount: 3,
        unit: CycleUnit::Month,
    };
    let one_year = CouponDuration::Recurring {
        amount: 1,
        unit: CycleUnit::Year,
    };
    let forever = CouponDuration::Forever;
    let coupons = [
        Coupon::new("coupon_welcome", CouponDuration::Once, percent(20.0)?)
            .name("20% off your next invoice"),
        Coupon::new("coupon_stay", three_months, percent(50.0)?)
            .name("Half the price for three months"),
        Coupon::new("coupon_loyal", forever, percent(10.0)?).name("10% off for good"),
        Coupon::new(
            "coupon_two_invoices",
            CouponDuration::CycleAmount { cycles: 2 },
            dollars,
        )
        .name("$5 off two invoices"),
        Coupon::new("coupon_seat", forever, per_seat).name("2 € off each seat"),
        Coupon::new("coupon_year", one_year, of_dollars).name("An eighth off for a year"),
        Coupon::new("coupon_limited", CouponDuration::Once, percent(30.0)?)
            .name("30% off for the first hundred")
            .redemptions(Redemptions::new().max(100_u64))
            .expires_at(days(now, 90)?),
        Coupon::new("coupon_used_up", CouponDuration::Once, percent(75.0)?)
            .name("75% off for the first five")
            .redemptions(Redemptions::new().max(5_u64).current(5_u64)),
        Coupon::new("coupon_expired", CouponDuration::Once, percent(40.0)?)
            .name("Last summer’s sale")
            .expires_at(days(now, -30)?),
    ];
    Ok(coupons.map(|coupon| {
        let code = coupon
            .id
            .as_str()
            .trim_start_matches("coupon_")
            .to_uppercase();
        coupon.code(code)
    }))
}
