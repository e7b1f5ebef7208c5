//! One sequence, played by the provider and by the model side by side.

use churnkey_runtime::{CustomerId, Schedule, Subscription, SubscriptionId, TimeUnit, Timestamp};

use super::compare::{Difference, Strictness, difference};
use super::provider::Unusable;
use super::sequence::{Arrival, Sending, Sequence, Step, Wait};
use super::setup::{Arrive, LedgerLine, NewSubscription, Setup, Source};
use super::timeline::{Line, curls, in_words, state};
use crate::billing::{Company, EntryKind, Refusal, Request};
use crate::client::encoded;

/// The course of a sequence.
#[derive(Debug, Default)]
pub(super) struct Course {
    pub(super) steps: u64,
    /// Requests that the model and the provider both refused.
    pub(super) refused: u64,
    /// Steps in which the provider decided otherwise, where the rules leave that open.
    pub(super) tolerated: u64,
    /// The commands and the states on both sides, in order.
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
    course: Course,
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
                let line = "as it is".to_owned();
                return self.read_back(self.ids.len() - 1, line, Vec::new()).await;
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
        let line = format!(
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
        self.read_back(number, line, Vec::new()).await
    }

    async fn step(&mut self, step: &Step) -> Result<(), End> {
        let now = self.resolved(step);
        self.move_clock(now);
        let (customer, subscription) = self.ids[step.target].clone();
        let Some(request) = step.plan.request(&customer, &subscription, now) else {
            return self
                .read_all(step.target, "read".to_owned(), Vec::new())
                .await;
        };
        let provider = &self.setup.provider;
        let curl = curls(&provider.curl(&request, step.sending, now), step.sending);
        let line = in_words(&request, step.sending);
        let before = self.company.clone();
        let expected = match step.sending {
            Sending::OtherMode => Err(Refusal::NotFound("the customer exists in test mode only")),
            _ => self.company.apply(&request),
        };
        let status = provider.change(&request, step.sending, now).await?;
        let judged = self.judge(expected.map(drop), status, step.sending);
        if judged.is_ok() && expected.is_ok() && status != 200 {
            // The provider has refused what the model allows, and that is its right.
            self.company = before;
            self.course.tolerated += 1;
        }
        if judged.is_err() {
            self.course.timeline.push(Line {
                at: now,
                request: line,
                curl,
                model: match &expected {
                    Ok(outcome) => format!("200, {outcome:?}"),
                    Err(refusal) => format!("{}, {refusal}", refusal.status()),
                },
                provider: status.to_string(),
            });
            return judged;
        }
        self.read_all(step.target, line, curl).await
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

    /// Reads the changed subscription, and all others: a request may only change its own.
    async fn read_all(
        &mut self,
        target: usize,
        line: String,
        curl: Vec<String>,
    ) -> Result<(), End> {
        self.read_back(target, line, curl).await?;
        for other in (0..self.ids.len()).filter(|other| *other != target) {
            let Err((difference, found)) = self.compare(other).await else {
                continue;
            };
            let (now, id) = (self.company.now(), &self.ids[other].1);
            let model = self.company.subscription(id).map(|one| one.model(now));
            self.course.timeline.push(Line {
                at: now,
                request: format!("{}: no request", id.as_str()),
                curl: vec![self.setup.provider.curl_of_read(&self.path(other), now)],
                model: model.as_ref().map(state).unwrap_or_default(),
                provider: found,
            });
            return Err(difference.into());
        }
        Ok(())
    }

    async fn read_back(
        &mut self,
        number: usize,
        line: String,
        mut curl: Vec<String>,
    ) -> Result<(), End> {
        let (now, id) = (self.company.now(), &self.ids[number].1);
        curl.push(self.setup.provider.curl_of_read(&self.path(number), now));
        let model = self.company.subscription(id).map(|one| one.model(now));
        self.course.timeline.push(Line {
            at: now,
            request: format!("{}: {line}", id.as_str()),
            curl,
            model: model.as_ref().map(state).unwrap_or_default(),
            provider: String::new(),
        });
        let compared = self.compare(number).await;
        if let (Ok(found), Some(line)) = (&compared, self.course.timeline.last_mut()) {
            line.provider.clone_from(found);
        }
        if let (Err((_, found)), Some(line)) = (&compared, self.course.timeline.last_mut()) {
            line.provider.clone_from(found);
        }
        compared
            .map(drop)
            .map_err(|(difference, _)| difference.into())
    }

    fn path(&self, number: usize) -> String {
        let (customer, subscription) = &self.ids[number];
        let (customer, subscription) = (encoded(customer.as_str()), encoded(subscription.as_str()));
        format!("/customers/{customer}/subscriptions/{subscription}")
    }

    /// Reads one subscription. Returns its state in words, also beside a difference.
    async fn compare(&self, number: usize) -> Result<String, (Difference, String)> {
        let (now, id) = (self.company.now(), &self.ids[number].1);
        let path = self.path(number);
        let found = self.setup.provider.read::<Subscription>(&path, Some(now));
        let unusable = |fault: Unusable| {
            (
                Difference::new("response", "a subscription", &fault),
                fault.to_string(),
            )
        };
        let found = found.await.map_err(unusable)?;
        let Some(found) = found else {
            let missing = Difference::new(id.as_str(), "a subscription", "404");
            return Err((missing, "404".to_owned()));
        };
        let shown = state(&found);
        let Some(expected) = self.company.subscription(id) else {
            return Ok(shown);
        };
        let strictness = Strictness {
            exact: self.setup.strict,
            slack: self.setup.slack,
        };
        if let Some(difference) = difference(&expected.model(now), &found, strictness) {
            return Err((difference, shown));
        }
        self.compare_ledger(number)
            .await
            .map_err(|difference| (difference, shown.clone()))?;
        Ok(shown)
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
