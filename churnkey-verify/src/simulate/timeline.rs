//! The steps of a sequence with the states after them, in words and as commands.

use std::borrow::Cow;
use std::fmt;

use churnkey_runtime::{CustomerId, Subscription, SubscriptionId, Timestamp};

use super::provider::{Provider, on_the_wire, path_of};
use super::sequence::Sending;
use crate::billing::Request;

/// A step in the timeline: an event, and the state of a subscription after it.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) at: Timestamp,
    pub(super) customer: CustomerId,
    pub(super) subscription: SubscriptionId,
    pub(super) event: Event,
    pub(super) model: State,
    pub(super) provider: State,
}

/// An event of a sequence.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Request(Request, Sending),
    /// The start of the subscription, or nothing but the time that passes.
    Other(Cow<'static, str>),
}

/// The state that one side shows.
#[derive(Clone, Debug)]
pub(super) enum State {
    Subscription(Box<Subscription>),
    /// An answer without a subscription.
    Answer(String),
}

impl Line {
    /// The commands that send the request and read the subscription.
    pub(super) fn curl(&self, provider: &Provider) -> Vec<String> {
        let mut lines = match &self.event {
            Event::Request(request, sending) => {
                curls(&provider.curl(request, *sending, self.at), *sending)
            }
            Event::Other(_) => Vec::new(),
        };
        // A status that differs ends the sequence before anything is read.
        if matches!(self.model, State::Subscription(_)) {
            let path = path_of(&self.customer, &self.subscription);
            lines.push(provider.curl_of_read(&path, self.at));
        }
        lines
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (request, sending) = match self {
            Self::Request(request, sending) => (request, sending),
            Self::Other(words) => return f.write_str(words),
        };
        let (path, mut body) = on_the_wire(request);
        // The line names the subscription.
        if let Some(fields) = body.as_object_mut() {
            fields.remove("customerId");
            fields.remove("subscriptionId");
        }
        let sent = match sending {
            Sending::Once => "",
            Sending::Twice => ", sent twice",
            Sending::Together => ", sent twice at the same time",
            Sending::HangUp => ", sent, broken off, and sent again",
            Sending::OtherMode => ", sent in live mode",
            Sending::AfterRestart => ", after a restart",
            Sending::Killed { .. } => ", sent, interrupted by a restart, and sent again",
        };
        write!(f, "{path} {body}{sent}")
    }
}

/// The commands that send the request in this way.
fn curls(line: &str, sending: Sending) -> Vec<String> {
    match sending {
        Sending::Once | Sending::OtherMode => vec![line.to_owned()],
        Sending::Twice => vec![line.to_owned(); 2],
        Sending::Together => vec![format!("{line} &"), line.to_owned(), "wait".to_owned()],
        Sending::HangUp => vec![format!("{line} --max-time 0.001"), line.to_owned()],
        Sending::AfterRestart => vec!["# restart the provider".to_owned(), line.to_owned()],
        Sending::Killed { .. } => vec![
            format!("{line} &"),
            "# kill the provider, and start it again".to_owned(),
            line.to_owned(),
        ],
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subscription = match self {
            Self::Subscription(subscription) => subscription,
            Self::Answer(words) => return f.write_str(words),
        };
        let status = &subscription.status;
        f.write_str(status.name())?;
        if let Some(period) = status.current_period_dates() {
            write!(f, " {} – {}", period.start, period.end)?;
        }
        if let Some(item) = subscription.items.first() {
            write!(f, ", {}", item.price.id.as_str())?;
        }
        for discount in &subscription.discounts {
            write!(f, ", {}", discount.coupon.id.as_str())?;
        }
        Ok(())
    }
}
