use churnkey::{
    CustomerId, Error, Page, PageRequest, Price, Result, SubscriptionId, SubscriptionPeriod,
    Timestamp,
};
use rusqlite::{Row, ToSql};

use super::Books;
use super::columns::{At, Json, column};
use crate::billing::{NextPrice, Pause, State, Subscription};

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
                 cycle_anchor, cycle_number, period_start, period_end, trial_start, trial_end,
                 cancel_at, pause_start, pause_end, pause_request, next_price_id, next_price_at,
                 metadata
             ) VALUES (
                 :mode, :id, :customer, :price, :quantity, :started, :status, :unpaid, :canceled,
                 :anchor, :number, :period_start, :period_end, :trial_start, :trial_end,
                 :cancel, :pause_start, :pause_end, :pause_request, :next_price, :next_price_at,
                 :metadata
             )",
            subscription,
        )
    }

    /// Stores the changed subscription.
    pub fn save_subscription(&self, subscription: &Subscription) -> Result<()> {
        self.write(
            "UPDATE subscriptions SET
                 price_id = :price, quantity = :quantity, started_at = :started, status = :status,
                 unpaid = :unpaid, canceled_at = :canceled, cycle_anchor = :anchor,
                 cycle_number = :number, period_start = :period_start, period_end = :period_end,
                 trial_start = :trial_start, trial_end = :trial_end, cancel_at = :cancel,
                 pause_start = :pause_start, pause_end = :pause_end, pause_request = :pause_request,
                 next_price_id = :next_price, next_price_at = :next_price_at, metadata = :metadata
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
        let (trial, pause, next) = (
            subscription.trial,
            subscription.pause.as_ref(),
            subscription.next_price.as_ref(),
        );
        let params: &[(&str, &dyn ToSql)] = &[
            (":id", &subscription.id.as_str()),
            (":customer", &subscription.customer_id.as_str()),
            (":price", &subscription.price.id.as_str()),
            (":quantity", &subscription.quantity),
            (":started", &At(subscription.started_at)),
            (":status", &status),
            (":unpaid", &subscription.unpaid),
            (":canceled", &canceled_at),
            (":anchor", &At(subscription.cycle_anchor)),
            (":number", &subscription.cycle_number),
            (":period_start", &At(subscription.period.start)),
            (":period_end", &At(subscription.period.end)),
            (":trial_start", &trial.map(|trial| At(trial.start))),
            (":trial_end", &trial.map(|trial| At(trial.end))),
            (":cancel", &subscription.cancel_at.map(At)),
            (":pause_start", &pause.map(|pause| At(pause.start))),
            (":pause_end", &pause.and_then(|pause| pause.end).map(At)),
            (":pause_request", &pause.map(|pause| pause.request.as_str())),
            (":next_price", &next.map(|next| next.price.id.as_str())),
            (":next_price_at", &next.map(|next| At(next.at))),
            (":metadata", &Json(&subscription.metadata)),
        ];
        self.execute(sql, params)?;
        Ok(())
    }

    fn read_subscription(&self, row: &Row<'_>) -> Result<Subscription> {
        let moment = |name| -> Result<Option<Timestamp>> {
            Ok(column::<Option<At>>(row, name)?.map(|At(moment)| moment))
        };
        let At(started_at) = column(row, "started_at")?;
        let At(cycle_anchor) = column(row, "cycle_anchor")?;
        let (At(period_start), At(period_end)) =
            (column(row, "period_start")?, column(row, "period_end")?);
        let Json(metadata) = column(row, "metadata")?;
        let mut subscription = Subscription {
            id: column::<String>(row, "id")?.into(),
            customer_id: column::<String>(row, "customer_id")?.into(),
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
            cycle_anchor,
            cycle_number: column(row, "cycle_number")?,
            period: SubscriptionPeriod::new(period_start, period_end),
            trial: moment("trial_start")?
                .zip(moment("trial_end")?)
                .map(|(start, end)| SubscriptionPeriod::new(start, end)),
            cancel_at: moment("cancel_at")?,
            pause: match (moment("pause_start")?, column(row, "pause_request")?) {
                (Some(start), Some(request)) => Some(Pause {
                    start,
                    end: moment("pause_end")?,
                    request,
                }),
                _ => None,
            },
            next_price: match (
                column::<Option<String>>(row, "next_price_id")?,
                moment("next_price_at")?,
            ) {
                (Some(id), Some(at)) => Some(NextPrice {
                    price: self.price_of(id)?,
                    at,
                }),
                _ => None,
            },
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
