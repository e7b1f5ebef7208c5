//! Data that contradict each other.

use serde_json::{Value, json};

use crate::broken::fault::Fault;
use crate::broken::provider::{Books, Kind};
use crate::broken::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(
            "a standalone price where prices are of products",
            "prices.type",
            books(|books| {
                let price = books.one(Kind::Prices);
                price["type"] = json!("standalone");
                price.as_object_mut().unwrap().remove("productId");
            }),
        )
        .at("type"),
        row(
            "prices are of products where the manifest declares standalone ones",
            "prices.type",
            Fault::none().manifest(|manifest| {
                manifest["controllers"]["prices"]["type"] = json!("standalone");
            }),
        )
        .at("type"),
        row(
            "a standalone product where products are of families",
            "products.type",
            books(|books| {
                let product = books.one(Kind::Products);
                product["type"] = json!("standalone");
                product.as_object_mut().unwrap().remove("familyId");
            }),
        )
        .at("type"),
        row(
            "a price is of a product that does not exist",
            "prices.product-exists",
            books(|books| books.one(Kind::Prices)["productId"] = json!("gone")),
        )
        .at("productId"),
        row(
            "a product is of a family that does not exist",
            "products.family-exists",
            books(|books| books.one(Kind::Products)["familyId"] = json!("gone")),
        )
        .at("familyId"),
        row(
            "a customer has a coupon that does not exist",
            "customers.coupon-exists",
            books(|books| books.customers[4]["discounts"][0]["coupon"]["id"] = json!("gone")),
        )
        .at("discounts[].coupon.id"),
        row(
            "a subscription has a coupon that does not exist",
            "subscriptions.coupon-exists",
            books(|books| discounted(books)["discounts"][0]["coupon"]["id"] = json!("gone")),
        )
        .at("discounts[].coupon.id"),
        row(
            "a subscription has a price that does not exist",
            "subscriptions.price-exists",
            books(|books| {
                books.one(Kind::Subscriptions)["items"][0]["price"]["id"] = json!("gone")
            }),
        )
        .at("items[].price.id"),
        row(
            "a subscription has an older version of a price",
            "subscriptions.price-differs",
            books(|books| {
                books.one(Kind::Subscriptions)["items"][0]["price"]["amount"]["unit"] = json!(1);
            }),
        )
        .at("items[].price"),
        row(
            "a subscription has the id of another customer",
            "subscriptions.customer-differs",
            Fault::none().reply_with(Kind::Subscriptions, |subscription| {
                subscription["customerId"] = json!("customer_1");
            }),
        )
        .at("customerId"),
    ]
}

fn books(edit: fn(&mut Books)) -> Fault {
    Fault::none().books(edit)
}

fn discounted(books: &mut Books) -> &mut Value {
    let mut all = books.subscriptions.iter_mut();
    all.find(|subscription| subscription["discounts"].is_array())
        .unwrap()
}
