//! Every response of the example `acme` against its declared schema: complete lists, each row by
//! itself, searches, rejections and actions.

use std::collections::{BTreeSet, HashMap};

use churnkey::axum::Router;
use churnkey::axum::body::Body;
use churnkey::http::Request;
use churnkey::{Integration as _, Timestamp};
use http_body_util::BodyExt as _;
use jsonschema::Validator;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::specification::Specification;
use acme::{Acme, Clock};

struct Company {
    router: Router,
    specification: Specification,
    /// Validators by path and status. They are cached because building one takes longer than using
    /// it.
    validators: HashMap<(String, u16), Validator>,
    answers: usize,
    _folder: TempDir,
}

impl Company {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let noon: Timestamp = "2026-05-01T12:00:00Z".parse().unwrap();
        let acme = Acme::open(folder.path().join("acme.db"), Clock::new(move || noon))
            .await
            .unwrap();
        Self {
            router: Acme::router(acme, "token"),
            specification: Specification::of::<Acme>(),
            validators: HashMap::new(),
            answers: 0,
            _folder: folder,
        }
    }

    /// Sends a request and checks the response against the document: status, headers and body are
    /// as declared for the path.
    async fn ask(
        &mut self,
        template: &str,
        parameters: &[&str],
        query: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let mut path = template.to_owned();
        for parameter in parameters {
            let (start, end) = (path.find('{').unwrap(), path.find('}').unwrap());
            path.replace_range(
                start..=end,
                &parameter.replace('@', "%40").replace('+', "%2B"),
            );
        }
        let method = if body.is_some() { "post" } else { "get" };
        let mut request = Request::builder()
            .method(method.to_uppercase().as_str())
            .uri(format!("{path}{query}"))
            .header("X-Churnkey-Mode", "test")
            .header("Authorization", "Bearer token");
        if body.is_some() {
            request = request.header("Content-Type", "application/json");
        }
        let request = request
            .body(body.map_or(Body::empty(), |body| Body::from(body.to_string())))
            .unwrap();
        let (parts, body) = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        let status = parts.status.as_u16();
        let bytes = body.collect().await.unwrap().to_bytes();
        let answer = match self.specification.answer(template, method, status) {
            Some(schema) => {
                assert_eq!(parts.headers["Content-Type"], "application/json");
                let answer = serde_json::from_slice(&bytes).unwrap();
                let validator = self
                    .validators
                    .entry((template.to_owned(), status))
                    .or_insert_with(|| self.specification.validator(schema));
                if let Err(error) = validator.validate(&answer) {
                    panic!("{path}: {error}: {answer}");
                }
                answer
            }
            None => {
                assert!(bytes.is_empty(), "{path}");
                Value::Null
            }
        };
        self.answers += 1;
        (status, answer)
    }

    async fn walk(&mut self, template: &str, parameters: &[&str]) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut query = "?limit=100".to_owned();
        loop {
            let (status, page) = self.ask(template, parameters, &query, None).await;
            assert_eq!(status, 200);
            rows.extend(page["data"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(cursor) => query = format!("?limit=100&cursor={cursor}"),
                None => return rows,
            }
        }
    }
}

fn id(row: &Value) -> &str {
    row["id"].as_str().unwrap()
}

#[tokio::test]
async fn listed_and_retrieved_rows_match_the_schema() {
    let mut company = Company::open().await;
    for (list, retrieve, rows) in [
        ("/churnkey/prices", "/churnkey/prices/{priceId}", 30),
        ("/churnkey/products", "/churnkey/products/{productId}", 4),
        ("/churnkey/families", "/churnkey/families/{familyId}", 2),
        ("/churnkey/coupons", "/churnkey/coupons/{couponId}", 9),
        (
            "/churnkey/customers",
            "/churnkey/customers/{customerId}",
            500,
        ),
    ] {
        let found = company.walk(list, &[]).await;
        assert_eq!(found.len(), rows, "{list}");
        for row in found {
            let (status, alone) = company.ask(retrieve, &[id(&row)], "", None).await;
            assert_eq!((status, alone), (200, row));
        }
    }
    assert_eq!(
        company.ask("/churnkey/features", &[], "", None).await.0,
        200
    );
    assert!(company.answers > 550, "{}", company.answers);
}

#[tokio::test]
async fn found_customers_and_subscriptions_match_the_schema() {
    let mut company = Company::open().await;
    let mut states = BTreeSet::new();
    let subscriptions = "/churnkey/customers/{customerId}/subscriptions";
    let subscription = "/churnkey/customers/{customerId}/subscriptions/{subscriptionId}";
    for customer in company.walk("/churnkey/customers", &[]).await {
        for (field, path) in [
            ("email", "/churnkey/customers/email/{email}"),
            ("phone", "/churnkey/customers/phone/{phone}"),
        ] {
            if let Some(key) = customer[field].as_str() {
                let (status, found) = company.ask(path, &[key], "", None).await;
                assert_eq!((status, &found), (200, &customer));
            }
        }
        for row in company.walk(subscriptions, &[id(&customer)]).await {
            states.insert(row["status"]["name"].as_str().unwrap().to_owned());
            let (status, alone) = company
                .ask(subscription, &[id(&customer), id(&row)], "", None)
                .await;
            assert_eq!((status, alone), (200, row));
        }
    }
    let states: Vec<_> = states.iter().map(String::as_str).collect();
    assert_eq!(states, ["active", "canceled", "paused", "trial", "unpaid"]);
}

#[tokio::test]
async fn rejections_match_the_schema() {
    let mut company = Company::open().await;
    let cases = [
        ("/churnkey/customers/{customerId}", "missing", "", 404),
        (
            "/churnkey/customers/email/{email}",
            "no@example.org",
            "",
            404,
        ),
        ("/churnkey/customers/phone/{phone}", "+1", "", 404),
        (
            "/churnkey/customers/{customerId}/subscriptions",
            "missing",
            "",
            404,
        ),
        ("/churnkey/customers", "", "?limit=0", 400),
        ("/churnkey/customers", "", "?cursor=made-up", 400),
    ];
    for (template, parameter, query, expected) in cases {
        let parameters = if template.contains('{') {
            vec![parameter]
        } else {
            vec![]
        };
        let (status, answer) = company.ask(template, &parameters, query, None).await;
        assert_eq!(
            (status, &answer["code"]),
            (expected, &json!(expected)),
            "{template}"
        );
    }
    let bodies = [
        ("/churnkey/actions/subscription/cancel", json!({}), 400),
        (
            "/churnkey/actions/customer/cancel",
            json!({"customerId": "missing", "scheduledAt": "immediate"}),
            404,
        ),
        (
            "/churnkey/actions/subscription/apply-coupon",
            json!({"customerId": "cus_test_0010", "subscriptionId": "sub_test_0010_1", "id": "coupon_used_up"}),
            409,
        ),
        (
            "/churnkey/actions/subscription/apply-coupon",
            json!({"customerId": "cus_test_0010", "subscriptionId": "sub_test_0010_1", "coupon": "coupon_stay"}),
            200,
        ),
        (
            "/churnkey/actions/customer/cancel",
            json!({"customerId": "cus_test_0010", "scheduledAt": "immediate", "unpause": null}),
            200,
        ),
    ];
    for (template, body, expected) in bodies {
        let (status, answer) = company.ask(template, &[], "", Some(body)).await;
        assert_eq!(status, expected, "{template}: {answer}");
    }
}
