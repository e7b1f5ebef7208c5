use churnkey::Timestamp;
use churnkey::axum::Router;
use churnkey::axum::body::{Body, Bytes};
use churnkey::http::Request;
use churnkey::{Integration as _, http::request::Builder};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use test_support::conformance::Instance;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use acme::{Acme, Clock};
use postgres_tests::caller::{Action, Caller};
use postgres_tests::instance;
use postgres_tests::plan::flows;
use postgres_tests::server::{Database, Server};
use test_support::conformance::client::{Client, Mode, id_of, subscriptions_of};

/// The company on SQLite and the one on PostgreSQL, created at the same time and read at the same
/// time.
struct Pair {
    acme: Router,
    folder: TempDir,
    database: Database,
    process: [Instance; 1],
    runtime: Runtime,
}

impl Pair {
    fn create() -> Self {
        let database = Server::shared().company();
        database.stop_the_clock();
        let session = database.session();
        let millis = |moment: &str| {
            session.number(&format!(
                "SELECT (extract(epoch FROM {moment}) * 1000)::bigint"
            ))
        };
        let now = millis("company_time()");
        let founded = millis(
            "(SELECT expires_at + interval '30 days' FROM coupons WHERE mode = 'live' AND id = 'coupon_expired')",
        );
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("acme.db");
        let at = |millis| Clock::new(move || Timestamp::from_unix_millis(millis).unwrap());
        let runtime = Runtime::new().unwrap();
        let acme = runtime.block_on(async {
            Acme::open(&file, at(founded)).await.unwrap();
            Acme::open(&file, at(now)).await.unwrap()
        });
        let process = [instance::start_on(&database)];
        Self {
            acme: Acme::router(acme, "token"),
            folder,
            database,
            process,
            runtime,
        }
    }

    /// Asserts that both companies have equal documents, and returns their number.
    fn assert_same_documents(&self) -> usize {
        let mut documents = 0;
        for mode in Mode::BOTH {
            let mut client = Client::new(&self.process[0], mode);
            let catalog = [
                "/customers",
                "/prices",
                "/products",
                "/families",
                "/coupons",
            ];
            let mut lists: Vec<String> = catalog.map(str::to_owned).into();
            let customers = self.walk(mode, "/customers");
            lists.extend(
                customers
                    .iter()
                    .map(|customer| subscriptions_of(&id_of(customer))),
            );
            for list in lists {
                let (expected, create) = (self.walk(mode, &list), client.walk(&list, Some(100)));
                assert_eq!(create.len(), expected.len(), "{list}");
                for (create, expected) in create.iter().zip(&expected) {
                    assert_eq!(create, expected, "{list}");
                }
                documents += expected.len();
            }
        }
        documents
    }

    /// Returns a complete list of the company on SQLite.
    fn walk(&self, mode: Mode, path: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut next = String::new();
        loop {
            let request = Request::get(format!("/churnkey{path}?limit=100{next}"));
            let (_, body) = self.send(request, mode.word(), Body::empty());
            let page: Value = serde_json::from_slice(&body).unwrap();
            rows.extend(page["data"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => return rows,
            }
        }
    }

    /// Sends an action to the company on SQLite and returns the status.
    fn act(&self, action: &Action) -> u16 {
        let request = Request::post(format!("/churnkey/actions/{}", action.path))
            .header("X-Request-Id", &action.request_id)
            .header("Content-Type", "application/json");
        self.send(request, action.mode, Body::from(action.body.to_string()))
            .0
    }

    fn send(&self, request: Builder, mode: &str, body: Body) -> (u16, Bytes) {
        let request = request
            .header("Authorization", "Bearer token")
            .header("X-Churnkey-Mode", mode)
            .body(body)
            .unwrap();
        self.runtime.block_on(async {
            let response = self.acme.clone().oneshot(request).await.unwrap();
            let status = response.status().as_u16();
            (
                status,
                response.into_body().collect().await.unwrap().to_bytes(),
            )
        })
    }

    fn audit_of_acme(&self) -> Vec<Value> {
        let file = rusqlite::Connection::open(self.folder.path().join("acme.db")).unwrap();
        let sql = "SELECT json_array(mode, at, request_id, action, customer, subscription, outcome, json(details)) FROM audit ORDER BY mode, number";
        let mut statement = file.prepare(sql).unwrap();
        let entries = statement.query_map([], |row| row.get::<_, String>(0));
        entries
            .unwrap()
            .map(|entry| serde_json::from_str(&entry.unwrap()).unwrap())
            .collect()
    }

    fn audit(&self) -> Vec<Value> {
        let sql = "SELECT jsonb_build_array(mode, (extract(epoch FROM at) * 1000)::bigint, request_id, action, customer, subscription, outcome, details)
                   FROM audit ORDER BY mode, number";
        let entries = self.database.session().texts(sql);
        let entries = entries.iter().map(|entry| serde_json::from_str(entry));
        entries.collect::<Result<_, _>>().unwrap()
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        // A task closes the connections of SQLite.
        let _entered = self.runtime.enter();
        self.acme = Router::new();
    }
}

#[test]
fn all_documents_equal_those_of_acme() {
    let documents = Pair::create().assert_same_documents();

    assert!(documents > 2000, "only {documents} were compared");
}

#[test]
fn same_actions_lead_to_the_same_documents_and_audit() {
    let both = Pair::create();
    let caller = Caller::of(&both.process);
    for action in flows(&both.database.session(), 1..=60).iter().flatten() {
        // The second request is a repetition.
        for _ in 0..2 {
            let answer = caller.send(action, 0).expect("an answer");
            assert_eq!(answer.status, both.act(action), "{action:?}");
        }
    }
    // Both companies reject actions on canceled subscriptions.
    let refused = Action {
        request_id: "refused".to_owned(),
        mode: "test",
        path: "subscription/apply-coupon",
        body: json!({ "customerId": "cus_test_0004", "subscriptionId": "sub_test_0004_1", "id": "coupon_welcome" }),
    };
    assert_eq!(both.act(&refused), 409);
    assert_eq!(caller.send(&refused, 0).expect("an answer").status, 409);

    let (create, expected) = (both.audit(), both.audit_of_acme());
    assert_eq!(create.len(), expected.len());
    for (create, expected) in create.iter().zip(&expected) {
        assert_eq!(create, expected);
    }
    assert!(expected.len() > 400, "only {} entries", expected.len());
    both.assert_same_documents();
}

#[test]
fn unstorable_id_is_not_found() {
    let process = instance::start();
    let mut client = Client::new(&process, Mode::Test);
    let subscription = "/customers/cus_test_0010/subscriptions";
    for path in [
        "/customers/%00",
        "/prices/a%00b",
        "/customers/email/%00@example.com",
        &format!("{subscription}/%00"),
        "/customers/%00/subscriptions",
    ] {
        assert_eq!(client.get(path).status, 404, "{path}");
    }
    let ids = json!({ "customerId": "cus_test_0010", "subscriptionId": "sub_test_0010_1" });
    for (path, field) in [
        ("/actions/subscription/apply-coupon", "id"),
        ("/actions/subscription/change-price", "id"),
        ("/actions/subscription/change-price", "subscriptionId"),
        ("/actions/customer/cancel", "customerId"),
    ] {
        let mut body = ids.clone();
        body["scheduledAt"] = json!("immediate");
        body["id"] = json!("price_desk_annual_usd");
        body[field] = json!("a\0b");
        let response = client.post(path, &body);
        assert_eq!(response.status, 404, "{path} {field}: {}", response.text());
    }
}
