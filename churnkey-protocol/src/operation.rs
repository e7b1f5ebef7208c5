//! Operations: the endpoints of a module.

use crate::known::Known;

/// Beginning of every path. Churnkey appends the path to the provider's API root URL.
pub const ROOT: &str = "/churnkey";

/// One endpoint of the protocol, which one annotated function serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Name within its module, `find_by_email`; that of an action is the name of its module.
    pub name: &'static str,
    /// Name that is unique among all operations, and that of its Rust type: `FindCustomerByEmail`.
    pub ident: &'static str,
    /// One sentence for docs.
    pub summary: &'static str,
    /// HTTP method.
    pub method: Method,
    /// Path template with [`ROOT`], parameters in braces: `/churnkey/customers/{customerId}`.
    pub path: &'static str,
    /// Certainty of the path.
    pub known: Known,
    /// Values that its function is given, in this order.
    ///
    /// Those that stand in the path are in the order of the path.
    pub inputs: &'static [Input],
    /// Content of a successful answer.
    pub output: Output,
    /// Necessity within its module.
    pub presence: Presence,
}

/// HTTP method of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Every controller.
    Get,
    /// Every action.
    Post,
}

/// A value that an operation gives its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// Id of a model in the path, percent-decoded.
    Id(Model),
    /// E-mail address in the path.
    Email,
    /// Phone number in the path.
    Phone,
    /// `limit` and `cursor` in the query.
    Page,
    /// JSON body of an action; its fields are those of the module.
    Body,
}

/// Content of a successful answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Output {
    /// One model, or 404.
    One(Model),
    /// A page of a list.
    Page(Model),
    /// An empty body.
    Nothing,
}

/// A model of the protocol that has an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Model {
    /// Customer.
    Customer,
    /// Price.
    Price,
    /// Subscription.
    Subscription,
    /// Coupon.
    Coupon,
    /// Product.
    Product,
    /// Product family.
    Family,
}

/// Necessity of an operation within its module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// The module does not exist without it.
    Required,
    /// Churnkey recommends it.
    Recommended,
    /// A provider may leave it out.
    Optional,
}

impl Method {
    /// Name on the wire: `GET` or `POST`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl Input {
    /// Name of the path parameter in the template. `None` for a page and a body.
    pub const fn parameter(self) -> Option<&'static str> {
        match self {
            Self::Id(model) => Some(model.id_name()),
            Self::Email => Some("email"),
            Self::Phone => Some("phone"),
            Self::Page | Self::Body => None,
        }
    }
}

impl Model {
    /// Name of the model, and of its Rust type: `Customer`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "Customer",
            Self::Price => "Price",
            Self::Subscription => "Subscription",
            Self::Coupon => "Coupon",
            Self::Product => "Product",
            Self::Family => "ProductFamily",
        }
    }

    /// Name of its id on the wire: `customerId`.
    pub const fn id_name(self) -> &'static str {
        match self {
            Self::Customer => "customerId",
            Self::Price => "priceId",
            Self::Subscription => "subscriptionId",
            Self::Coupon => "couponId",
            Self::Product => "productId",
            Self::Family => "familyId",
        }
    }
}

impl Operation {
    /// The part of the path behind [`ROOT`]: `/customers/{customerId}`.
    pub const fn path_under_root(&self) -> &'static str {
        self.path.split_at(ROOT.len()).1
    }

    /// A module that has it has all its operations that are required.
    pub const fn is_required(&self) -> bool {
        matches!(self.presence, Presence::Required)
    }
}

/// Writing an operation in the table.
impl Operation {
    const fn new(
        method: Method,
        name: &'static str,
        ident: &'static str,
        path: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            name,
            ident,
            summary,
            method,
            path,
            known: Known::Doc,
            inputs: &[],
            output: Output::Nothing,
            presence: Presence::Required,
        }
    }

    pub(crate) const fn get(
        name: &'static str,
        ident: &'static str,
        path: &'static str,
        summary: &'static str,
    ) -> Self {
        Self::new(Method::Get, name, ident, path, summary)
    }

    pub(crate) const fn post(
        name: &'static str,
        ident: &'static str,
        path: &'static str,
        summary: &'static str,
    ) -> Self {
        Self::new(Method::Post, name, ident, path, summary).given(&[Input::Body])
    }

    pub(crate) const fn given(mut self, inputs: &'static [Input]) -> Self {
        self.inputs = inputs;
        self
    }

    pub(crate) const fn one(mut self, model: Model) -> Self {
        self.output = Output::One(model);
        self
    }

    pub(crate) const fn page(mut self, model: Model) -> Self {
        self.output = Output::Page(model);
        self
    }

    pub(crate) const fn recommended(mut self) -> Self {
        self.presence = Presence::Recommended;
        self
    }

    pub(crate) const fn optional(mut self) -> Self {
        self.presence = Presence::Optional;
        self
    }

    pub(crate) const fn assumed(mut self) -> Self {
        self.known = Known::Assumed;
        self
    }
}
