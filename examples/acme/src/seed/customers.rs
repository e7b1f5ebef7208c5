use churnkey::{Customer, CustomerId, Error, Mode, Result, Timestamp};

use super::catalog::price_id;
use super::people::{PEOPLE, Person};
use super::random::Random;
use super::{Catalog, Granted, SignUp, days};
use crate::billing::{NextPrice, Pause, Subscription};

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
        let discount = (number % 20 == 3).then(|| Granted {
            coupon: "coupon_loyal".into(),
            start: created,
            end: None,
        });
        let mut subscriptions = Vec::new();
        for (index, situation) in (1..).zip(SITUATIONS[number as usize % 10]) {
            subscriptions.push(self.subscription(
                number,
                index,
                &customer.id,
                person,
                *situation,
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
    ) -> Result<(Subscription, Option<Granted>)> {
        let now = self.now;
        let id = format!("sub_{}_{number:04}_{index}", self.mode);
        let start = days(now, -i64::from(self.random.between(100, 399)))?;
        let quantity = u64::from(self.random.between(1, 60));
        let price = |name: &str| {
            let price = self.catalog.price(&price_id(name, person.home.currency));
            price.ok_or_else(|| Error::internal(format!("the catalog has no {name}")))
        };
        let running = |name| {
            Subscription::begin(
                id.as_str(),
                owner.clone(),
                price(name)?,
                quantity,
                start,
                None,
            )
        };
        let mut subscription = match situation {
            Situation::Active(name) => running(name)?,
            Situation::Trial(name) => {
                let (start, end) = (days(now, -4)?, days(now, i64::from(10 + number % 7))?);
                Subscription::begin(
                    id.as_str(),
                    owner.clone(),
                    price(name)?,
                    quantity,
                    start,
                    Some(end),
                )?
            }
            Situation::Paused(name, left) => {
                let end = left.map(|left| days(now, left)).transpose()?;
                let pause = Pause {
                    start: days(now, -15)?,
                    end,
                    request: "by telephone".to_owned(),
                };
                Subscription {
                    pause: Some(pause),
                    ..running(name)?
                }
            }
            Situation::Canceled(name) => Subscription {
                cancel_at: Some(days(now, -40)?),
                ..running(name)?
            },
            Situation::Unpaid(name) => Subscription {
                unpaid: true,
                ..running(name)?
            },
        };
        subscription.settle(now)?;
        match number {
            _ if number % 60 == 50 => subscription.cancel_at = Some(subscription.period.end),
            _ if number % 60 == 30 => {
                subscription.next_price = Some(NextPrice {
                    price: price("desk_annual")?,
                    at: subscription.period.end,
                });
            }
            _ => {}
        }
        if number % 4 == 1 {
            subscription
                .metadata
                .insert("orderedBy".to_owned(), "self-service".to_owned());
        }
        let discount = if number.is_multiple_of(15) {
            Some(Granted {
                coupon: "coupon_stay".into(),
                start: days(now, -20)?,
                end: Some(days(now, 70)?),
            })
        } else {
            None
        };
        Ok((subscription, discount))
    }
}
