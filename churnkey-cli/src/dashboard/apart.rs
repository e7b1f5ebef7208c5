//! The check that an action in test mode does not change what real customers pay.

use churnkey_verify::internal::{Request, encoded};
use serde_json::Value;

use super::app::App;
use super::request_log::of_page;

impl App {
    /// Checks that test and live mode do not share the data that an action may change, as the
    /// verifier does before it sends actions. The error is a message for the user.
    pub(super) async fn may_change(
        &self,
        customer: Option<&str>,
        subscription: Option<&str>,
    ) -> Result<(), String> {
        let Some(customer) = customer else {
            return Ok(());
        };
        if self.is_live() || self.same_data {
            return Ok(());
        }
        let test = of_page(self.changeable(customer, subscription, false)).await;
        let live = of_page(self.changeable(customer, subscription, true)).await;
        match test.is_some() && test == live {
            false => Ok(()),
            true => Err(
                "Nothing was sent: test and live mode have the same data, so this action would \
                 change what a real customer pays. If both modes share their data on purpose, \
                 start the program with `--same-data`."
                    .to_owned(),
            ),
        }
    }

    /// The data that an action may change, without the token: a subscription, or the first ones of
    /// a customer.
    pub(super) async fn changeable(
        &self,
        customer: &str,
        subscription: Option<&str>,
        is_live: bool,
    ) -> Option<Value> {
        let list = format!("/customers/{}/subscriptions", encoded(customer));
        let request = Request::get(match subscription {
            Some(id) => format!("{list}/{}", encoded(id)),
            None => format!("{list}?limit=100"),
        });
        let request = match is_live {
            true => request.in_live_mode(),
            false => request,
        };
        let response = self.client.send(&request).await.ok()?;
        let mut value = response.json().ok()?;
        self.scrub.value(&mut value);
        let is_empty = value
            .get("data")
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty);
        (response.status == 200 && !is_empty).then_some(value)
    }
}
