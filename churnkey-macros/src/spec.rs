//! What the protocol has, as far as the macros must know: names, arguments and options. A test holds it against the runtime's own table.

use std::fmt;

/// Which attribute an operation belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Controller,
    Action,
}

impl Side {
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Controller => "controller",
            Self::Action => "action",
        }
    }

    pub(crate) fn article(self) -> &'static str {
        match self {
            Self::Controller => "a",
            Self::Action => "an",
        }
    }

    pub(crate) fn other(self) -> Self {
        match self {
            Self::Controller => Self::Action,
            Self::Action => Self::Controller,
        }
    }
}

/// A word that an attribute begins with.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) side: Side,
    pub(crate) name: &'static str,
    pub(crate) operations: &'static [Operation],
    pub(crate) options: &'static [OptionSpec],
    /// The variant of the runtime's `Options` that says them.
    pub(crate) options_type: &'static str,
    pub(crate) required: bool,
    /// Operations are needed together: a list without retrieve is an error, and the reverse.
    pub(crate) both: bool,
}

/// One operation: a function that a user writes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    /// The name within the module; an action has that of its module.
    pub(crate) name: &'static str,
    /// Other function names that mean it.
    pub(crate) also: &'static str,
    /// The name of its type in the runtime.
    pub(crate) endpoint: &'static str,
    /// What the function is given after the context.
    pub(crate) inputs: &'static [(&'static str, &'static str)],
    pub(crate) output: &'static str,
    pub(crate) required: bool,
}

#[derive(Debug)]
pub(crate) struct OptionSpec {
    pub(crate) name: &'static str,
    pub(crate) kind: OptionKind,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum OptionKind {
    /// `name` or `name = true`
    Flag,
    /// `name(word, ..)`, and the struct of the runtime that holds a flag for each word
    List {
        words: &'static [&'static str],
        r#struct: &'static str,
    },
    /// `name = "word"`, and the enum of the runtime that has a variant for each word
    Word {
        words: &'static [(&'static str, &'static str)],
        r#enum: &'static str,
    },
}

const SCHEDULE: OptionKind = OptionKind::List {
    words: &["immediate", "end_of_period"],
    r#struct: "Schedules",
};
const DURATION: OptionKind = OptionKind::List {
    words: &["period", "date"],
    r#struct: "Durations",
};

const fn option(name: &'static str, kind: OptionKind) -> OptionSpec {
    OptionSpec { name, kind }
}

const fn operation(
    name: &'static str,
    also: &'static str,
    endpoint: &'static str,
    inputs: &'static [(&'static str, &'static str)],
    output: &'static str,
) -> Operation {
    Operation {
        name,
        also,
        endpoint,
        inputs,
        output,
        required: false,
    }
}

const fn required(mut operation: Operation) -> Operation {
    operation.required = true;
    operation
}

const fn controller(name: &'static str, operations: &'static [Operation]) -> Module {
    Module {
        side: Side::Controller,
        name,
        operations,
        options: &[],
        options_type: "None",
        required: false,
        both: false,
    }
}

const fn action(
    name: &'static str,
    operations: &'static [Operation],
    options_type: &'static str,
) -> Module {
    Module {
        side: Side::Action,
        name,
        operations,
        options: &[],
        options_type,
        required: false,
        both: false,
    }
}

pub(crate) const MODULES: &[Module] = &[
    Module {
        required: true,
        ..controller(
            "customers",
            &[
                required(operation(
                    "retrieve",
                    "retrieve_customer",
                    "RetrieveCustomer",
                    &[("id", "CustomerId")],
                    "Option<Customer>",
                )),
                operation(
                    "list",
                    "list_customers",
                    "ListCustomers",
                    &[("page", "PageRequest")],
                    "Page<Customer>",
                ),
                operation(
                    "find_by_email",
                    "find_customer_by_email",
                    "FindCustomerByEmail",
                    &[("email", "Email")],
                    "Option<Customer>",
                ),
                operation(
                    "find_by_phone",
                    "find_customer_by_phone",
                    "FindCustomerByPhone",
                    &[("phone", "Phone")],
                    "Option<Customer>",
                ),
            ],
        )
    },
    Module {
        required: true,
        options: &[option(
            "type",
            OptionKind::Word {
                words: &[("standalone", "Standalone"), ("product", "Product")],
                r#enum: "PricesType",
            },
        )],
        options_type: "Prices",
        ..controller(
            "prices",
            &[
                required(operation(
                    "retrieve",
                    "retrieve_price",
                    "RetrievePrice",
                    &[("id", "PriceId")],
                    "Option<Price>",
                )),
                required(operation(
                    "list",
                    "list_prices",
                    "ListPrices",
                    &[("page", "PageRequest")],
                    "Page<Price>",
                )),
            ],
        )
    },
    Module {
        required: true,
        ..controller(
            "subscriptions",
            &[
                required(operation(
                    "retrieve",
                    "retrieve_subscription",
                    "RetrieveSubscription",
                    &[("customer", "CustomerId"), ("id", "SubscriptionId")],
                    "Option<Subscription>",
                )),
                operation(
                    "list",
                    "list_subscriptions",
                    "ListSubscriptions",
                    &[("customer", "CustomerId"), ("page", "PageRequest")],
                    "Page<Subscription>",
                ),
            ],
        )
    },
    Module {
        both: true,
        ..controller(
            "coupons",
            &[
                operation(
                    "retrieve",
                    "retrieve_coupon",
                    "RetrieveCoupon",
                    &[("id", "CouponId")],
                    "Option<Coupon>",
                ),
                operation(
                    "list",
                    "list_coupons",
                    "ListCoupons",
                    &[("page", "PageRequest")],
                    "Page<Coupon>",
                ),
            ],
        )
    },
    Module {
        both: true,
        options: &[option(
            "type",
            OptionKind::Word {
                words: &[("standalone", "Standalone"), ("family", "Family")],
                r#enum: "ProductsType",
            },
        )],
        options_type: "Products",
        ..controller(
            "products",
            &[
                operation(
                    "retrieve",
                    "retrieve_product",
                    "RetrieveProduct",
                    &[("id", "ProductId")],
                    "Option<Product>",
                ),
                operation(
                    "list",
                    "list_products",
                    "ListProducts",
                    &[("page", "PageRequest")],
                    "Page<Product>",
                ),
            ],
        )
    },
    Module {
        both: true,
        ..controller(
            "families",
            &[
                operation(
                    "retrieve",
                    "retrieve_family",
                    "RetrieveFamily",
                    &[("id", "FamilyId")],
                    "Option<Family>",
                ),
                operation(
                    "list",
                    "list_families",
                    "ListFamilies",
                    &[("page", "PageRequest")],
                    "Page<Family>",
                ),
            ],
        )
    },
    Module {
        options: &[option("schedules", SCHEDULE)],
        ..action(
            "cancel",
            &[operation(
                "cancel",
                "",
                "CancelSubscription",
                &[("request", "Cancel")],
                "()",
            )],
            "Cancel",
        )
    },
    action(
        "cancel_all",
        &[operation(
            "cancel_all",
            "",
            "CancelAllSubscriptions",
            &[("request", "CancelAll")],
            "()",
        )],
        "None",
    ),
    Module {
        options: &[
            option("start_dates", SCHEDULE),
            option("durations", DURATION),
            option("allow_annual", OptionKind::Flag),
        ],
        ..action(
            "pause",
            &[operation(
                "pause",
                "",
                "PauseSubscription",
                &[("request", "Pause")],
                "()",
            )],
            "Pause",
        )
    },
    action(
        "pause_all",
        &[operation(
            "pause_all",
            "",
            "PauseAllSubscriptions",
            &[("request", "PauseAll")],
            "()",
        )],
        "None",
    ),
    action(
        "apply_coupon",
        &[operation(
            "apply_coupon",
            "",
            "ApplyCouponToSubscription",
            &[("request", "ApplyCoupon")],
            "()",
        )],
        "ApplyCoupon",
    ),
    Module {
        options: &[
            option("schedules", SCHEDULE),
            option("prorate", OptionKind::Flag),
        ],
        ..action(
            "change_price",
            &[operation(
                "change_price",
                "",
                "ChangeSubscriptionPrice",
                &[("request", "ChangePrice")],
                "()",
            )],
            "ChangePrice",
        )
    },
    Module {
        options: &[
            option("multiple", OptionKind::Flag),
            option("durations", DURATION),
        ],
        ..action(
            "extend_trial",
            &[operation(
                "extend_trial",
                "",
                "ExtendSubscriptionTrial",
                &[("request", "ExtendTrial")],
                "()",
            )],
            "ExtendTrial",
        )
    },
];

pub(crate) fn modules(side: Side) -> impl Iterator<Item = &'static Module> {
    MODULES.iter().filter(move |module| module.side == side)
}

pub(crate) fn module(name: &str) -> Option<&'static Module> {
    MODULES.iter().find(|module| module.name == name)
}

impl Module {
    pub(crate) fn operation(&self, name: &str) -> Option<&'static Operation> {
        self.operations
            .iter()
            .find(|operation| operation.name == name)
    }

    /// Whether an operation or an option is called so.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.operation(name).is_some() || self.options.iter().any(|option| option.name == name)
    }

    /// The operation that a function of this name is for.
    pub(crate) fn operation_of(&self, function: &str) -> Option<&'static Operation> {
        self.operations
            .iter()
            .find(|operation| operation.name == function || operation.also == function)
    }

    /// The attribute that begins the function to write for an operation.
    pub(crate) fn attribute(&self) -> String {
        format!("#[churnkey::{}({})]", self.side.attribute(), self.name)
    }

    /// The function to write for an operation, body left out.
    pub(crate) fn example(&self, operation: &Operation, context: &str) -> String {
        let signature = Signature {
            function: operation.example_name(self),
            operation,
            context,
        };
        format!("{}\n{signature} {{ .. }}", self.attribute())
    }
}

impl Operation {
    /// Modules may stand in one file, so the example name of a controller's function says the module too.
    fn example_name(&self, module: &Module) -> &'static str {
        match module.side {
            Side::Controller => self.also,
            Side::Action => self.name,
        }
    }
}

/// Whether a type of this name is one that some operation gives.
pub(crate) fn is_given(name: &str) -> bool {
    MODULES
        .iter()
        .flat_map(|module| module.operations)
        .flat_map(|operation| operation.inputs)
        .any(|(_, given)| *given == name)
}

/// How a function for an operation is written.
pub(crate) struct Signature<'a> {
    pub(crate) function: &'a str,
    pub(crate) operation: &'a Operation,
    pub(crate) context: &'a str,
}

impl fmt::Display for Signature<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "async fn {}(ctx: &{}", self.function, self.context)?;
        for (name, r#type) in self.operation.inputs {
            write!(f, ", {name}: churnkey::{}", r#type)?;
        }
        write!(f, ") -> {}", self.operation.returns())
    }
}

impl Operation {
    /// The return type of a function, with paths as the user would write them.
    pub(crate) fn returns(&self) -> String {
        let answer = match self.output.split_once('<') {
            Some(("Option", model)) => format!("Option<churnkey::{model}"),
            Some((page, model)) => format!("churnkey::{page}<churnkey::{model}"),
            None => self.output.to_owned(),
        };
        format!("churnkey::Result<{answer}>")
    }
}
