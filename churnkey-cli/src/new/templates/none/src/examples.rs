//! Example customers for test mode.

use churnkey::{Amount, BillingCycle, Currency, Customer, Price, Timestamp};

use crate::Subscription;
use crate::books::Books;
use crate::subscription::Pause;

pub(crate) fn books() -> Books {
    // Amounts are whole numbers of minor units: 9.00 USD is 900.
    let basic = price("basic_monthly", "Basic", BillingCycle::monthly(), 900);
    let pro = price("pro_monthly", "Pro", BillingCycle::monthly(), 1900);
    let yearly = price("pro_yearly", "Pro, yearly", BillingCycle::yearly(), 19000);
    let books = Books::with_prices([basic.clone(), pro.clone(), yearly.clone()]);

    let names = "Ada Blaise Charles Dorothy Edsger Frances Grace Hedy Ida John Katherine Linus";
    for name in names.split(' ') {
        let id = name.to_lowercase();
        let customer = Customer::new(format!("cus_{id}"))
            .name(name)
            .email(format!("{id}@example.test"));
        books.insert_customer(customer);
    }

    let mut paused = subscription("sub_grace", "cus_grace", &pro, 1);
    paused.pause = Some(Pause {
        start: paused.started_at,
        end: paused.period.end,
    });
    let mut canceled = subscription("sub_hedy", "cus_hedy", &basic, 1);
    canceled.canceled_at = Some(canceled.started_at);
    for subscription in [
        subscription("sub_ada", "cus_ada", &pro, 1),
        subscription("sub_blaise", "cus_blaise", &pro, 3),
        subscription("sub_charles", "cus_charles", &basic, 1),
        subscription("sub_dorothy", "cus_dorothy", &basic, 1),
        subscription("sub_edsger_1", "cus_edsger", &basic, 1),
        subscription("sub_edsger_2", "cus_edsger", &pro, 1),
        subscription("sub_frances", "cus_frances", &yearly, 1),
        paused,
        canceled,
        subscription("sub_ida", "cus_ida", &pro, 2),
        subscription("sub_john", "cus_john", &basic, 1),
        subscription("sub_katherine", "cus_katherine", &pro, 1),
    ] {
        books.insert_subscription(subscription);
    }
    books
}

fn price(id: &str, name: &str, cycle: BillingCycle, cents: i64) -> Price {
    Price::standalone(id, cycle, Amount::fixed(Currency::USD, cents)).name(name)
}

/// A subscription whose first period begins now.
fn subscription(id: &str, customer: &str, price: &Price, quantity: i64) -> Subscription {
    let now = Timestamp::now();
    Subscription::begin(
        id.into(),
        customer.into(),
        price.clone(),
        quantity,
        now,
        None,
    )
}
