//! The models of the protocol as data: fields and the shapes of their values.

use churnkey_protocol as protocol;

use crate::module::Module;

/// The shape of a value.
#[derive(Debug)]
pub(super) enum Shape {
    /// A string.
    Text,
    /// A non-empty string.
    Id,
    /// An amount of money in minor units.
    Money,
    /// A whole number, at least 0.
    Whole,
    /// A whole number, at least 1.
    Count,
    /// A number above 0 and at most 100.
    Percent,
    /// An ISO 4217 code.
    Currency,
    /// An ISO 3166-1 alpha-2 code.
    Country,
    /// An RFC 3339 timestamp.
    Moment,
    /// A flat object of strings.
    Metadata,
    /// One of some words.
    Word(&'static [&'static str]),
    List(&'static Shape),
    Object(&'static [Field]),
    /// An object whose fields depend on the value of `tag`.
    Union {
        tag: &'static str,
        members: &'static [(&'static str, &'static [Field])],
        common: &'static [Field],
    },
    /// A whole model of another module.
    Model(Module, &'static Shape),
}

/// A field of an object.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) shape: &'static Shape,
}

const fn must(name: &'static str, shape: &'static Shape) -> Field {
    Field {
        name,
        required: true,
        shape,
    }
}

const fn may(name: &'static str, shape: &'static Shape) -> Field {
    Field {
        name,
        required: false,
        shape,
    }
}

use Shape::{
    Count, Country, Currency, Id, List, Metadata, Model, Moment, Money, Object, Percent, Text,
    Union, Whole, Word,
};

/// The shape of a model.
pub(super) fn of(model: protocol::Model) -> &'static Shape {
    match model {
        protocol::Model::Customer => &CUSTOMER,
        protocol::Model::Price => &PRICE,
        protocol::Model::Subscription => &SUBSCRIPTION,
        protocol::Model::Coupon => &COUPON,
        protocol::Model::Product => &PRODUCT,
        protocol::Model::Family => &FAMILY,
    }
}

static CUSTOMER: Shape = Object(&[
    must("id", &Id),
    may("name", &Text),
    may("lastName", &Text),
    may("email", &Id),
    may("phone", &Text),
    may("addresses", &List(&ADDRESS)),
    may("discounts", &List(&DISCOUNT)),
    may("currency", &Currency),
    may("metadata", &Metadata),
]);

static ADDRESS: Shape = Object(&[
    may("country", &Country),
    may("state", &Text),
    may("city", &Text),
    may("postalCode", &Text),
    may("line1", &Text),
    may("line2", &Text),
]);

static PRICE: Shape = Union {
    tag: "type",
    members: &[("standalone", &[]), ("product", &[must("productId", &Id)])],
    common: &[
        must("id", &Id),
        must("duration", &CYCLE),
        must("amount", &AMOUNT),
        may("name", &Text),
        may("description", &Text),
    ],
};

static CYCLE: Shape = Object(&[must("amount", &Count), must("unit", &CYCLE_UNIT)]);

static CYCLE_UNIT: Shape = Word(&["month", "year"]);

static AMOUNT: Shape = Union {
    tag: "model",
    members: &[
        ("fixed", &[may("unit", &Money), may("flat", &Money)]),
        (
            "tiered",
            &[
                must("mode", &Word(&["graduated", "total"])),
                must("tiers", &List(&TIER)),
            ],
        ),
    ],
    common: &[must("currency", &Currency)],
};

static TIER: Shape = Object(&[
    may("unit", &Money),
    may("flat", &Money),
    may("upTo", &Whole),
]);

static SUBSCRIPTION: Shape = Object(&[
    must("id", &Id),
    must("customerId", &Id),
    must("status", &STATUS),
    must("start", &Moment),
    must("duration", &CYCLE),
    must("items", &List(&ITEM)),
    may("discounts", &List(&DISCOUNT)),
    may("metadata", &Metadata),
]);

static ITEM: Shape = Object(&[
    must("id", &Id),
    must("price", &Model(Module::Prices, &PRICE)),
    must("quantity", &Whole),
]);

static STATUS: Shape = Union {
    tag: "name",
    members: &[
        ("active", &[may("trial", &PERIOD)]),
        ("trial", &[must("trial", &PERIOD)]),
        ("paused", &[must("pause", &PAUSE), may("trial", &PERIOD)]),
        (
            "canceled",
            &[must("canceledAt", &Moment), may("trial", &PERIOD)],
        ),
        ("unpaid", &[may("trial", &PERIOD)]),
    ],
    common: &[may("currentPeriod", &PERIOD)],
};

static PERIOD: Shape = Object(&[must("start", &Moment), must("end", &Moment)]);

static PAUSE: Shape = Object(&[must("start", &Moment), may("end", &Moment)]);

static DISCOUNT: Shape = Object(&[
    must("coupon", &Model(Module::Coupons, &COUPON)),
    may("start", &Moment),
    may("end", &Moment),
]);

static COUPON: Shape = Object(&[
    must("id", &Id),
    must("duration", &COUPON_DURATION),
    must("value", &COUPON_VALUE),
    may("code", &Text),
    may("name", &Text),
    may(
        "redemptions",
        &Object(&[may("max", &Whole), may("current", &Whole)]),
    ),
    may("expiresAt", &Moment),
]);

static COUPON_DURATION: Shape = Union {
    tag: "type",
    members: &[
        ("once", &[]),
        (
            "recurring",
            &[must("amount", &Count), must("unit", &CYCLE_UNIT)],
        ),
        ("forever", &[]),
        ("cycle-amount", &[must("cycles", &Count)]),
    ],
    common: &[],
};

static COUPON_VALUE: Shape = Union {
    tag: "type",
    members: &[
        (
            "fixed",
            &[
                must("currency", &Currency),
                may("unit", &Money),
                may("flat", &Money),
            ],
        ),
        (
            "percentage",
            &[must("percent", &Percent), may("currency", &Currency)],
        ),
    ],
    common: &[],
};

static PRODUCT: Shape = Union {
    tag: "type",
    members: &[("standalone", &[]), ("family", &[must("familyId", &Id)])],
    common: &[
        must("id", &Id),
        must("name", &Text),
        may("description", &Text),
        may("unitLabel", &Text),
    ],
};

static FAMILY: Shape = Object(&[
    must("id", &Id),
    must("name", &Text),
    may("description", &Text),
]);
