//! Models from bytes: all values that the constructors and setters can create, valid or invalid.

use arbitrary::{Arbitrary, Result, Unstructured};
use churnkey::model::{
    Address, CouponDuration, CouponValue, CycleUnit, Discount, FixedAmount, MinorUnits,
    PausePeriod, Percent, PercentageValue, Redemptions, Tier, TierMode, TieredAmount,
};
use churnkey::{
    Amount, BillingCycle, Coupon, Currency, Customer, Price, Product, ProductFamily, Subscription,
    SubscriptionItem, SubscriptionPeriod, SubscriptionStatus, Timestamp,
};

use crate::Kind;
use crate::provider::Planted;
use crate::reference::MILLIS;

/// Builds a model of any kind.
pub fn model(u: &mut Unstructured<'_>) -> Result<Planted> {
    Ok(match u.choose(&Kind::ALL)? {
        Kind::Customer => Planted::Customer(customer(u)?),
        Kind::Price => Planted::Price(price(u)?),
        Kind::Subscription => Planted::Subscription(subscription(u)?),
        Kind::Coupon => Planted::Coupon(coupon(u)?),
        Kind::Product => Planted::Product(product(u)?),
        Kind::Family => Planted::Family(family(u)?),
    })
}

fn customer(u: &mut Unstructured<'_>) -> Result<Customer> {
    let mut customer = Customer::new(id(u)?);
    customer.name = maybe(u, text)?;
    customer.last_name = maybe(u, text)?;
    customer.email = maybe(u, text)?.map(Into::into);
    customer.phone = maybe(u, text)?.map(Into::into);
    customer.addresses = some(u, address)?;
    customer.discounts = some(u, discount)?;
    customer.currency = maybe(u, currency)?;
    Ok(customer.metadata(some(u, |u| Ok((text(u)?, text(u)?)))?))
}

fn address(u: &mut Unstructured<'_>) -> Result<Address> {
    let mut address = Address::new();
    address.country = maybe(u, |u| {
        Ok(u.choose(&["SE", "FR", "se", "", "Ö"])?.to_string())
    })?;
    address.state = maybe(u, text)?;
    address.city = maybe(u, text)?;
    address.postal_code = maybe(u, text)?;
    address.line1 = maybe(u, text)?;
    address.line2 = maybe(u, text)?;
    Ok(address)
}

fn price(u: &mut Unstructured<'_>) -> Result<Price> {
    let mut price = if u.ratio(1, 4)? {
        Price::standalone(id(u)?, cycle(u)?, amount(u)?)
    } else {
        Price::of_product(id(u)?, id(u)?, cycle(u)?, amount(u)?)
    };
    price.name = maybe(u, text)?;
    price.description = maybe(u, text)?;
    Ok(price)
}

fn amount(u: &mut Unstructured<'_>) -> Result<Amount> {
    if u.arbitrary()? {
        return Ok(fixed(u)?.into());
    }
    let mode = *u.choose(&[TierMode::Graduated, TierMode::Total])?;
    // Mostly ascending tiers with an open end, because almost no others are valid.
    let mut below = 0_u64;
    let mut tiers = some(u, |u| {
        let step = u.int_in_range(0..=20)?;
        below = if step == 20 {
            u.arbitrary::<u32>()?.into()
        } else {
            below + step
        };
        tier(u, Tier::up_to(below))
    })?;
    if u.ratio(7, 8)? {
        tiers.push(tier(u, Tier::rest())?);
    }
    Ok(TieredAmount::new(currency(u)?, mode, tiers).into())
}

fn tier(u: &mut Unstructured<'_>, mut tier: Tier) -> Result<Tier> {
    tier.unit = maybe(u, minor_units)?;
    tier.flat = maybe(u, minor_units)?;
    Ok(tier)
}

fn fixed(u: &mut Unstructured<'_>) -> Result<FixedAmount> {
    let mut amount = FixedAmount::new(currency(u)?);
    amount.unit = maybe(u, minor_units)?;
    amount.flat = maybe(u, minor_units)?;
    Ok(amount)
}

fn minor_units(u: &mut Unstructured<'_>) -> Result<MinorUnits> {
    i64::arbitrary(u).map(Into::into)
}

fn cycle(u: &mut Unstructured<'_>) -> Result<BillingCycle> {
    let unit = *u.choose(&[CycleUnit::Month, CycleUnit::Year])?;
    Ok(BillingCycle::every(count(u)?, unit))
}

fn subscription(u: &mut Unstructured<'_>) -> Result<Subscription> {
    let mut subscription = Subscription::new(
        id(u)?,
        id(u)?,
        status(u)?,
        timestamp(u)?,
        cycle(u)?,
        some(u, |u| {
            Ok(SubscriptionItem::new(
                id(u)?,
                price(u)?,
                u.arbitrary::<u64>()?,
            ))
        })?,
    );
    subscription.discounts = some(u, discount)?;
    Ok(subscription.metadata(some(u, |u| Ok((text(u)?, text(u)?)))?))
}

/// Builds a status. An active one always has a period, which Churnkey expects but no rule requires.
fn status(u: &mut Unstructured<'_>) -> Result<SubscriptionStatus> {
    let status = match u.int_in_range(0..=4)? {
        0 => SubscriptionStatus::active().current_period(period(u)?),
        1 => SubscriptionStatus::trial(period(u)?),
        2 => {
            let mut pause = PausePeriod::new(timestamp(u)?);
            pause.end = maybe(u, timestamp)?;
            SubscriptionStatus::paused(pause)
        }
        3 => SubscriptionStatus::canceled(timestamp(u)?),
        _ => SubscriptionStatus::unpaid(),
    };
    let status = match maybe(u, period)? {
        Some(period) => status.current_period(period),
        None => status,
    };
    Ok(match maybe(u, period)? {
        Some(trial) => status.trial_period(trial),
        None => status,
    })
}

fn period(u: &mut Unstructured<'_>) -> Result<SubscriptionPeriod> {
    let (one, other) = (timestamp(u)?, timestamp(u)?);
    Ok(if u.ratio(1, 8)? {
        SubscriptionPeriod::new(one, other)
    } else {
        SubscriptionPeriod::new(one.min(other), one.max(other))
    })
}

fn discount(u: &mut Unstructured<'_>) -> Result<Discount> {
    let mut discount = Discount::new(coupon(u)?);
    discount.start = maybe(u, timestamp)?;
    discount.end = maybe(u, timestamp)?;
    Ok(discount)
}

fn coupon(u: &mut Unstructured<'_>) -> Result<Coupon> {
    let duration = match u.int_in_range(0..=3)? {
        0 => CouponDuration::Once,
        1 => CouponDuration::Forever,
        2 => CouponDuration::CycleAmount { cycles: count(u)? },
        _ => CouponDuration::Recurring {
            amount: count(u)?,
            unit: *u.choose(&[CycleUnit::Month, CycleUnit::Year])?,
        },
    };
    let value = if u.arbitrary()? {
        CouponValue::from(fixed(u)?)
    } else {
        let mut value = PercentageValue::new(percent(u)?);
        value.currency = maybe(u, currency)?;
        value.into()
    };
    let mut coupon = Coupon::new(id(u)?, duration, value);
    coupon.code = maybe(u, text)?;
    coupon.name = maybe(u, text)?;
    coupon.redemptions = maybe(u, |u| {
        let mut redemptions = Redemptions::new();
        redemptions.max = u.arbitrary()?;
        redemptions.current = u.arbitrary()?;
        Ok(redemptions)
    })?;
    coupon.expires_at = maybe(u, timestamp)?;
    Ok(coupon)
}

/// Builds a percentage from an arbitrary float.
fn percent(u: &mut Unstructured<'_>) -> Result<Percent> {
    let float: f64 = u.arbitrary()?;
    let shares = [float, float.abs(), float.fract().abs() * 100.0, 12.5];
    Ok(shares
        .into_iter()
        .find_map(Percent::new)
        .expect("the last is valid"))
}

fn product(u: &mut Unstructured<'_>) -> Result<Product> {
    let mut product = if u.ratio(1, 4)? {
        Product::standalone(id(u)?, text(u)?)
    } else {
        Product::in_family(id(u)?, id(u)?, text(u)?)
    };
    product.description = maybe(u, text)?;
    product.unit_label = maybe(u, text)?;
    Ok(product)
}

fn family(u: &mut Unstructured<'_>) -> Result<ProductFamily> {
    let mut family = ProductFamily::new(id(u)?, text(u)?);
    family.description = maybe(u, text)?;
    Ok(family)
}

fn currency(u: &mut Unstructured<'_>) -> Result<Currency> {
    Ok(*u.choose(&[Currency::USD, Currency::JPY, Currency::KWD, Currency::CLF])?)
}

pub fn timestamp(u: &mut Unstructured<'_>) -> Result<Timestamp> {
    let millis = u.int_in_range(MILLIS)?;
    Ok(Timestamp::from_unix_millis(millis).expect("within the years 0000 to 9999"))
}

/// Builds a count, occasionally zero, which is invalid in every model.
fn count(u: &mut Unstructured<'_>) -> Result<u32> {
    let count: u32 = u.arbitrary()?;
    Ok(if u.ratio(1, 16)? { 0 } else { count.max(1) })
}

/// Builds an id, occasionally empty, which is invalid.
fn id(u: &mut Unstructured<'_>) -> Result<String> {
    let id = text(u)?;
    Ok(if id.is_empty() && !u.ratio(1, 16)? {
        "id".into()
    } else {
        id
    })
}

fn text(u: &mut Unstructured<'_>) -> Result<String> {
    u.arbitrary()
}

fn maybe<T>(
    u: &mut Unstructured<'_>,
    value: impl FnOnce(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Option<T>> {
    u.arbitrary::<bool>()?.then(|| value(u)).transpose()
}

/// Builds up to three values.
fn some<T>(
    u: &mut Unstructured<'_>,
    mut value: impl FnMut(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = u.int_in_range(0..=3)?;
    (0..count).map(|_| value(u)).collect()
}
