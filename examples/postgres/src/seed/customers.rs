use churnkey::{Customer, CustomerId, Error, Mode, Result, Schedule, Timestamp};

use super::catalog::price_id;
use super::people::{PEOPLE, Person};
use super::random::Random;
use super::{Catalog, SignUp, days};
use crate::billing::{Grant, Subscription};

/// The number of customers in each mode.
const CUSTOMERS: u32 = 500;

pub(super) fn customers(mode: Mode, catalog: &Catalog, now: Timestamp) -> Result<Vec<SignUp>> {
    let mut seeder = Seeder {
        mode,
        catalog,
        random: Random::new(mode as u64 + 1),
        now,
    };
    (1..=CUSTOMERS)
        .map(|number| seeder.customer(number))
        .collect()
}

struct Seeder<'a> {
    mode: Mode,
    catalog: &'a Catalog,
    random: Random,
    now: Timestamp,
}

/// The subscriptions of a customer, chosen by the last digit of the customer's number.
const SITUATIONS: [&[Situation]; 10] = [
    &[Situation::Active("desk_monthly")],
    &[Situation::Trial("insights_monthly")],
    &[Situation::Paused("desk_monthly", Some(45))],
    &[Situation::Paused("insights_monthly", None)],
    &[Situation::Canceled("support_quarterly")],
    &[Situation::Unpaid("desk_monthly")],
    &[Situation::Active("desk_annual")],
    &[
        Situation::Active("desk_monthly"),
        Situation::Active("insights_annual"),
        Situation::Trial("support_quarterly"),
    ],
    &[],
    &[
        Situation::Active("insights_monthly"),
        Situation::Active("training_yearlong"),
    ],
];

#[derive(Clone, Copy)]
enum Situation {
    Active(&'static str),
    Trial(&'static str),
    /// The price, and the days until the pause ends.
    Paused(&'static str, Option<i64>),
    Canceled(&'static str),
    Unpaid(&'static str),
}

impl Seeder<'_> {
    fn customer(&mut self, number: u32) -> Result<SignUp> {
        let person = &PEOPLE[self.random.between(1, PEOPLE.len() as u32) as usize - 1];
        let customer = self.describe(number, person);
        let created = days(self.now, -i64::from(self.random.between(400, 1200)))?;
        let discount = if number % 20 == 3 {
            Some(self.catalog.grant(&"coupon_loyal".into(), created)?)
        } else {
            None
        };
        let mut subscriptions = Vec::new();
        for (index, situation) in (1..).zip(SITUATIONS[number as usize % 10]) {
            subscriptions.push(self.subscription(
                number,
                index,
                &customer.id,
                person,
                *situation,
                discount.as_ref(),
            )?);
        }
        Ok(SignUp {
            customer,
            created,
            discount,
            subscriptions,
        })
    }

    fn describe(&mut self, number: u32, person: &Person) -> Customer {
        let (mode, home) = (self.mode, person.home);
        // Domains that are reserved for examples, so that no real person receives mail.
        let domain = match mode {
            Mode::Test => "test.example.com",
            Mode::Live => "example.com",
        };
        let tag = if number % 25 == 7 { "+acme" } else { "" };
        let mut customer = Customer::new(format!("cus_{mode}_{number:04}"))
            .name(person.first_name)
            .last_name(person.last_name)
            .currency(home.currency)
            .address(home.address(self.random.between(1, 99)));
        if number.is_multiple_of(9) {
            customer = customer.address(
                home.address(self.random.between(100, 199))
                    .line2("2nd floor"),
            );
        }
        if number % 30 != 11 {
            customer = customer.email(format!("{}{number}{tag}@{domain}", person.mailbox));
        }
        if !number.is_multiple_of(3) {
            customer = customer.phone(format!("{}555{}{number:04}", home.dial, mode as u8));
        }
        if number.is_multiple_of(4) {
            let segment = if self.random.between(1, 3) == 1 {
                "enterprise"
            } else {
                "small business"
            };
            customer =
                customer.metadata([("segment", segment), ("crmId", &format!("A-{number:06}"))]);
        }
        customer
    }

    fn subscription(
        &mut self,
        number: u32,
        index: u32,
        owner: &CustomerId,
        person: &Person,
        situation: Situation,
        of_customer: Option<&Grant>,
    ) -> Result<Subscription> {
        let now = self.now;
        let id = format!("sub_{}_{number:04}_{index}", self.mode);
        let start = days(now, -i64::from(self.random.between(100, 399)))?;
        let quantity = u64::from(self.random.between(1, 60));
        let price = |name: &str| {
            let price = self.catalog.price(&price_id(name, person.home.currency));
            price.ok_or_else(|| Error::internal(format!("the catalog has no {name}")))
        };
        let (name, start, trial_end) = match situation {
            Situation::Trial(name) => {
                let end = days(now, i64::from(10 + number % 7))?;
                (name, days(now, -4)?, Some(end))
            }
            Situation::Active(name)
            | Situation::Paused(name, _)
            | Situation::Canceled(name)
            | Situation::Unpaid(name) => (name, start, None),
        };
        let mut subscription = Subscription::begin(
            id.as_str(),
            owner.clone(),
            price(name)?,
            quantity,
            start,
            trial_end,
        )?;
        subscription.customer_discounts = of_customer.cloned().into_iter().collect();
        if number.is_multiple_of(15) {
            let given = days(now, -20)?;
            let grant = self.catalog.grant(&"coupon_stay".into(), given)?;
            subscription.discounts.push(grant);
        }
        match situation {
            Situation::Active(_) | Situation::Trial(_) => {}
            Situation::Paused(_, left) => {
                let end = left.map(|left| days(now, left)).transpose()?;
                subscription.hold(days(now, -15)?, end)?;
            }
            Situation::Canceled(_) => {
                let end = days(now, -40)?;
                subscription.settle(end)?;
                subscription.cancel(Schedule::Immediate, false, end)?;
            }
            Situation::Unpaid(_) => subscription.unpaid = true,
        }
        subscription.settle(now)?;
        match number {
            _ if number % 60 == 50 => subscription.ends_with_period = true,
            _ if number % 60 == 30 => subscription.next_price = Some(price("desk_annual")?),
            _ => {}
        }
        if number % 4 == 1 {
            subscription
                .metadata
                .insert("orderedBy".to_owned(), "self-service".to_owned());
        }
        Ok(subscription)
    }
}
