//! Providers of several sizes, from the minimal one to the complete one, and requests to them.

use churnkey::Integration;
use churnkey::axum::Router;
use churnkey::axum::body::Body;
use churnkey::http::{Request, Response};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::specification::Specification;

test_support::integration!(minimal: prices);
test_support::integration!(test_only, modes(test): prices);
test_support::integration!(live_only, modes(live): prices);
test_support::integration!(searchable: prices, list_customers, list_subscriptions, find_by_email,
    find_by_phone);
test_support::integration!(standalone: prices, products, families);
test_support::integration!(linked: prices(type = "product"), products(type = "family"), families);
test_support::integration!(immediate: prices, coupons, cancel(schedules(immediate)), cancel_all,
    pause(start_dates(immediate), durations(period)), pause_all, apply_coupon,
    change_price(schedules(immediate)), extend_trial(durations(date)));
test_support::integration!(end_of_period: prices, cancel(schedules(end_of_period)),
    pause(start_dates(end_of_period), durations(date), allow_annual),
    change_price(schedules(end_of_period), prorate), extend_trial(durations(period)));
test_support::integration!(complete: prices(type = "product"), products(type = "family"), families,
    coupons, list_customers, find_by_email, find_by_phone, list_subscriptions, cancel, cancel_all,
    pause(all), pause_all, apply_coupon, change_price(all), extend_trial(all));

pub(crate) struct Provider {
    pub(crate) name: &'static str,
    pub(crate) specification: Specification,
    router: Router,
}

impl Provider {
    fn of<T: Integration + Default>(name: &'static str) -> Self {
        Self {
            name,
            specification: Specification::of::<T>(),
            router: T::router(T::default(), "token"),
        }
    }

    pub(crate) fn all() -> [Self; 7] {
        [
            Self::of::<minimal::Billing>("minimal"),
            Self::of::<searchable::Billing>("searchable"),
            Self::of::<standalone::Billing>("standalone"),
            Self::of::<linked::Billing>("linked"),
            Self::of::<immediate::Billing>("immediate"),
            Self::of::<end_of_period::Billing>("end_of_period"),
            Self::of::<complete::Billing>("complete"),
        ]
    }

    pub(crate) fn with_actions() -> impl Iterator<Item = Self> {
        let all = Self::all().into_iter();
        all.filter(|one| {
            one.specification
                .paths()
                .any(|(path, _)| path.contains("/actions/"))
        })
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: &str) -> Response<Vec<u8>> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("Authorization", "Bearer token")
            .header("Content-Type", "application/json")
            .body(Body::from(body.to_owned()))
            .unwrap();
        let (parts, body) = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        Response::from_parts(parts, body.collect().await.unwrap().to_bytes().to_vec())
    }

    /// Sends an action with this body and returns the status.
    pub(crate) async fn act(&self, path: &str, body: &Value) -> u16 {
        self.send("POST", path, &body.to_string())
            .await
            .status()
            .as_u16()
    }
}
