//! One sequence, played by the provider and by the model side by side.

use churnkey_runtime::{CustomerId, Schedule, SubscriptionId, TimeUnit, Timestamp};

use super::compare::{Difference, Strictness, difference};
use super::provider::{Unusable, path_of};
use super::sequence::{Arrival, Sending, Sequence, Step, Wait};
use super::setup::{Arrive, LedgerLine, NewSubscription, Setup, Source};
use super::timeline::{Event, Line, State};
use crate::billing::{Company, EntryKind, Refusal, Request};

/// The course of a sequence.
#[derive(Debug, Default)]
pub(super) struct Course {
    pub(super) steps: u64,
    /// Requests that the model and the provider both refused.
    pub(super) refused: u64,
    /// Steps in which the provider decided otherwise, where the rules leave that open.
    pub(super) tolerated: u64,
    /// The events and the states on both sides, in order.
    pub(super) timeline: Vec<Line>,
    /// The first difference, after which nothing is played.
    pub(super) difference: Option<Difference>,
    /// True if the provider had no subscription that the sequence needs.
    pub(super) is_exhausted: bool,
}

struct Player<'s> {
    setup: &'s Setup,
    company: Company,
    ids: Vec<(CustomerId, SubscriptionId)>,
    limit: Timestamp,
    /// The subscription that is read next beside the one of a request.
    next_read: usize,
    course: Course,
}

/// The subscriptions that are read after each request, beside its own. With more of them, each is
/// read in turn, and all are read at the end.
const OTHERS: usize = 4;

/// A subscription on both sides.
struct Compared {
    model: State,
    provider: State,
    difference: Option<Difference>,
}

/// The end of a sequence before its last step.
enum End {
    Different(Difference),
    /// The provider did what the model refuses, and the rules leave that open.
    Open,
    /// The provider has no more subscriptions to play with.
    Exhausted,
}

impl From<Difference> for End {
    fn from(difference: Difference) -> Self {
        Self::Different(difference)
    }
}

impl From<Unusable> for End {
    fn from(fault: Unusable) -> Self {
        Self::Different(Difference::new("response", "a usable response", fault))
    }
}

/// Plays a sequence with new customers, whose ids begin with `prefix`.
pub(super) async fn play(setup: &Setup, sequence: &Sequence, prefix: &str) -> Course {
    let mut player = Player {
        setup,
        company: setup.company(sequence.start),
        ids: Vec::new(),
        limit: sequence
            .start
            .plus(setup.months, TimeUnit::Month)
            .unwrap_or(Timestamp::MAX),
        next_read: 0,
        course: Course::default(),
    };
    let end = player.course(sequence, prefix).await.err();
    match end {
        Some(End::Different(difference)) => player.course.difference = Some(difference),
        Some(End::Open) => player.course.tolerated += 1,
        Some(End::Exhausted) => player.course.is_exhausted = true,
        None => {}
    }
    player.course
}

impl Player<'_> {
    async fn course(&mut self, sequence: &Sequence, prefix: &str) -> Result<(), End> {
        self.move_clock(sequence.start);
        for coupon in self
            .setup
            .provider
            .list("/coupons", Some(sequence.start))
            .await?
        {
            self.company.add_coupon(coupon);
        }
        for (number, arrival) in sequence.arrivals.iter().enumerate() {
            match &self.setup.source {
                Source::New(arrive) => self.arrive(arrive, arrival, number, prefix).await?,
                Source::Existing(_) => self.adopt(arrival).await?,
            }
        }
        for step in &sequence.steps {
            self.course.steps += 1;
            self.step(step).await?;
        }
        for number in 0..self.ids.len() {
            self.read_back(number, Event::Other("read at the end".into()))
                .await?;
        }
        Ok(())
    }

    fn move_clock(&mut self, now: Timestamp) {
        if let Some(clock) = &self.setup.clock {
            clock(now);
        }
        self.company.advance(now);
    }

    /// Continues with a subscription that the provider has. A change to the current price drops a
    /// scheduled one, and is refused if the subscription is about to end.
    async fn adopt(&mut self, arrival: &Arrival) -> Result<(), End> {
        let (setup, now) = (self.setup, self.company.now());
        loop {
            let taken = setup
                .source
                .take(&arrival.price, arrival.trial_days.is_some());
            let taken = taken.ok_or(End::Exhausted)?;
            let neutral = Request::ChangePrice {
                customer: taken.customer_id.clone(),
                subscription: taken.id.clone(),
                price: arrival.price.clone(),
                schedule: Schedule::Immediate,
                prorate: false,
            };
            let changes = setup.catalog.changes_prices();
            if changes && setup.provider.change(&neutral, Sending::Once, now).await? != 200 {
                continue;
            }
            if self.company.adopt(&taken) {
                self.ids.push((taken.customer_id, taken.id));
                let event = Event::Other("as it is".into());
                return self.read_back(self.ids.len() - 1, event).await;
            }
        }
    }

    async fn arrive(
        &mut self,
        arrive: &Arrive,
        arrival: &Arrival,
        number: usize,
        prefix: &str,
    ) -> Result<(), End> {
        let now = self.company.now();
        let trial_end = arrival
            .trial_days
            .and_then(|days| now.plus(days, TimeUnit::Day));
        let new = NewSubscription {
            customer: format!("{prefix}_c{}", arrival.customer).into(),
            is_new_customer: !self.ids.iter().any(|(customer, _)| {
                customer.as_str() == format!("{prefix}_c{}", arrival.customer)
            }),
            subscription: format!("{prefix}_s{number}").into(),
            price: arrival.price.clone(),
            quantity: arrival.quantity,
            trial_end,
            unpaid: arrival.unpaid && trial_end.is_none(),
            now,
        };
        let (customer, subscription) = (new.customer.clone(), new.subscription.clone());
        let (price, quantity) = (new.price.clone(), new.quantity);
        let began = self.company.subscribe(
            subscription.clone(),
            customer.clone(),
            price,
            quantity,
            trial_end,
        );
        began.map_err(|fault| Unusable(fault.to_string()))?;
        self.company.set_unpaid(&subscription, new.unpaid);
        self.ids.push((customer, subscription));
        let words = format!(
            "{} × {}{}{}",
            new.quantity,
            new.price.as_str(),
            match new.trial_end {
                Some(end) => format!(", in a trial until {end}"),
                None => String::new(),
            },
            match new.unpaid {
                true => ", unpaid",
                false => "",
            },
        );
        let arrived = arrive(new).await;
        arrived.map_err(|fault| Unusable(format!("a customer cannot be added: {fault}")))?;
        self.read_back(number, Event::Other(words.into())).await
    }

    async fn step(&mut self, step: &Step) -> Result<(), End> {
        let now = self.resolved(step);
        self.move_clock(now);
        let (customer, subscription) = self.ids[step.target].clone();
        let Some(request) = step.plan.request(&customer, &subscription, now) else {
            return self
                .read_all(step.target, Event::Other("read".into()))
                .await;
        };
        let status = self
            .setup
            .provider
            .change(&request, step.sending, now)
            .await?;
        // If the provider refuses what the model allows, and may do so, the model forgets it.
        let before = (status != 200 && !self.setup.strict).then(|| self.company.clone());
        let expected = match step.sending {
            Sending::OtherMode => Err(Refusal::NotFound("the customer exists in test mode only")),
            _ => self.company.apply(&request),
        };
        let judged = self.judge(expected.map(drop), status, step.sending);
        let event = Event::Request(request, step.sending);
        if judged.is_err() {
            self.course.timeline.push(Line {
                at: now,
                customer,
                subscription,
                event,
                model: State::Answer(match &expected {
                    Ok(outcome) => format!("200, {outcome:?}"),
                    Err(refusal) => format!("{}, {refusal}", refusal.status()),
                }),
                provider: State::Answer(status.to_string()),
            });
            return judged;
        }
        if let Some(before) = before.filter(|_| expected.is_ok()) {
            self.company = before;
            self.course.tolerated += 1;
        }
        self.read_all(step.target, event).await
    }

    /// Compares the status of a response with the answer of the model.
    fn judge(
        &mut self,
        expected: Result<(), Refusal>,
        status: u16,
        sending: Sending,
    ) -> Result<(), End> {
        let is_refusal = (400..500).contains(&status) && status != 401;
        match expected {
            Ok(()) if status == 200 => Ok(()),
            Ok(()) if !self.setup.strict && matches!(status, 400 | 409) => Ok(()),
            Ok(()) => Err(Difference::new("status", 200, status).into()),
            Err(refusal) if status == refusal.status() => {
                self.course.refused += 1;
                Ok(())
            }
            Err(_) if is_refusal && (!self.setup.strict || sending == Sending::OtherMode) => {
                self.course.refused += 1;
                Ok(())
            }
            Err(Refusal::Conflict(_)) if !self.setup.strict && status == 200 => Err(End::Open),
            Err(refusal) => {
                let expected = format!("{} ({refusal})", refusal.status());
                Err(Difference::new("status", expected, status).into())
            }
        }
    }

    /// The time of a step. Beyond the last month, time stands still.
    fn resolved(&self, step: &Step) -> Timestamp {
        let now = self.company.now();
        if !self.setup.moves_clock {
            return Timestamp::now();
        }
        let target = self.company.subscription(&self.ids[step.target].1);
        let period_end = target.map(|target| target.period.end);
        let dates = target.and_then(|target| target.pause.as_ref()?.dates);
        let later = match step.wait {
            Wait::None => None,
            Wait::Minutes(minutes) => {
                Timestamp::from_unix_millis(now.unix_millis() + i64::from(minutes) * 60_000)
            }
            Wait::Days(days) => now.plus(days, TimeUnit::Day),
            Wait::PeriodEnd => period_end,
            Wait::BeforePeriodEnd => {
                period_end.and_then(|end| Timestamp::from_unix_millis(end.unix_millis() - 1))
            }
            Wait::PauseEnd => dates.and_then(|dates| dates.end),
        };
        later
            .filter(|later| *later > now && *later <= self.limit)
            .unwrap_or(now)
    }

    /// Reads the changed subscription, and others: a request may only change its own.
    async fn read_all(&mut self, target: usize, event: Event) -> Result<(), End> {
        self.read_back(target, event).await?;
        for _ in 0..OTHERS.min(self.ids.len() - 1) {
            self.next_read = (self.next_read + 1) % self.ids.len();
            if self.next_read == target {
                self.next_read = (self.next_read + 1) % self.ids.len();
            }
            self.require_same(self.next_read).await?;
        }
        Ok(())
    }

    /// Reads a subscription and its ledger, and adds it to the timeline, with the event before it.
    async fn read_back(&mut self, number: usize, event: Event) -> Result<(), End> {
        let mut compared = self.compare(number).await;
        if compared.difference.is_none() {
            compared.difference = self.compare_ledger(number).await.err();
        }
        let (customer, subscription) = self.ids[number].clone();
        self.course.timeline.push(Line {
            at: self.company.now(),
            customer,
            subscription,
            event,
            model: compared.model,
            provider: compared.provider,
        });
        compared
            .difference
            .map_or(Ok(()), |found| Err(found.into()))
    }

    /// Reads a subscription that no request is about. Only a difference is in the timeline.
    async fn require_same(&mut self, number: usize) -> Result<(), End> {
        let compared = self.compare(number).await;
        let Some(difference) = compared.difference else {
            return Ok(());
        };
        let (customer, subscription) = self.ids[number].clone();
        self.course.timeline.push(Line {
            at: self.company.now(),
            customer,
            subscription,
            event: Event::Other("no request".into()),
            model: compared.model,
            provider: compared.provider,
        });
        Err(difference.into())
    }

    async fn compare(&self, number: usize) -> Compared {
        let (now, (customer, id)) = (self.company.now(), &self.ids[number]);
        let model = self.company.subscription(id).map(|one| one.model(now));
        let found = self
            .setup
            .provider
            .read(&path_of(customer, id), Some(now))
            .await;
        let (found, difference) = match (found, &model) {
            (Ok(Some(found)), Some(model)) => {
                let strictness = Strictness {
                    exact: self.setup.strict,
                    slack: self.setup.slack,
                };
                let difference = difference(model, &found, strictness);
                (State::Subscription(Box::new(found)), difference)
            }
            (Ok(Some(found)), None) => (State::Subscription(Box::new(found)), None),
            (Ok(None), _) => {
                let missing = Difference::new(id.as_str(), "a subscription", "404");
                (State::Answer("404".to_owned()), Some(missing))
            }
            (Err(fault), _) => {
                let unusable = Difference::new("response", "a subscription", &fault);
                (State::Answer(fault.to_string()), Some(unusable))
            }
        };
        Compared {
            model: match model {
                Some(model) => State::Subscription(Box::new(model)),
                None => State::Answer(String::new()),
            },
            provider: found,
            difference,
        }
    }

    /// Compares the lines of the changes within a period, if the provider shows its ledger.
    async fn compare_ledger(&self, number: usize) -> Result<(), Difference> {
        let Some(ledger) = &self.setup.ledger else {
            return Ok(());
        };
        let (customer, subscription) = self.ids[number].clone();
        let entries = self.company.ledger().iter();
        let expected = entries
            .filter(|entry| entry.subscription == subscription)
            .filter(|entry| entry.kind != EntryKind::Charge && entry.amount != 0);
        let expected = expected.map(|entry| LedgerLine {
            kind: entry.kind,
            amount: entry.amount,
        });
        let expected: Vec<_> = expected.collect();
        let found = ledger(customer, subscription).await;
        let mut found = found.map_err(|fault| Difference::new("ledger", "a ledger", fault))?;
        found.retain(|line| line.kind != EntryKind::Charge && line.amount != 0);
        match expected == found {
            true => Ok(()),
            false => Err(Difference::new(
                "ledger",
                format!("{expected:?}"),
                format!("{found:?}"),
            )),
        }
    }
}
