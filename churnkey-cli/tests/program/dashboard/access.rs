//! Who gets in, and what every answer bears.

use std::net::SocketAddr;

use churnkey_cli::dashboard::Dashboard;

use super::desk::{Desk, Seen, options};
use shop::{Flaw, Shop};

const PATHS: [&str; 14] = [
    "/",
    "/progress",
    "/verify",
    "/verify/stop",
    "/customers",
    "/customer?id=ada",
    "/subscription?customer=ada&id=ada-pro",
    "/flow?customer=ada&subscription=ada-pro",
    "/flow/offers?customer=ada&subscription=ada-pro",
    "/flow/confirm",
    "/flow/outcome?number=1",
    "/style.css",
    "/script.js",
    "/nowhere",
];

#[tokio::test]
async fn an_address_that_others_can_reach_is_refused() {
    for listen in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0"] {
        let mut options = options("http://127.0.0.1:1");
        options.listen = listen.parse::<SocketAddr>().unwrap();
        let refused = Dashboard::bind(options).await.unwrap_err().to_string();
        assert!(refused.contains("loopback only"), "{refused}");
    }
}

#[tokio::test]
async fn the_loopback_of_ipv6_is_one_too() {
    let mut options = options("http://127.0.0.1:1");
    options.listen = "[::1]:0".parse::<SocketAddr>().unwrap();
    // Not every machine has it.
    if let Err(refused) = tokio::net::TcpListener::bind(options.listen).await {
        eprintln!("there is no ::1 here: {refused}");
        return;
    }
    let desk = Desk::with(Shop::new(Flaw::None), options).await;
    assert!(desk.root.starts_with("http://[::1]:"), "{}", desk.root);
    assert_eq!(desk.get("/").await.status, 200);
}

#[tokio::test]
async fn what_cannot_work_is_said_at_the_start() {
    let mut no_token = options("http://127.0.0.1:1");
    no_token.token = Some(String::new());
    let refused = Dashboard::bind(no_token).await.unwrap_err().to_string();
    assert!(refused.contains("no token"), "{refused}");
    let refused = Dashboard::bind(options("ftp://x"))
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("http://"), "{refused}");
}

#[tokio::test]
async fn nothing_is_shown_to_who_has_no_secret() {
    let desk = Desk::of(Flaw::None).await;
    let name = desk.cookie.split_once('=').unwrap().0;
    for cookie in [
        String::new(),
        format!("{name}="),
        format!("{name}=0"),
        format!("{}0", desk.cookie),
        format!("other={}", &desk.cookie[name.len() + 1..]),
    ] {
        for path in PATHS {
            let url = format!("{}{path}", desk.root);
            let seen = Seen::of(
                desk.client
                    .get(url)
                    .header("cookie", &cookie)
                    .send()
                    .await
                    .unwrap(),
            )
            .await;
            assert_eq!(seen.status, 403, "{path} with {cookie}");
            seen.has_not("ada").has_not("csrf");
            assert!(seen.header("set-cookie").is_empty());
        }
    }
    assert_eq!(desk.get("/").await.status, 200);
}

#[tokio::test]
async fn a_wrong_key_opens_nothing() {
    let desk = Desk::of(Flaw::None).await;
    for key in ["", "0", &"0".repeat(32)] {
        let url = format!("{}/enter/{key}", desk.root);
        let seen = Seen::of(desk.client.get(url).send().await.unwrap()).await;
        assert_eq!(seen.status, 403);
        assert!(seen.header("set-cookie").is_empty());
    }
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let desk = Desk::of(Flaw::None).await;
    let seen = Seen::of(desk.client.get(&desk.way_in).send().await.unwrap()).await;
    let cookie = seen.header("set-cookie");
    for attribute in ["; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let secret = desk.cookie.split_once('=').unwrap().1;
    assert!(secret.len() >= 32, "{secret}");
    for path in PATHS {
        desk.get(path).await.has_not(secret);
    }
}

#[tokio::test]
async fn each_dashboard_has_a_secret_of_its_own() {
    let (one, other) = (Desk::of(Flaw::None).await, Desk::of(Flaw::None).await);
    assert_ne!(
        one.cookie.split_once('=').unwrap().1,
        other.cookie.split_once('=').unwrap().1
    );
    assert_ne!(one.csrf, other.csrf);
    assert!(!one.cookie.contains(&one.csrf));
}

#[tokio::test]
async fn only_its_own_names_are_answered_to() {
    let desk = Desk::of(Flaw::None).await;
    let port = desk.root.rsplit_once(':').unwrap().1.to_owned();
    for host in [
        format!("localhost:{port}"),
        format!("LOCALHOST:{port}"),
        format!("127.0.0.1:{port}"),
    ] {
        let seen = Seen::of(desk.asks("/").header("host", &host).send().await.unwrap()).await;
        assert_eq!(seen.status, 200, "{host}");
    }
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("localhost:{port}.evil.example"),
        format!("127.0.0.2:{port}"),
        "127.0.0.1".to_owned(),
        "127.0.0.1:1".to_owned(),
    ] {
        let seen = Seen::of(
            desk.asks("/customers")
                .header("host", &host)
                .send()
                .await
                .unwrap(),
        )
        .await;
        assert_eq!(seen.status, 421, "{host}");
        seen.has_not("Ada");
        let way_in = desk.client.get(&desk.way_in).header("host", &host);
        let seen = Seen::of(way_in.send().await.unwrap()).await;
        assert!(seen.header("set-cookie").is_empty(), "{host}");
    }
}

#[tokio::test]
async fn a_form_that_is_not_the_dashboards_own_does_nothing() {
    let desk = Desk::of(Flaw::None).await;
    let cancel = [
        ("action", "cancel"),
        ("schedule", "immediate"),
        ("customer", "ada"),
        ("subscription", "ada-pro"),
    ];
    for csrf in [None, Some(""), Some("0"), Some(&desk.csrf[1..])] {
        let mut fields = cancel.to_vec();
        fields.extend(csrf.map(|csrf| ("csrf", csrf)));
        let seen = Seen::of(desk.sends("/flow/act", &fields).send().await.unwrap()).await;
        assert_eq!(seen.status, 403, "{csrf:?}");
    }
    let mut fields = cancel.to_vec();
    fields.push(("csrf", &desk.csrf));
    for site in ["cross-site", "same-site", "none"] {
        let request = desk
            .sends("/flow/act", &fields)
            .header("sec-fetch-site", site);
        assert_eq!(request.send().await.unwrap().status(), 403, "{site}");
    }
    let act = format!("{}/flow/act", desk.root);
    let as_text = desk.client.post(act).header("cookie", &desk.cookie);
    let as_text = as_text.header("content-type", "text/plain").body("csrf=x");
    assert_eq!(as_text.send().await.unwrap().status(), 415);
    for path in ["/verify", "/verify/stop", "/flow/confirm"] {
        let seen = desk.sends(path, &[]).send().await.unwrap();
        assert_eq!(seen.status(), 403, "{path}");
    }
    assert!(desk.shop.books().asked.is_empty());
    let own = desk
        .sends("/flow/act", &fields)
        .header("sec-fetch-site", "same-origin");
    assert_eq!(own.send().await.unwrap().status(), 303);
    assert_eq!(desk.shop.books().asked.len(), 1);
}

#[tokio::test]
async fn no_link_acts() {
    let desk = Desk::of(Flaw::None).await;
    let path = format!(
        "/flow/act?csrf={}&action=cancel&schedule=immediate&customer=ada&subscription=ada-pro",
        desk.csrf
    );
    assert_eq!(desk.get(&path).await.status, 405);
    assert_eq!(desk.get("/verify").await.status, 405);
    assert!(desk.shop.books().asked.is_empty());
}

#[tokio::test]
async fn every_answer_bears_the_headers_that_keep_others_out() {
    let desk = Desk::of(Flaw::None).await;
    let mut answers = vec![Seen::of(desk.client.get(&desk.way_in).send().await.unwrap()).await];
    answers.push(
        Seen::of(
            desk.client
                .get(format!("{}/", desk.root))
                .send()
                .await
                .unwrap(),
        )
        .await,
    );
    answers.push(desk.post("/verify", &[("sample", "x")]).await);
    for path in PATHS {
        answers.push(desk.get(path).await);
    }
    for seen in answers {
        let policy = seen.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(seen.header("x-content-type-options"), "nosniff");
        assert_eq!(seen.header("referrer-policy"), "no-referrer");
        assert_eq!(seen.header("cache-control"), "no-store");
        assert!(seen.header("access-control-allow-origin").is_empty());
    }
}

#[tokio::test]
async fn a_body_without_an_end_is_not_read_to_it() {
    let desk = Desk::of(Flaw::None).await;
    let long = "x".repeat(1 << 20);
    let request = desk.sends("/flow/act", &[("csrf", &desk.csrf), ("object", &long)]);
    // It may be refused before all of it is sent.
    if let Ok(answer) = request.send().await {
        assert_eq!(answer.status(), 413);
    }
    assert_eq!(desk.get("/").await.status, 200);
}
