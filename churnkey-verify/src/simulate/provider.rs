//! The provider of a simulation, as it is reached over HTTP.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use churnkey_runtime::{Customer, CustomerId, Mode, Subscription, SubscriptionId, Timestamp};
use futures_util::future::{BoxFuture, join};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::sequence::Sending;
use crate::billing::Request as Change;
use crate::client::{Client, Request, encoded};

/// The header that sets the time of a provider that opts in. It is part of this verifier, and not
/// of Churnkey's protocol: Churnkey never sends it.
pub const CLOCK_HEADER: &str = "X-Churnkey-Now";

pub(super) type Restart = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// The time after which a caller over a socket hangs up: the action has begun by then, or ended.
const HANG_UP: Duration = Duration::from_millis(1);

/// The longest wait for a provider that was restarted. A database needs some time to notice that
/// the transactions of a killed process are over.
const RECOVERY: Duration = Duration::from_secs(20);

/// A provider behind a client in test mode.
pub(super) struct Provider {
    pub(super) client: Client,
    pub(super) clock_header: bool,
    /// Kills the provider and starts it again.
    pub(super) restart: Option<Restart>,
    /// The number of requests whose response was lost.
    pub(super) interrupted: AtomicU64,
}

/// A request that got no usable response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unusable(pub(super) String);

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Provider {
    /// Reads one model, or `None` for a 404.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        path: &str,
        now: Option<Timestamp>,
    ) -> Result<Option<T>, Unusable> {
        let request = self.at(Request::get(path), now);
        let response = self.client.send(&request).await;
        let response = response.map_err(|fault| Unusable(format!("GET {path}: {fault}")))?;
        match response.status {
            200 => {}
            404 => return Ok(None),
            status => return Err(Unusable(format!("GET {path} was answered with {status}"))),
        }
        let model = serde_json::from_slice(&response.body);
        model
            .map(Some)
            .map_err(|fault| Unusable(format!("GET {path}: the body is no model: {fault}")))
    }

    /// Reads a whole list. A provider without it has an empty one.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        now: Option<Timestamp>,
    ) -> Result<Vec<T>, Unusable> {
        #[derive(serde::Deserialize)]
        struct Page<T> {
            data: Vec<T>,
            next: Option<Value>,
        }
        let (mut items, mut query) = (Vec::new(), "?limit=100".to_owned());
        while let Some(page) = self.read::<Page<T>>(&format!("{path}{query}"), now).await? {
            items.extend(page.data);
            let cursor = match page.next {
                None | Some(Value::Null) => break,
                Some(Value::String(cursor)) => cursor,
                Some(cursor) => cursor.to_string(),
            };
            query = format!("?limit=100&cursor={}", encoded(&cursor));
        }
        Ok(items)
    }

    /// The subscriptions that the provider has and that show enough to continue with them. With
    /// `alone` their customers have no other: an action for all of them would change one that is
    /// not compared.
    pub(super) async fn existing(
        &self,
        wanted: usize,
        alone: bool,
    ) -> Result<Vec<Subscription>, Unusable> {
        let mut found = Vec::new();
        for customer in self.list::<Customer>("/customers", None).await? {
            if !customer.discounts.is_empty() {
                continue;
            }
            let path = format!("/customers/{}/subscriptions", encoded(customer.id.as_str()));
            let subscriptions = self.list::<Subscription>(&path, None).await?;
            if alone && subscriptions.len() != 1 {
                continue;
            }
            found.extend(subscriptions.into_iter().filter(|one| {
                let is_lasting = matches!(one.status.name(), "active" | "trial");
                is_lasting && one.discounts.is_empty() && one.items.len() == 1
            }));
            if found.len() >= wanted {
                break;
            }
        }
        Ok(found)
    }

    /// Sends a change, and returns the status of the last response.
    pub(super) async fn change(
        &self,
        change: &Change,
        sending: Sending,
        now: Timestamp,
    ) -> Result<u16, Unusable> {
        let (path, body) = on_the_wire(change);
        let mut request = self.at(Request::post(format!("/actions/{path}"), &body), Some(now));
        let status = async |request: &Request| {
            let response = self.client.send(request).await;
            response
                .map(|response| response.status)
                .map_err(|fault| Unusable(format!("POST {path}: {fault}")))
        };
        match sending {
            Sending::Once => status(&request).await,
            Sending::Twice => {
                let first = status(&request).await?;
                let second = status(&request).await?;
                same(path, first, second)
            }
            Sending::Together => {
                let both = join(status(&request), status(&request));
                let (first, second) = both.await;
                same(path, first?, second?)
            }
            Sending::HangUp => {
                let limit = match self.client.is_in_process() {
                    true => Duration::ZERO,
                    false => HANG_UP,
                };
                let first = tokio::time::timeout(limit, self.client.send(&request)).await;
                self.count(first.is_err());
                status(&request).await
            }
            Sending::AfterRestart => {
                self.kill_and_start().await?;
                self.recovered(path, &request).await
            }
            Sending::Killed { millis } => {
                let kill = async {
                    tokio::time::sleep(Duration::from_millis(millis.into())).await;
                    self.kill_and_start().await
                };
                let (first, killed) = join(self.client.send(&request), kill).await;
                killed?;
                self.count(first.is_err());
                let second = self.recovered(path, &request).await?;
                match first {
                    Ok(first) if first.status != 503 => same(path, first.status, second),
                    _ => Ok(second),
                }
            }
            Sending::OtherMode => {
                request = request.mode(Mode::Live.as_str());
                status(&request).await
            }
        }
    }

    fn count(&self, interrupted: bool) {
        self.interrupted
            .fetch_add(interrupted.into(), Ordering::Relaxed);
    }

    async fn kill_and_start(&self) -> Result<(), Unusable> {
        let Some(restart) = &self.restart else {
            return Err(Unusable(
                "the simulation cannot restart the provider".to_owned(),
            ));
        };
        let restarted = restart().await;
        restarted.map_err(|fault| Unusable(format!("the provider does not start: {fault}")))
    }

    /// Sends a request to a provider that was just started, until it answers with more than a 503.
    async fn recovered(&self, path: &str, request: &Request) -> Result<u16, Unusable> {
        let begun = Instant::now();
        loop {
            let fault = match self.client.send(request).await {
                Ok(response) if response.status != 503 => return Ok(response.status),
                Ok(_) => "503".to_owned(),
                Err(fault) => fault.to_string(),
            };
            if begun.elapsed() > RECOVERY {
                return Err(Unusable(format!("POST {path} after a restart: {fault}")));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The request as a line for the shell.
    pub(super) fn curl(&self, change: &Change, sending: Sending, now: Timestamp) -> String {
        let (path, body) = on_the_wire(change);
        let mut request = Request::post(format!("/actions/{path}"), &body);
        if sending == Sending::OtherMode {
            request = request.mode(Mode::Live.as_str());
        }
        self.client.curl(&self.at(request, Some(now)))
    }

    pub(super) fn curl_of_read(&self, path: &str, now: Timestamp) -> String {
        self.client.curl(&self.at(Request::get(path), Some(now)))
    }

    fn at(&self, request: Request, now: Option<Timestamp>) -> Request {
        match now.filter(|_| self.clock_header) {
            Some(now) => request.header(CLOCK_HEADER, now.to_string()),
            None => request,
        }
    }
}

/// The path of a subscription.
pub(super) fn path_of(customer: &CustomerId, subscription: &SubscriptionId) -> String {
    let (customer, subscription) = (encoded(customer.as_str()), encoded(subscription.as_str()));
    format!("/customers/{customer}/subscriptions/{subscription}")
}

/// A repetition is answered like the first request.
fn same(path: &str, first: u16, second: u16) -> Result<u16, Unusable> {
    match first == second {
        true => Ok(first),
        false => Err(Unusable(format!(
            "POST {path} was answered with {first}, and its repetition with {second}"
        ))),
    }
}

/// The path below `/actions`, and the body.
pub(super) fn on_the_wire(change: &Change) -> (&'static str, Value) {
    let (path, mut body) = match change {
        Change::Cancel {
            subscription,
            schedule,
            unpause,
            ..
        } => {
            let mut body = json!({ "scheduledAt": schedule });
            if *unpause {
                body["unpause"] = json!(true);
            }
            let path = match subscription {
                Some(_) => "subscription/cancel",
                None => "customer/cancel",
            };
            (path, body)
        }
        Change::Pause {
            subscription,
            start,
            length,
            allow_annual,
            ..
        } => {
            let mut body = json!({ "startAt": start, "duration": length });
            if let Some(allowed) = allow_annual {
                body["allowAnnual"] = json!(allowed);
            }
            let path = match subscription {
                Some(_) => "subscription/pause",
                None => "customer/pause",
            };
            (path, body)
        }
        Change::ApplyCoupon { coupon, .. } => {
            ("subscription/apply-coupon", json!({ "id": coupon }))
        }
        Change::ChangePrice {
            price,
            schedule,
            prorate,
            ..
        } => {
            let mut body = json!({ "id": price, "scheduledAt": schedule });
            if *prorate {
                body["prorate"] = json!(true);
            }
            ("subscription/change-price", body)
        }
        Change::ExtendTrial { length, .. } => {
            ("subscription/extend-trial", json!({ "duration": length }))
        }
    };
    body["customerId"] = json!(change.customer());
    if let Some(subscription) = change.subscription() {
        body["subscriptionId"] = json!(subscription);
    }
    (path, body)
}
