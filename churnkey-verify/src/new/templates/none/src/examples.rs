//! Made-up customers, so that there is something to look at on the first day.

use std::sync::Mutex;

use churnkey::{
    Amount, BillingCycle, Currency, Customer, CycleUnit, Period, Price, TimeUnit, Timestamp,
};

use crate::Subscription;
use crate::books::Books;
use crate::subscription::Pause;

pub(crate) fn books() -> Books {
    // Amounts are whole numbers of minor units: 9.00 USD is 900.
    let basic = price("basic_monthly", "Basic", BillingCycle::monthly(), 900);
    let pro = price("pro_monthly", "Pro", BillingCycle::monthly(), 1900);
    let yearly = price(
        "pro_yearly",
        "Pro, by the year",
        BillingCycle::yearly(),
        19000,
    );

    let names = [
        "Ada", "Blaise", "Charles", "Dorothy", "Edsger", "Frances", "Grace", "Hedy",
    ];
    let customers = (1..).zip(names).map(|(number, name)| {
        let email = format!("{}@example.test", name.to_lowercase());
        Customer::new(format!("cus_{number}"))
            .name(name)
            .email(email)
    });

    let mut paused = subscription("sub_7", "cus_7", &pro, 1);
    paused.pause = Some(Pause {
        start: paused.started_at,
        end: paused.period.end,
    });
    let mut canceled = subscription("sub_8", "cus_8", &basic, 1);
    canceled.canceled_at = Some(canceled.started_at);
    let subscriptions = vec![
        subscription("sub_1", "cus_1", &pro, 1),
        subscription("sub_2", "cus_2", &pro, 3),
        subscription("sub_3", "cus_3", &basic, 1),
        subscription("sub_4", "cus_4", &basic, 1),
        subscription("sub_5a", "cus_5", &basic, 1),
        subscription("sub_5b", "cus_5", &pro, 1),
        subscription("sub_6", "cus_6", &yearly, 1),
        paused,
        canceled,
    ];
    Books {
        customers: customers.collect(),
        prices: vec![basic, pro, yearly],
        subscriptions: Mutex::new(subscriptions),
    }
}

fn price(id: &str, name: &str, cycle: BillingCycle, cents: i64) -> Price {
    Price::standalone(id, cycle, Amount::fixed(Currency::USD, cents)).name(name)
}

/// One whose first period began now.
fn subscription(id: &str, customer: &str, price: &Price, quantity: u64) -> Subscription {
    let start = Timestamp::now();
    let unit = match price.duration.unit {
        CycleUnit::Month => TimeUnit::Month,
        CycleUnit::Year => TimeUnit::Year,
    };
    let end = start
        .plus(price.duration.amount, unit)
        .unwrap_or(Timestamp::MAX);
    Subscription {
        id: id.into(),
        customer_id: customer.into(),
        price: price.clone(),
        quantity,
        started_at: start,
        period: Period::new(start, end),
        pause: None,
        canceled_at: None,
    }
}
