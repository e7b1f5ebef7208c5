use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use churnkey::{Mode, Timestamp};
use serde_json::{Value, json};

use crate::company::{Company, moment};

fn ids(items: &[Value]) -> Vec<&str> {
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}

fn unique(items: &[Value]) -> HashSet<&str> {
    ids(items).into_iter().collect()
}

#[tokio::test]
async fn lists_return_each_row_once_and_match_retrieve() {
    let company = Company::with_ann().await;
    for number in 0..8 {
        company
            .subscribe(&format!("sub_{number}"), "ann", "price_desk_monthly_usd")
            .await;
    }

    for (path, rows) in [
        ("/customers", 501),
        ("/prices", 30),
        ("/products", 4),
        ("/families", 2),
        ("/coupons", 9),
        ("/customers/ann/subscriptions", 9),
    ] {
        for limit in [1, 3, 100] {
            let items = company.walk(Mode::Test, path, limit).await;
            assert_eq!(
                (items.len(), unique(&items).len()),
                (rows, rows),
                "{path} by {limit}"
            );
        }
        let items = company.walk(Mode::Test, path, 7).await;
        let last = items.last().unwrap();
        let (status, item) = company
            .get(&format!("{path}/{}", last["id"].as_str().unwrap()))
            .await;
        assert_eq!((status, &item), (200, last), "{path}");
        assert_eq!(
            company.get(&format!("{path}/nothing")).await.0,
            404,
            "{path}"
        );
    }
}

#[tokio::test]
async fn last_page_has_no_next_cursor() {
    let company = Company::open().await;

    let (_, page) = company.get("/products?limit=4").await;

    assert_eq!(ids(page["data"].as_array().unwrap()).len(), 4);
    assert_eq!(page.get("next"), None);
}

#[tokio::test]
async fn concurrent_inserts_neither_hide_nor_repeat_rows() {
    let company = Company::open().await;
    let before = company.walk(Mode::Test, "/customers", 100).await;
    let created: Vec<i64> = company
        .select("SELECT created_at FROM customers WHERE mode = 'test' ORDER BY created_at, id");
    let at = |index: usize, id: &'static str| {
        let (company, created) = (
            &company,
            Timestamp::from_unix_millis(created[index])
                .unwrap()
                .to_string(),
        );
        async move { company.add_customer_in(Mode::Test, id, &created).await }
    };

    let mut items = Vec::new();
    let (_, mut page) = company.get("/customers?limit=100").await;
    items.extend(page["data"].as_array().unwrap().clone());
    // Inserted before the rows that were read, at the row that was read last, after it, and at the
    // end.
    at(0, "a_behind").await;
    at(99, "a_behind_the_last").await;
    at(99, "z_ahead_of_the_last").await;
    at(250, "z_ahead").await;
    at(499, "z_at_the_end").await;
    while let Some(next) = page["next"].as_str().map(str::to_owned) {
        page = company
            .get(&format!("/customers?limit=100&cursor={next}"))
            .await
            .1;
        items.extend(page["data"].as_array().unwrap().clone());
    }

    let mut expected: HashSet<&str> = unique(&before);
    expected.extend(["z_ahead_of_the_last", "z_ahead", "z_at_the_end"]);
    assert_eq!(items.len(), 503);
    assert_eq!(unique(&items), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn list_is_complete_while_customers_are_added() {
    let company = Arc::new(Company::open().await);
    let before = company.walk(Mode::Test, "/customers", 100).await;
    let done = Arc::new(AtomicBool::new(false));
    let signing_up = tokio::spawn({
        let (company, done) = (Arc::clone(&company), Arc::clone(&done));
        async move {
            let mut number = 0_i64;
            while !done.load(Ordering::SeqCst) {
                let created = moment("2023-01-01T00:00:00.000Z").unix_millis()
                    + (number * 7919 % 1000) * 86_400_000;
                let created = Timestamp::from_unix_millis(created).unwrap().to_string();
                company
                    .add_customer_in(Mode::Test, &format!("new_{number}"), &created)
                    .await;
                number += 1;
            }
            number
        }
    });

    let items = company.walk(Mode::Test, "/customers", 13).await;
    done.store(true, Ordering::SeqCst);
    let new = signing_up.await.unwrap();

    assert!(new > 0);
    assert_eq!(unique(&items).len(), items.len());
    assert!(unique(&items).is_superset(&unique(&before)));
}

#[tokio::test]
async fn find_by_email_ignores_case_and_accepts_plus() {
    let company = Company::open().await;
    let customers = company.walk(Mode::Test, "/customers", 100).await;
    let tagged = customers
        .iter()
        .find(|one| {
            one["email"]
                .as_str()
                .is_some_and(|email| email.contains('+'))
        })
        .unwrap();
    let email = tagged["email"].as_str().unwrap();

    for email in [
        email.to_owned(),
        email.to_uppercase(),
        email.replace('+', "%2B").replace('@', "%40"),
    ] {
        let (status, found) = company.get(&format!("/customers/email/{email}")).await;
        assert_eq!((status, &found["id"]), (200, &tagged["id"]), "{email}");
    }
    assert_eq!(
        company.get("/customers/email/missing@example.com").await.0,
        404
    );
}

#[tokio::test]
async fn find_by_phone_ignores_formatting() {
    let company = Company::open().await;
    let (_, customer) = company.get("/customers/cus_test_0001").await;
    let phone = customer["phone"].as_str().unwrap();
    let (front, back) = phone.split_at(6);

    for phone in [
        phone.to_owned(),
        format!("{front}%20{back}"),
        format!("{front}-({back})"),
    ] {
        let (status, found) = company.get(&format!("/customers/phone/{phone}")).await;
        assert_eq!((status, &found["id"]), (200, &customer["id"]), "{phone}");
    }
    assert_eq!(company.get("/customers/phone/+15550000").await.0, 404);
}

#[tokio::test]
async fn subscription_of_another_customer_is_not_found() {
    let company = Company::with_ann().await;
    company.add_customer("bob").await;

    assert_eq!(company.get("/customers/bob/subscriptions/sub").await.0, 404);
    assert_eq!(
        company.get("/customers/bob/subscriptions").await,
        (200, json!({ "data": [] }))
    );
    assert_eq!(company.get("/customers/missing/subscriptions").await.0, 404);
}

#[tokio::test]
async fn reading_changes_nothing() {
    let company = Company::with_ann().await;
    let version = || {
        company.select::<String>(
            "SELECT json_group_array(json_array(id, status, period_end)) FROM subscriptions",
        )
    };
    let before = version();

    company.set_clock("2026-07-01T00:00:00.000Z");
    assert_eq!(
        company.sub().await["status"]["currentPeriod"]["start"],
        "2026-06-30T12:00:00.000Z"
    );

    assert_eq!(version(), before);
}

#[tokio::test]
async fn letter_case_is_ignored_beyond_ascii() {
    let company = Company::open().await;
    for (id, email) in [
        ("ann", "Jörg.Österlund@example.test"),
        ("bob", "ΟΔΟΣ@example.test"),
        ("eve", "STRASSE@example.test"),
        ("fay", "straße.22@example.test"),
        ("gül", "ışık.ipek@example.test"),
        ("ela", "İnci@example.test"),
    ] {
        company.add_customer(id).await;
        let sql = "UPDATE customers SET email = ?1 WHERE id = ?2";
        company.file().execute(sql, [email, id]).unwrap();
    }

    for (search, found) in [
        ("J%C3%B6rg.%C3%96sterlund@example.test", Some("ann")),
        ("j%C3%B6rg.%C3%B6sterlund@EXAMPLE.test", Some("ann")),
        ("%CE%BF%CE%B4%CE%BF%CF%82@example.test", Some("bob")),
        ("stra%C3%9Fe@example.test", Some("eve")),
        // In upper case: with SS, with a capital ß, with I and İ.
        ("STRASSE.22@example.test", Some("fay")),
        ("STRA%E1%BA%9EE.22@example.test", Some("fay")),
        ("I%C5%9EIK.%C4%B0PEK@example.test", Some("gül")),
        ("inci@example.test", Some("ela")),
        ("i%CC%87nci@example.test", Some("ela")),
        ("strase@example.test", None),
        ("osterlund@example.test", None),
    ] {
        let (status, body) = company.get(&format!("/customers/email/{search}")).await;
        assert_eq!(status == 200, found.is_some(), "{search}");
        assert_eq!(body["id"].as_str(), found, "{search}");
    }
}

#[tokio::test]
async fn addresses_differ_in_more_than_case() {
    let company = Company::open().await;
    let add = async |id: &str, email: &str| {
        let customer = churnkey::Customer::new(id)
            .name("Jörg")
            .last_name("Österlund")
            .email(email)
            .currency(churnkey::Currency::EUR);
        let created = crate::company::moment(crate::company::OPENING);
        let added = company
            .acme
            .ledger(churnkey::Mode::Test)
            .write(move |books| books.add_customer(&customer, created));
        added.await
    };
    add("one", "jörg@example.test").await.unwrap();
    assert_eq!(
        add("two", "JÖRG@example.test").await.unwrap_err().status(),
        409
    );
    add("three", "jürg@example.test").await.unwrap();
}
