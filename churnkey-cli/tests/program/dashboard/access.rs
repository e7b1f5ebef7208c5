//! Tests of the authentication and of the security headers.

use std::net::SocketAddr;

use churnkey_cli::dashboard::Dashboard;

use super::session::{Reply, Session, options};
use shop::{Fault, Shop};

const PATHS: [&str; 22] = [
    "/",
    "/progress",
    "/reach",
    "/runs",
    "/run?number=1",
    "/run/export?number=1&format=json",
    "/search?q=ada",
    "/subscriptions",
    "/catalogue/prices",
    "/catalogue/manifest",
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
    "/unknown",
];

#[tokio::test]
async fn address_that_is_not_loopback_is_rejected() {
    for listen in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0"] {
        let mut options = options("http://127.0.0.1:1");
        options.listen = listen.parse::<SocketAddr>().unwrap();
        let refused = Dashboard::bind(options).await.unwrap_err().to_string();
        assert!(refused.contains("loopback only"), "{refused}");
    }
}

#[tokio::test]
async fn ipv6_loopback_is_accepted() {
    let mut options = options("http://127.0.0.1:1");
    options.listen = "[::1]:0".parse::<SocketAddr>().unwrap();
    // Not every machine has IPv6.
    if let Err(refused) = tokio::net::TcpListener::bind(options.listen).await {
        eprintln!("skipped: cannot listen on ::1: {refused}");
        return;
    }
    let session = Session::with(Shop::new(Fault::None), options).await;
    assert!(
        session.root.starts_with("http://[::1]:"),
        "{}",
        session.root
    );
    assert_eq!(session.get("/").await.status, 200);
}

#[tokio::test]
async fn invalid_settings_are_reported_at_the_start() {
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
async fn request_without_the_secret_is_forbidden() {
    let session = Session::of(Fault::None).await;
    let name = session.cookie.split_once('=').unwrap().0;
    for cookie in [
        String::new(),
        format!("{name}="),
        format!("{name}=0"),
        format!("{}0", session.cookie),
        format!("other={}", &session.cookie[name.len() + 1..]),
    ] {
        for path in PATHS {
            let url = format!("{}{path}", session.root);
            let reply = Reply::of(
                session
                    .client
                    .get(url)
                    .header("cookie", &cookie)
                    .send()
                    .await
                    .unwrap(),
            )
            .await;
            assert_eq!(reply.status, 403, "{path} with {cookie}");
            reply.has_not("ada").has_not("csrf");
            assert!(reply.header("set-cookie").is_empty());
        }
    }
    assert_eq!(session.get("/").await.status, 200);
}

#[tokio::test]
async fn wrong_secret_sets_no_cookie() {
    let session = Session::of(Fault::None).await;
    for key in ["", "0", &"0".repeat(32)] {
        let url = format!("{}/enter/{key}", session.root);
        let reply = Reply::of(session.client.get(url).send().await.unwrap()).await;
        assert_eq!(reply.status, 403);
        assert!(reply.header("set-cookie").is_empty());
    }
}

#[tokio::test]
async fn cookie_is_hidden_from_scripts_and_other_sites() {
    let session = Session::of(Fault::None).await;
    let reply = Reply::of(session.client.get(&session.entry_url).send().await.unwrap()).await;
    let cookie = reply.header("set-cookie");
    for attribute in ["; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let secret = session.cookie.split_once('=').unwrap().1;
    assert!(secret.len() >= 32, "{secret}");
    for path in PATHS {
        session.get(path).await.has_not(secret);
    }
}

#[tokio::test]
async fn each_dashboard_has_its_own_secret() {
    let (one, other) = (
        Session::of(Fault::None).await,
        Session::of(Fault::None).await,
    );
    assert_ne!(
        one.cookie.split_once('=').unwrap().1,
        other.cookie.split_once('=').unwrap().1
    );
    assert_ne!(one.csrf, other.csrf);
    assert!(!one.cookie.contains(&one.csrf));
}

#[tokio::test]
async fn foreign_host_header_is_rejected() {
    let session = Session::of(Fault::None).await;
    let port = session.root.rsplit_once(':').unwrap().1.to_owned();
    for host in [
        format!("localhost:{port}"),
        format!("LOCALHOST:{port}"),
        format!("127.0.0.1:{port}"),
    ] {
        let reply = Reply::of(
            session
                .request("/")
                .header("host", &host)
                .send()
                .await
                .unwrap(),
        )
        .await;
        assert_eq!(reply.status, 200, "{host}");
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
        let reply = Reply::of(
            session
                .request("/customers")
                .header("host", &host)
                .send()
                .await
                .unwrap(),
        )
        .await;
        assert_eq!(reply.status, 421, "{host}");
        reply.has_not("Ada");
        let entry_url = session.client.get(&session.entry_url).header("host", &host);
        let reply = Reply::of(entry_url.send().await.unwrap()).await;
        assert!(reply.header("set-cookie").is_empty(), "{host}");
    }
}

#[tokio::test]
async fn form_of_another_site_is_rejected() {
    let session = Session::of(Fault::None).await;
    let cancel = [
        ("action", "cancel"),
        ("schedule", "immediate"),
        ("customer", "ada"),
        ("subscription", "ada-pro"),
    ];
    for csrf in [None, Some(""), Some("0"), Some(&session.csrf[1..])] {
        let mut fields = cancel.to_vec();
        fields.extend(csrf.map(|csrf| ("csrf", csrf)));
        let reply = Reply::of(session.form("/flow/act", &fields).send().await.unwrap()).await;
        assert_eq!(reply.status, 403, "{csrf:?}");
    }
    let mut fields = cancel.to_vec();
    fields.push(("csrf", &session.csrf));
    for site in ["cross-site", "same-site", "none"] {
        let request = session
            .form("/flow/act", &fields)
            .header("sec-fetch-site", site);
        assert_eq!(request.send().await.unwrap().status(), 403, "{site}");
    }
    let act = format!("{}/flow/act", session.root);
    let as_text = session.client.post(act).header("cookie", &session.cookie);
    let as_text = as_text.header("content-type", "text/plain").body("csrf=x");
    assert_eq!(as_text.send().await.unwrap().status(), 415);
    for path in ["/verify", "/verify/stop", "/flow/confirm"] {
        let reply = session.form(path, &[]).send().await.unwrap();
        assert_eq!(reply.status(), 403, "{path}");
    }
    assert!(session.shop.books().actions.is_empty());
    let own = session
        .form("/flow/act", &fields)
        .header("sec-fetch-site", "same-origin");
    assert_eq!(own.send().await.unwrap().status(), 303);
    assert_eq!(session.shop.books().actions.len(), 1);
}

#[tokio::test]
async fn get_request_carries_out_no_action() {
    let session = Session::of(Fault::None).await;
    let path = format!(
        "/flow/act?csrf={}&action=cancel&schedule=immediate&customer=ada&subscription=ada-pro",
        session.csrf
    );
    assert_eq!(session.get(&path).await.status, 405);
    assert_eq!(session.get("/verify").await.status, 405);
    assert!(session.shop.books().actions.is_empty());
}

#[tokio::test]
async fn every_response_has_the_security_headers() {
    let session = Session::of(Fault::None).await;
    let mut answers =
        vec![Reply::of(session.client.get(&session.entry_url).send().await.unwrap()).await];
    answers.push(
        Reply::of(
            session
                .client
                .get(format!("{}/", session.root))
                .send()
                .await
                .unwrap(),
        )
        .await,
    );
    answers.push(session.post("/verify", &[("sample", "x")]).await);
    for path in PATHS {
        answers.push(session.get(path).await);
    }
    for reply in answers {
        let policy = reply.header("content-security-policy");
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
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert!(reply.header("access-control-allow-origin").is_empty());
    }
}

#[tokio::test]
async fn too_long_body_is_not_read() {
    let session = Session::of(Fault::None).await;
    let long = "x".repeat(1 << 20);
    let request = session.form("/flow/act", &[("csrf", &session.csrf), ("object", &long)]);
    // The server may reject the request before all of it is sent.
    if let Ok(answer) = request.send().await {
        assert_eq!(answer.status(), 413);
    }
    assert_eq!(session.get("/").await.status, 200);
}
