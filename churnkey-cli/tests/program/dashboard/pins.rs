//! Tests of pinned customers.

use super::session::{Session, options};
use super::verification::ended;
use shop::{Fault, Shop};

#[tokio::test]
async fn pinned_customer_stays_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let start = async || {
        let shop = Shop::new(Fault::None);
        let mut options = options(&shop.serve().await);
        options.pins = Some(folder.path().join("pins.json"));
        Session::with(shop, options).await
    };
    let session = start().await;
    session.get("/customers").await.has_not("Pinned customers");
    let pinned = session.post("/pin", &[("customer", "ada")]).await;
    pinned.has("Remove the pin").has("<h1>");

    let session = start().await;
    session
        .get("/customers")
        .await
        .has(r#"aria-label="Pinned customers""#)
        .has(r#"<a href="/customer?id=ada"><bdi>ada</bdi></a>"#);
    let removed = session.post("/pin", &[("customer", "ada")]).await;
    removed.has("Pin this customer");
    session.get("/customers").await.has_not("Pinned customers");
}

#[tokio::test]
async fn pinned_customer_is_verified() {
    let session = Session::of(Fault::HasNoLists).await;
    session.post("/pin", &[("customer", "ada")]).await;
    session.post("/verify", &[]).await;
    ended(&session).await;
    session
        .get("/requests?customer=ada&source=verification")
        .await
        .has("/customers/ada");
}
