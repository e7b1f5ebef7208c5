//! The course of time: everything that a subscription has scheduled, carried out in order.

use churnkey_runtime::model::PausePeriod;
use churnkey_runtime::{SubscriptionPeriod, Timestamp};

use super::calendar::{billing_day_after_pause, day_of_month, end_of_cycles, shifted};
use super::discount::{GivenDiscount, discounted};
use super::ledger::{Entry, EntryKind};
use super::subscription::{Paid, State, Subscription};

/// A scheduled event. Those that are due at one moment happen in this order (rule 7).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Cancel,
    ChangePrice,
    EndPause,
    StartPause,
    BeginPeriod,
}

/// The parts of a company that a subscription needs while time passes.
pub(super) struct Books<'b> {
    pub(super) ledger: &'b mut Vec<Entry>,
    /// The discounts of the customer, which apply to every subscription.
    pub(super) customer_discounts: &'b [GivenDiscount],
}

impl Subscription {
    /// Carries out everything that is due by `now`, each event at its own time.
    pub(super) fn settle(&mut self, now: Timestamp, books: &mut Books<'_>) {
        while let Some((at, due)) = self.next_due().filter(|(at, _)| *at <= now) {
            match due {
                Due::Cancel => self.end(at),
                Due::ChangePrice => {
                    if let Some(price) = self.next_price.take() {
                        let same_cycle = price.duration == self.cycle();
                        self.price = price;
                        if self.state == State::Paused && !same_cycle && !self.is_tried_out(at) {
                            self.end_period(at);
                        }
                    }
                }
                Due::EndPause => self.resume(at, books),
                Due::StartPause => self.start_pause(at),
                Due::BeginPeriod => {
                    if self.state == State::Trial {
                        self.state = State::Running;
                    }
                    self.begin_period(at, books);
                }
            }
        }
    }

    fn next_due(&self) -> Option<(Timestamp, Due)> {
        if self.is_canceled() {
            return None;
        }
        let end = self.period.end;
        let is_paused = self.state == State::Paused;
        let pause = self.pause.as_ref();
        let pause_end = pause.and_then(|pause| pause.dates?.end);
        let waits = pause.is_some_and(|pause| pause.dates.is_none());
        let due = [
            self.cancels_at_period_end.then_some((end, Due::Cancel)),
            self.next_price.as_ref().map(|_| (end, Due::ChangePrice)),
            pause_end.map(|end| (end, Due::EndPause)),
            waits.then_some((end, Due::StartPause)),
            // A period that ends with the calendar has no successor.
            (!is_paused && end < Timestamp::MAX).then_some((end, Due::BeginPeriod)),
        ];
        due.into_iter().flatten().min()
    }

    /// Ends the subscription, its period and its discounts, and drops everything scheduled.
    pub(super) fn end(&mut self, at: Timestamp) {
        self.state = State::Canceled { at };
        self.end_period(at);
        self.cancels_at_period_end = false;
        self.pause = None;
        self.next_price = None;
        for discount in &mut self.discounts {
            discount.end = Some(discount.end.map_or(at, |end| end.min(at)));
        }
    }

    /// Starts the pause. What is left of an annual term comes after it (rule 14).
    pub(super) fn start_pause(&mut self, at: Timestamp) {
        let is_prepaid = self.cycle().is_annual() && !self.is_tried_out(at) && at < self.period.end;
        let Some(pause) = &mut self.pause else { return };
        let mut dates = PausePeriod::new(at);
        dates.end = pause.length.and_then(|length| length.end_from(at));
        pause.dates = Some(dates);
        self.state = State::Paused;
        if let Some(end) = dates.end.filter(|_| is_prepaid) {
            pause.extends_period = true;
            let millis = end.unix_millis() - at.unix_millis();
            self.move_end(shifted(self.period.end, millis));
        }
    }

    /// Ends a pause. A period or a trial that is not over goes on; otherwise a new period begins
    /// (rule 12).
    pub(super) fn resume(&mut self, at: Timestamp, books: &mut Books<'_>) {
        let Some(pause) = self.pause.take() else {
            return;
        };
        self.state = State::Running;
        let Some(dates) = pause.dates else { return };
        if let Some(end) = dates.end.filter(|end| pause.extends_period && at < *end) {
            let unused = end.unix_millis() - at.unix_millis();
            self.move_end(shifted(self.period.end, -unused));
        }
        if self.period.end < at {
            self.billing_day =
                billing_day_after_pause(dates.start, pause.length, at, self.billing_day);
        }
        if self.period.end <= at {
            self.begin_period(at, books);
        } else if self.is_tried_out(at) {
            self.state = State::Trial;
        }
    }

    /// Begins a period on the billing day of today, and charges it.
    pub(super) fn restart_period(&mut self, at: Timestamp, books: &mut Books<'_>) {
        self.billing_day = day_of_month(at);
        self.begin_period(at, books);
    }

    fn begin_period(&mut self, at: Timestamp, books: &mut Books<'_>) {
        let end = end_of_cycles(at, self.cycle(), 1, self.billing_day).unwrap_or(Timestamp::MAX);
        self.period = SubscriptionPeriod::new(at, end);
        self.full_time = end.unix_millis() - at.unix_millis();

        let gross = self.list_price(&self.price);
        let mut taken: Vec<GivenDiscount> = Vec::new();
        for discount in &mut self.discounts {
            if discount.take(at) {
                taken.push(discount.clone());
            }
        }
        let current = books.customer_discounts.iter();
        let current = current.filter(|discount| discount.is_current(at));
        let (amount, discounts) = discounted(gross, self.quantity, taken.iter().chain(current));
        self.paid = Paid {
            amount,
            time: self.full_time,
        };
        books.ledger.push(Entry {
            at,
            subscription: self.id.clone(),
            kind: EntryKind::Charge,
            covers: self.period,
            gross,
            amount,
            discounts,
        });
    }

    /// The price for the quantity, without discounts. A sum that no integer holds counts as the
    /// largest one.
    pub(super) fn list_price(&self, price: &churnkey_runtime::Price) -> i64 {
        let charge = price.amount.charge(self.quantity);
        charge.map_or(i64::MAX, |charge| charge.get())
    }
}
