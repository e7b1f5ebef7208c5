use churnkey::{
    CustomerId, Error, OfferDuration, Page, PageRequest, Price, Result, Schedule, SubscriptionId,
    SubscriptionPeriod, Timestamp,
};
use rusqlite::{Row, ToSql};

use super::Books;
use super::columns::{At, Json, column};
use crate::billing::{Paid, Pause, State, Subscription};

impl Books<'_> {
    /// A customer's subscription in its current state. `None` if it belongs to another customer.
    pub fn subscription(
        &self,
        customer: &CustomerId,
        id: &SubscriptionId,
    ) -> Result<Option<Subscription>> {
        self.one(
            "SELECT * FROM subscriptions WHERE mode = :mode AND id = :id AND customer_id = :customer",
            &[(":id", &id.as_str()), (":customer", &customer.as_str())],
            |row| self.read_subscription(row),
        )
    }

    pub fn require_subscription(
        &self,
        customer: &CustomerId,
        id: &SubscriptionId,
    ) -> Result<Subscription> {
        self.subscription(customer, id)?
            .ok_or_else(|| Error::not_found("there is no such subscription"))
    }

    /// All subscriptions of a customer in their current state, the oldest first.
    pub fn subscriptions_of(&self, customer: &CustomerId) -> Result<Vec<Subscription>> {
        self.all(
            "SELECT * FROM subscriptions WHERE mode = :mode AND customer_id = :customer ORDER BY started_at, id",
            &[(":customer", &customer.as_str())],
            |row| self.read_subscription(row),
        )
    }

    pub fn subscriptions(
        &self,
        customer: &CustomerId,
        page: &PageRequest,
    ) -> Result<Page<Subscription>> {
        let (start, id): (i64, String) = page.after()?.unwrap_or((i64::MIN, String::new()));
        let rows = self.all(
            "SELECT * FROM subscriptions WHERE mode = :mode AND customer_id = :customer AND (started_at, id) > (:start, :id)
             ORDER BY started_at, id LIMIT :limit",
            &[(":customer", &customer.as_str()), (":start", &start), (":id", &id), (":limit", &page.limit_plus_one())],
            |row| self.read_subscription(row),
        )?;
        page.keyset(rows, |subscription| {
            (
                subscription.started_at.unix_millis(),
                subscription.id.clone(),
            )
        })
    }

    pub fn add_subscription(&self, subscription: &Subscription) -> Result<()> {
        self.write(
            "INSERT INTO subscriptions (
                 mode, id, customer_id, price_id, quantity, started_at, status, unpaid, canceled_at,
                 billing_day, period_start, period_end, period_millis, paid, paid_millis,
                 trial_start, trial_end, ends_with_period, pause_start_at, pause_length,
                 pause_allows_annual, pause_start, pause_end, pause_extends, next_price_id, metadata
             ) VALUES (
                 :mode, :id, :customer, :price, :quantity, :started, :status, :unpaid, :canceled,
                 :billing_day, :period_start, :period_end, :period_millis, :paid, :paid_millis,
                 :trial_start, :trial_end, :ends_with_period, :pause_start_at, :pause_length,
                 :pause_allows_annual, :pause_start, :pause_end, :pause_extends, :next_price,
                 :metadata
             )",
            subscription,
        )
    }

    /// Stores the changed subscription and its discounts.
    pub fn save_subscription(&self, subscription: &Subscription) -> Result<()> {
        self.write(
            "UPDATE subscriptions SET
                 price_id = :price, quantity = :quantity, started_at = :started, status = :status,
                 unpaid = :unpaid, canceled_at = :canceled, billing_day = :billing_day,
                 period_start = :period_start, period_end = :period_end,
                 period_millis = :period_millis, paid = :paid, paid_millis = :paid_millis,
                 trial_start = :trial_start, trial_end = :trial_end,
                 ends_with_period = :ends_with_period, pause_start_at = :pause_start_at,
                 pause_length = :pause_length, pause_allows_annual = :pause_allows_annual,
                 pause_start = :pause_start, pause_end = :pause_end,
                 pause_extends = :pause_extends, next_price_id = :next_price, metadata = :metadata
             WHERE mode = :mode AND id = :id AND customer_id = :customer",
            subscription,
        )
    }

    fn write(&self, sql: &str, subscription: &Subscription) -> Result<()> {
        let (status, canceled_at) = match subscription.state {
            State::Trial => ("trial", None),
            State::Running => ("running", None),
            State::Paused => ("paused", None),
            State::Canceled { at } => ("canceled", Some(At(at))),
        };
        let (trial, pause) = (subscription.trial, subscription.pause.as_ref());
        let (period, paid) = (subscription.period, subscription.paid);
        let next_price = subscription.next_price.as_ref();
        let params: &[(&str, &dyn ToSql)] = &[
            (":id", &subscription.id.as_str()),
            (":customer", &subscription.customer_id.as_str()),
            (":price", &subscription.price.id.as_str()),
            (":quantity", &subscription.quantity),
            (":started", &At(subscription.started_at)),
            (":status", &status),
            (":unpaid", &subscription.unpaid),
            (":canceled", &canceled_at),
            (":billing_day", &subscription.billing_day),
            (":period_start", &At(period.start)),
            (":period_end", &At(period.end)),
            (":period_millis", &subscription.period_millis),
            (":paid", &paid.amount.get()),
            (":paid_millis", &paid.millis),
            (":trial_start", &trial.map(|trial| At(trial.start))),
            (":trial_end", &trial.map(|trial| At(trial.end))),
            (":ends_with_period", &subscription.ends_with_period),
            (
                ":pause_start_at",
                &pause.map(|pause| pause.start_at.as_str()),
            ),
            (
                ":pause_length",
                &pause.and_then(|pause| pause.length).map(Json),
            ),
            (
                ":pause_allows_annual",
                &pause.map(|pause| pause.allow_annual),
            ),
            (":pause_start", &pause.and_then(|pause| pause.start).map(At)),
            (":pause_end", &pause.and_then(|pause| pause.end).map(At)),
            (":pause_extends", &pause.map(|pause| pause.extends_period)),
            (":next_price", &next_price.map(|price| price.id.as_str())),
            (":metadata", &Json(&subscription.metadata)),
        ];
        self.execute(sql, params)?;
        subscription
            .discounts
            .iter()
            .try_for_each(|grant| self.save_discount(&subscription.id, grant))
    }

    fn read_subscription(&self, row: &Row<'_>) -> Result<Subscription> {
        let moment = |name| -> Result<Option<Timestamp>> {
            Ok(column::<Option<At>>(row, name)?.map(|At(moment)| moment))
        };
        let At(started_at) = column(row, "started_at")?;
        let (At(period_start), At(period_end)) =
            (column(row, "period_start")?, column(row, "period_end")?);
        let Json(metadata) = column(row, "metadata")?;
        let id: SubscriptionId = column::<String>(row, "id")?.into();
        let customer_id: CustomerId = column::<String>(row, "customer_id")?.into();
        let next_price: Option<String> = column(row, "next_price_id")?;
        let mut subscription = Subscription {
            discounts: self.discounts_of_subscription(&id)?,
            customer_discounts: self.grants_of_customer(&customer_id)?,
            id,
            customer_id,
            price: self.price_of(column::<String>(row, "price_id")?)?,
            quantity: column(row, "quantity")?,
            started_at,
            state: match (
                column::<String>(row, "status")?.as_str(),
                moment("canceled_at")?,
            ) {
                ("trial", _) => State::Trial,
                ("running", _) => State::Running,
                ("paused", _) => State::Paused,
                ("canceled", Some(at)) => State::Canceled { at },
                _ => {
                    return Err(Error::internal(
                        "a subscription has a status that the schema does not allow",
                    ));
                }
            },
            unpaid: column(row, "unpaid")?,
            billing_day: column(row, "billing_day")?,
            period: SubscriptionPeriod::new(period_start, period_end),
            period_millis: column(row, "period_millis")?,
            paid: Paid {
                amount: column::<i64>(row, "paid")?.into(),
                millis: column(row, "paid_millis")?,
            },
            trial: moment("trial_start")?
                .zip(moment("trial_end")?)
                .map(|(start, end)| SubscriptionPeriod::new(start, end)),
            ends_with_period: column(row, "ends_with_period")?,
            pause: match column::<Option<String>>(row, "pause_start_at")? {
                Some(start_at) => Some(Pause {
                    start_at: match start_at.as_str() {
                        "immediate" => Schedule::Immediate,
                        _ => Schedule::EndOfPeriod,
                    },
                    length: column::<Option<Json<OfferDuration>>>(row, "pause_length")?
                        .map(|Json(length)| length),
                    allow_annual: column(row, "pause_allows_annual")?,
                    start: moment("pause_start")?,
                    end: moment("pause_end")?,
                    extends_period: column(row, "pause_extends")?,
                }),
                None => None,
            },
            next_price: next_price.map(|id| self.price_of(id)).transpose()?,
            metadata,
        };
        subscription.settle(self.now)?;
        Ok(subscription)
    }

    fn price_of(&self, id: String) -> Result<Price> {
        self.price(&id.into())?
            .ok_or_else(|| Error::internal("the price of a subscription does not exist"))
    }
}
