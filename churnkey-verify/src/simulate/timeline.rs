//! The steps of a sequence in words and as commands.

use churnkey_runtime::{Subscription, Timestamp};

use super::provider::on_the_wire;
use super::sequence::Sending;
use crate::billing::Request;

/// A step in the timeline.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) at: Timestamp,
    /// The request in words, and its command.
    pub(super) request: String,
    pub(super) curl: Vec<String>,
    pub(super) model: String,
    pub(super) provider: String,
}

/// The request in a few words, without the ids.
pub(super) fn in_words(request: &Request, sending: Sending) -> String {
    let (path, mut body) = on_the_wire(request);
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
    };
    format!("{path} {body}{sent}")
}

/// The commands that send the request in this way.
pub(super) fn curls(line: &str, sending: Sending) -> Vec<String> {
    match sending {
        Sending::Once | Sending::OtherMode => vec![line.to_owned()],
        Sending::Twice => vec![line.to_owned(); 2],
        Sending::Together => vec![format!("{line} &"), line.to_owned(), "wait".to_owned()],
        Sending::HangUp => vec![format!("{line} --max-time 0.001"), line.to_owned()],
    }
}

/// The state of a subscription in a few words.
pub(super) fn state(subscription: &Subscription) -> String {
    let status = &subscription.status;
    let mut words = status.name().to_owned();
    if let Some(period) = status.current_period_dates() {
        words.push_str(&format!(" {} – {}", period.start, period.end));
    }
    if let Some(item) = subscription.items.first() {
        words.push_str(&format!(", {}", item.price.id.as_str()));
    }
    for discount in &subscription.discounts {
        words.push_str(&format!(", {}", discount.coupon.id.as_str()));
    }
    words
}
