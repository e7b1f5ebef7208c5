//! Providers of several sizes, from the least that there is to one with everything, and what is asked of them.

use churnkey::Integration;
use churnkey::axum::Router;
use churnkey::axum::body::Body;
use churnkey::http::{Request, Response};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::specification::Specification;

test_support::integration!(least: prices);
test_support::integration!(searches: prices, list_customers, list_subscriptions, find_by_email, find_by_phone);
test_support::integration!(standalone: prices, products, families);
test_support::integration!(linked: prices(type = "product"), products(type = "family"), families);
test_support::integration!(at_once: prices, coupons, cancel(schedules(immediate)), cancel_all,
    pause(start_dates(immediate), durations(period)), pause_all, apply_coupon,
    change_price(schedules(immediate)), extend_trial(durations(date)));
test_support::integration!(later: prices, cancel(schedules(end_of_period)),
    pause(start_dates(end_of_period), durations(date), allow_annual),
    change_price(schedules(end_of_period), prorate), extend_trial(durations(period)));
test_support::integration!(everything: prices(type = "product"), products(type = "family"), families, coupons, list_customers,
    find_by_email, find_by_phone, list_subscriptions, cancel, cancel_all, pause(all), pause_all, apply_coupon,
    change_price(all), extend_trial(all));

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
            Self::of::<least::Billing>("least"),
            Self::of::<searches::Billing>("searches"),
            Self::of::<standalone::Billing>("standalone"),
            Self::of::<linked::Billing>("linked"),
            Self::of::<at_once::Billing>("at_once"),
            Self::of::<later::Billing>("later"),
            Self::of::<everything::Billing>("everything"),
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

    /// The status of an action with this body.
    pub(crate) async fn act(&self, path: &str, body: &Value) -> u16 {
        self.send("POST", path, &body.to_string())
            .await
            .status()
            .as_u16()
    }
}
