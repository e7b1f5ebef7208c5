//! The read side: one constant for each controller.

use crate::module::{Feature, Module, Need, Variant};
use crate::operation::{Input, Model, Operation};

/// Every controller, in the order of the protocol's description.
pub const ALL: &[Module] = &[
    CUSTOMERS,
    PRICES,
    SUBSCRIPTIONS,
    COUPONS,
    PRODUCTS,
    FAMILIES,
];

/// The company's customers.
pub const CUSTOMERS: Module = Module::controller("customers", "Customers")
    .required()
    .customer_data()
    .operations(&[
        Operation::get(
            "retrieve",
            "RetrieveCustomer",
            "/churnkey/customers/{customerId}",
            "The customer with an id.",
        )
        .given(&[Input::Id(Model::Customer)])
        .one(Model::Customer),
        Operation::get(
            "list",
            "ListCustomers",
            "/churnkey/customers",
            "All customers.",
        )
        .given(&[Input::Page])
        .page(Model::Customer)
        .recommended(),
        // Churnkey's managed flow by e-mail needs it.
        Operation::get(
            "find_by_email",
            "FindCustomerByEmail",
            "/churnkey/customers/email/{email}",
            "The customer with an e-mail address.",
        )
        .given(&[Input::Email])
        .one(Model::Customer)
        .optional(),
        // Churnkey's managed flow by phone needs it.
        Operation::get(
            "find_by_phone",
            "FindCustomerByPhone",
            "/churnkey/customers/phone/{phone}",
            "The customer with a phone number.",
        )
        .given(&[Input::Phone])
        .one(Model::Customer)
        .optional()
        .assumed(),
    ]);

/// Prices, which have one type for the whole provider.
pub const PRICES: Module = Module::controller("prices", "Prices")
    .required()
    .operations(&[
        Operation::get(
            "retrieve",
            "RetrievePrice",
            "/churnkey/prices/{priceId}",
            "The price with an id.",
        )
        .given(&[Input::Id(Model::Price)])
        .one(Model::Price),
        Operation::get("list", "ListPrices", "/churnkey/prices", "All prices.")
            .given(&[Input::Page])
            .page(Model::Price),
    ])
    .features(&[Feature::variants(
        "type",
        "type",
        &[
            Variant::new("standalone"),
            Variant::new("product").needs(Need::new(
                &PRODUCTS,
                "with `type = \"product\"` each price belongs to a product",
            )),
        ],
    )]);

/// Subscriptions of a customer.
pub const SUBSCRIPTIONS: Module = Module::controller("subscriptions", "Subscriptions")
    .required()
    .customer_data()
    .operations(&[
        Operation::get(
            "retrieve",
            "RetrieveSubscription",
            "/churnkey/customers/{customerId}/subscriptions/{subscriptionId}",
            "A customer's subscription with an id.",
        )
        .given(&[Input::Id(Model::Customer), Input::Id(Model::Subscription)])
        .one(Model::Subscription),
        Operation::get(
            "list",
            "ListSubscriptions",
            "/churnkey/customers/{customerId}/subscriptions",
            "All subscriptions of a customer.",
        )
        .given(&[Input::Id(Model::Customer), Input::Page])
        .page(Model::Subscription)
        .recommended(),
    ]);

/// Coupons, which can be applied to subscriptions.
pub const COUPONS: Module = Module::controller("coupons", "Coupons").operations(&[
    Operation::get(
        "retrieve",
        "RetrieveCoupon",
        "/churnkey/coupons/{couponId}",
        "The coupon with an id.",
    )
    .given(&[Input::Id(Model::Coupon)])
    .one(Model::Coupon),
    Operation::get("list", "ListCoupons", "/churnkey/coupons", "All coupons.")
        .given(&[Input::Page])
        .page(Model::Coupon),
]);

/// Products, which have one type for the whole provider.
pub const PRODUCTS: Module = Module::controller("products", "Products")
    .operations(&[
        Operation::get(
            "retrieve",
            "RetrieveProduct",
            "/churnkey/products/{productId}",
            "The product with an id.",
        )
        .given(&[Input::Id(Model::Product)])
        .one(Model::Product),
        Operation::get(
            "list",
            "ListProducts",
            "/churnkey/products",
            "All products.",
        )
        .given(&[Input::Page])
        .page(Model::Product),
    ])
    .features(&[Feature::variants(
        "type",
        "type",
        &[
            Variant::new("standalone"),
            Variant::new("family").needs(Need::new(
                &FAMILIES,
                "with `type = \"family\"` each product belongs to a family",
            )),
        ],
    )]);

/// Families of products.
pub const FAMILIES: Module = Module::controller("families", "Families").operations(&[
    Operation::get(
        "retrieve",
        "RetrieveFamily",
        "/churnkey/families/{familyId}",
        "The product family with an id.",
    )
    .given(&[Input::Id(Model::Family)])
    .one(Model::Family),
    Operation::get(
        "list",
        "ListFamilies",
        "/churnkey/families",
        "All product families.",
    )
    .given(&[Input::Page])
    .page(Model::Family),
]);
