//! Validation rules for responses that the types do not enforce.

use super::Page;
use super::models::{
    Address, Amount, Coupon, CouponDuration, CouponValue, Customer, Cycle, Discount, Fixed, Moment,
    Price, PriceType, Status, Subscription, Tier,
};

/// The result of a check; the error is the violated rule, for the log.
type Checked = Result<(), &'static str>;

pub(super) trait Check {
    fn check(&self) -> Checked;
}

fn require(holds: bool, rule: &'static str) -> Checked {
    if holds { Ok(()) } else { Err(rule) }
}

fn all<T: Check>(models: &[T]) -> Checked {
    models.iter().try_for_each(T::check)
}

fn ordered(start: Moment, end: Option<Moment>) -> Checked {
    require(
        end.is_none_or(|end| start <= end),
        "an end must not be before its start",
    )
}

fn currency(code: &str) -> Checked {
    require(
        code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()),
        "a currency must have three letters",
    )
}

impl<T: Check> Check for Page<T> {
    fn check(&self) -> Checked {
        all(&self.data)
    }
}

impl Check for Customer {
    fn check(&self) -> Checked {
        require(!self.id.is_empty(), "an id must not be empty")?;
        require(
            self.last_name.is_none() || self.name.is_some(),
            "a last name requires a name",
        )?;
        require(
            self.email.as_ref().is_none_or(|email| !email.is_empty()),
            "an e-mail address must not be empty",
        )?;
        self.currency.as_deref().map_or(Ok(()), currency)?;
        all(&self.addresses)?;
        all(&self.discounts)
    }
}

impl Check for Address {
    fn check(&self) -> Checked {
        let is_code =
            |code: &String| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        require(
            self.country.as_ref().is_none_or(is_code),
            "a country must have two letters",
        )
    }
}

impl Check for Price {
    fn check(&self) -> Checked {
        require(!self.id.is_empty(), "an id must not be empty")?;
        require(
            self.r#type == PriceType::Standalone && self.product_id.is_none(),
            "every price must be standalone",
        )?;
        self.duration.check()?;
        match &self.amount {
            Amount::Fixed(fixed) => fixed.check(),
            Amount::Tiered {
                currency: code,
                tiers,
                ..
            } => {
                currency(code)?;
                ascending(tiers)
            }
        }
    }
}

fn ascending(tiers: &[Tier]) -> Checked {
    let Some((last, others)) = tiers.split_last() else {
        return Err("there must be a tier");
    };
    require(last.up_to.is_none(), "the last tier must not have an end")?;
    let mut below = 0;
    for tier in others {
        let end = tier
            .up_to
            .ok_or("every tier except the last must have an end")?;
        require(end > below, "tiers must ascend")?;
        below = end;
    }
    Ok(())
}

impl Check for Fixed {
    fn check(&self) -> Checked {
        currency(&self.currency)
    }
}

impl Check for Cycle {
    fn check(&self) -> Checked {
        require(self.amount > 0, "a cycle must have at least one unit")
    }
}

impl Check for Subscription {
    fn check(&self) -> Checked {
        require(!self.id.is_empty(), "an id must not be empty")?;
        require(
            !self.customer_id.is_empty(),
            "a customer's id must not be empty",
        )?;
        let current_period = match self.status {
            Status::Active { current_period } | Status::Canceled { current_period, .. } => {
                current_period
            }
            Status::Paused {
                pause,
                current_period,
            } => {
                ordered(pause.start, pause.end)?;
                current_period
            }
        };
        current_period.map_or(Ok(()), |period| ordered(period.start, Some(period.end)))?;
        self.duration.check()?;
        for item in &self.items {
            require(!item.id.is_empty(), "an item's id must not be empty")?;
            item.price.check()?;
        }
        all(&self.discounts)
    }
}

impl Check for Discount {
    fn check(&self) -> Checked {
        self.start
            .map_or(Ok(()), |start| ordered(start, self.end))?;
        self.coupon.check()
    }
}

impl Check for Coupon {
    fn check(&self) -> Checked {
        require(!self.id.is_empty(), "an id must not be empty")?;
        match self.duration {
            CouponDuration::Once | CouponDuration::Forever => {}
            CouponDuration::Recurring { amount: units, .. }
            | CouponDuration::CycleAmount { cycles: units } => {
                require(units > 0, "a coupon must last at least one unit")?;
            }
        }
        match &self.value {
            CouponValue::Fixed(fixed) => fixed.check(),
            CouponValue::Percentage { percent } => {
                let in_range = |percent: f64| percent > 0.0 && percent <= 100.0;
                require(
                    percent.as_f64().is_some_and(in_range),
                    "a percentage must be above 0 and at most 100",
                )
            }
        }
    }
}
