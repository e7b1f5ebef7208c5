//! What is checked: one table that the run, the reports and the docs follow.

use std::fmt;
use std::sync::LazyLock;

use churnkey_protocol::{self as protocol, MODULES, Model, Operation, Output, Side};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// A part of a provider that a report speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Module {
    /// The feature manifest.
    Manifest,
    /// Who gets in.
    Auth,
    /// The mode of a request, test or live.
    Mode,
    /// The controller of customers.
    Customers,
    /// The controller of prices.
    Prices,
    /// The controller of subscriptions.
    Subscriptions,
    /// The controller of coupons.
    Coupons,
    /// The controller of products.
    Products,
    /// The controller of product families.
    Families,
    /// The action that cancels a subscription.
    Cancel,
    /// The action that cancels all subscriptions of a customer.
    CancelAll,
    /// The action that pauses a subscription.
    Pause,
    /// The action that pauses all subscriptions of a customer.
    PauseAll,
    /// The action that applies a coupon to a subscription.
    ApplyCoupon,
    /// The action that changes the price of a subscription.
    ChangePrice,
    /// The action that extends the trial of a subscription.
    ExtendTrial,
}

use Module::{
    ApplyCoupon, Auth, Cancel, CancelAll, ChangePrice, Coupons, Customers, ExtendTrial, Families,
    Manifest, Mode, Pause, PauseAll, Prices, Products, Subscriptions,
};

/// Number of modules that are not in the protocol's table, which come first.
const OWN: usize = 3;

const ALL: [Module; OWN + MODULES.len()] = [
    Manifest,
    Auth,
    Mode,
    Customers,
    Prices,
    Subscriptions,
    Coupons,
    Products,
    Families,
    Cancel,
    CancelAll,
    Pause,
    PauseAll,
    ApplyCoupon,
    ChangePrice,
    ExtendTrial,
];

// By this order a module finds its line in the protocol's table.
const _: () = {
    let mut index = 0;
    while index < ALL.len() {
        assert!(ALL[index] as usize == index);
        index += 1;
    }
};

impl Module {
    /// Every module, in the order of a report.
    pub const ALL: &'static [Self] = &ALL;

    /// Name in ids and options: `prices`, `apply-coupon`.
    pub fn as_str(self) -> &'static str {
        static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
            let kebab = |module: &protocol::Module| module.name.replace('_', "-");
            MODULES.iter().map(kebab).collect()
        });
        match self {
            Manifest => "manifest",
            Auth => "auth",
            Mode => "mode",
            of_protocol => &NAMES[of_protocol as usize - OWN],
        }
    }

    /// Its line in the protocol's table; none for `Manifest`, `Auth` and `Mode`.
    pub fn protocol(self) -> Option<&'static protocol::Module> {
        MODULES.get((self as usize).checked_sub(OWN)?)
    }

    /// The module that a line of the protocol's table describes.
    pub(crate) fn of(line: &protocol::Module) -> Option<Self> {
        let is_it = |module: &Self| module.protocol().is_some_and(|own| own.name == line.name);
        Self::ALL.iter().copied().find(is_it)
    }

    /// The module with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|module| module.as_str() == name)
    }

    /// Returns true if a provider must have it. Protocol: **doc**.
    pub fn is_required(self) -> bool {
        self.protocol().is_none_or(|module| module.required)
    }

    /// Returns true if it reads data.
    pub fn is_controller(self) -> bool {
        self.is_of(Side::Controller)
    }

    /// Returns true if it changes data.
    pub fn is_action(self) -> bool {
        self.is_of(Side::Action)
    }

    fn is_of(self, side: Side) -> bool {
        self.protocol().is_some_and(|module| module.side == side)
    }

    /// The model that a controller returns.
    pub(crate) fn model(self) -> Option<Model> {
        let mut operations = self.protocol()?.operations.iter();
        operations.find_map(|operation| match operation.output {
            Output::One(model) | Output::Page(model) => Some(model),
            Output::Nothing => None,
        })
    }

    /// The action on one subscription, if this is its form for all subscriptions of a customer.
    pub fn single(self) -> Option<Self> {
        self.protocol()?.single.and_then(Self::of)
    }

    /// Path of an action under `/churnkey`.
    pub fn action_path(self) -> Option<&'static str> {
        let module = self.protocol().filter(|_| self.is_action())?;
        module.operations.first().map(Operation::path_under_root)
    }
}

impl fmt::Display for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How bad it is if a check fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It could be better.
    Advice,
    /// It may go wrong.
    Warning,
    /// Churnkey cannot work with it, or money is at stake.
    Error,
}

impl Severity {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// `true` if a provider with such a finding is not good; with `strict`, a warning suffices.
    pub fn is_bad(self, strict: bool) -> bool {
        match strict {
            true => self >= Self::Warning,
            false => self >= Self::Error,
        }
    }
}

/// How far the rule behind a check is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Known {
    /// Churnkey's integration guide says so.
    Doc,
    /// The guide is silent; the most probable reading.
    Assumed,
}

impl Known {
    /// The mark in reports and docs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Doc => "doc",
            Self::Assumed => "assumed",
        }
    }
}

/// What is at fault, in the words of the integration guide where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Cause {
    /// The integration token is another than the provider's, or is not asked for.
    WrongToken,
    /// A model is not as the protocol has it.
    WrongDataFormat,
    /// The URL or the answer of an endpoint is not as the protocol has it.
    WrongEndpoint,
    /// The feature manifest is missing or contradicts itself.
    NoFeatures,
    /// The data contradict each other.
    WrongData,
    /// An action does not do what it was asked for, or does it more than once.
    WrongEffect,
}

impl Cause {
    /// The words in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WrongToken => "wrong token",
            Self::WrongDataFormat => "wrong data format",
            Self::WrongEndpoint => "wrong endpoint",
            Self::NoFeatures => "no features",
            Self::WrongData => "wrong data",
            Self::WrongEffect => "wrong effect",
        }
    }
}

/// One thing that is checked, in each of some modules.
#[derive(Debug)]
#[non_exhaustive]
pub struct Check {
    /// Its name within a module, such as `list.cursor-loops`.
    pub name: &'static str,
    /// The modules it is checked in.
    pub modules: &'static [Module],
    /// How bad it is if it fails.
    pub severity: Severity,
    /// How far the rule is known.
    pub known: Known,
    /// What is at fault if it fails.
    pub cause: Cause,
    /// What holds for a good provider.
    pub rule: &'static str,
    /// What to do if it does not hold.
    pub fix: &'static str,
}

impl Check {
    /// The stable id in reports, such as `prices.list.cursor-loops`.
    pub fn id(&self, module: Module) -> String {
        debug_assert!(
            self.modules.contains(&module),
            "{} is not checked in {module}",
            self.name
        );
        format!("{module}.{}", self.name)
    }
}

const OF_PROTOCOL: &[Module] = Module::ALL.split_at(OWN).1;
const CONTROLLERS: &[Module] = OF_PROTOCOL.split_at(controllers()).0;
pub(crate) const ACTIONS: &[Module] = OF_PROTOCOL.split_at(controllers()).1;

/// Modules with endpoints.
const ANSWERING: &[Module] = &with_manifest::<{ 1 + OF_PROTOCOL.len() }>();

/// Those that answer with JSON.
const ANSWERED: &[Module] = ANSWERING.split_at(1 + controllers()).0;

/// Those that answer valid requests with 200.
const CALLED: &[Module] = OF_PROTOCOL;

const fn controllers() -> usize {
    let mut count = 0;
    while matches!(MODULES[count].side, Side::Controller) {
        count += 1;
    }
    count
}

const fn with_manifest<const N: usize>() -> [Module; N] {
    let mut modules = [Manifest; N];
    let mut index = 1;
    while index < N {
        modules[index] = OF_PROTOCOL[index - 1];
        index += 1;
    }
    modules
}

macro_rules! checks {
    ($($name:ident = $modules:expr, $id:literal, $severity:ident, $known:ident, $cause:ident: $rule:literal => $fix:literal;)+) => {
        $(pub(crate) static $name: Check = Check {
            name: $id,
            modules: $modules,
            severity: Severity::$severity,
            known: Known::$known,
            cause: Cause::$cause,
            rule: $rule,
            fix: $fix,
        };)+

        /// Every check.
        pub static CHECKS: &[&Check] = &[$(&$name),+];
    };
}

checks! {
    // How any endpoint answers.
    ANSWER = ANSWERING, "answer", Error, Doc, WrongEndpoint:
        "The endpoint answers in time, in plain HTTP and with a body of a sensible size."
        => "Send this request to the server directly and through its proxy: the response must be complete, without a redirect and without a content encoding that was not requested.";
    STATUS = CALLED, "status", Error, Doc, WrongEndpoint:
        "A valid request is answered with 200."
        => "Check the path of the endpoint and the log of the provider.";
    JSON = ANSWERED, "json", Error, Doc, WrongDataFormat:
        "The body is a JSON document in UTF-8."
        => "Serialise the answer as JSON; a page of HTML often comes from a proxy or from the framework's own error page.";
    CONTENT_TYPE = ANSWERED, "content-type", Warning, Assumed, WrongDataFormat:
        "JSON is sent as `Content-Type: application/json`."
        => "Set the header `Content-Type: application/json`.";

    // The manifest.
    MANIFEST_ENDPOINT = &[Manifest], "endpoint", Error, Doc, NoFeatures:
        "`GET /churnkey/features` answers the feature manifest."
        => "Give the API root URL, to which `/churnkey/features` is appended, and serve the manifest there.";
    MANIFEST_TOKEN = &[Manifest], "token", Error, Doc, WrongToken:
        "The integration token is accepted."
        => "Give the provider the same integration token as the verifier: `CK_INTEGRATION_TOKEN`, without spaces around it.";
    MANIFEST_SHAPE = &[Manifest], "shape", Error, Doc, NoFeatures:
        "The manifest has the protocol's form: `controllers` and `actions`, each module with its features."
        => "Correct the named place in the manifest.";
    MANIFEST_UNKNOWN = &[Manifest], "unknown-module", Warning, Assumed, NoFeatures:
        "The manifest names no module that the protocol does not have."
        => "Correct the name; names are camelCase, such as `applyCoupon`.";
    MANIFEST_REQUIRED = &[Manifest], "required-controller", Error, Doc, NoFeatures:
        "The manifest has the controllers that every provider needs: customers, prices and subscriptions."
        => "Implement the controller and declare it.";
    MANIFEST_NEEDS = &[Manifest], "needs", Error, Doc, NoFeatures:
        "What a module needs is declared too: every action needs cancel, a coupon to apply needs coupons, prices of products need products, products of families need families."
        => "Implement and declare what is needed, or take the module that needs it out of the manifest.";
    MANIFEST_OPTIONS = &[Manifest], "options", Error, Doc, NoFeatures:
        "Of each group of options, such as `schedules`, at least one is true."
        => "Switch on an option that the action supports, or take the action out of the manifest.";

    // Who gets in.
    AUTH_MISSING = &[Auth], "missing-token", Error, Doc, WrongToken:
        "No endpoint lets a request without a token in."
        => "Check the token before anything else, on every route under `/churnkey`.";
    AUTH_WRONG = &[Auth], "wrong-token", Error, Doc, WrongToken:
        "A token that is not the integration token, however alike, does not get in."
        => "Compare the whole header with the whole token, in constant time.";
    AUTH_REFUSAL = &[Auth], "refusal", Warning, Doc, WrongToken:
        "A request that is refused is answered with 401 and `{\"code\":401,\"message\":\"Unauthorized\"}`."
        => "Answer so, and nothing else: no data, no cause.";
    AUTH_UNKNOWN_PATH = &[Auth], "unknown-path", Warning, Assumed, WrongToken:
        "Without a token, an unknown path under `/churnkey` answers 401 as well."
        => "Check the token before the path, so that a caller without it cannot learn which paths exist.";
    AUTH_SCHEME = &[Auth], "scheme", Advice, Assumed, WrongToken:
        "The scheme of the header, `Bearer`, is read without regard to case."
        => "Compare the scheme without regard to case, as HTTP has it.";
    MODE_UNKNOWN = &[Mode], "unknown", Warning, Assumed, WrongEndpoint:
        "A mode that is neither `test` nor `live` is a 400."
        => "Refuse an `X-Churnkey-Mode` that you do not know, so that a slip does not reach live data.";

    // Lists.
    LIST_PAGE = CONTROLLERS, "list.page", Error, Doc, WrongDataFormat:
        "A list answers `{\"data\": [..], \"next\": ..}`, and `next` is a text or a number."
        => "Wrap the items in `data`, and leave `next` out on the last page.";
    LIST_LIMIT = CONTROLLERS, "list.limit", Error, Doc, WrongEndpoint:
        "A page has no more items than `limit`."
        => "Apply `limit` in the query.";
    LIST_UNBOUNDED = CONTROLLERS, "list.unbounded", Warning, Assumed, WrongEndpoint:
        "Without a `limit`, a page has at most 100 items."
        => "Use a limit of your own, such as 10, if the request has none.";
    LIST_BAD_LIMIT = CONTROLLERS, "list.bad-limit", Warning, Assumed, WrongEndpoint:
        "A `limit` of zero, below zero or that is no number is a 400."
        => "Refuse it with 400.";
    LIST_BAD_CURSOR = CONTROLLERS, "list.bad-cursor", Warning, Assumed, WrongEndpoint:
        "A `cursor` that the provider cannot read is a 400, never a 500."
        => "Refuse with 400 what you cannot read; a 500 looks like an outage.";
    LIST_LONG_CURSOR = CONTROLLERS, "list.long-cursor", Warning, Assumed, WrongEndpoint:
        "A cursor is at most 1 KiB long."
        => "Put the sort key of the last item into the cursor, not the item.";
    LIST_CURSOR_LOOPS = CONTROLLERS, "list.cursor-loops", Error, Doc, WrongEndpoint:
        "No cursor leads back to one that was there before."
        => "Begin a page strictly after the place that the cursor names.";
    LIST_REPEATS = CONTROLLERS, "list.repeats", Error, Doc, WrongEndpoint:
        "Each item is in a list once."
        => "Order by something unique and begin strictly after the cursor (`WHERE id > cursor`, not `>=`).";
    LIST_ENDLESS = CONTROLLERS, "list.endless", Error, Doc, WrongEndpoint:
        "A list ends."
        => "Leave `next` out on the last page.";
    LIST_PAGING = CONTROLLERS, "list.paging", Error, Doc, WrongEndpoint:
        "A list has the same items in the same order whatever the `limit`."
        => "Order by something unique, and put the place of the last item of the page, not of the next one, into `next`.";

    // Single items.
    RETRIEVE_LISTED = CONTROLLERS, "retrieve.listed", Error, Doc, WrongEndpoint:
        "What a list has can be retrieved by its id."
        => "Check the path of the endpoint, that the id is percent-decoded, and that both read the same data.";
    RETRIEVE_OTHER = CONTROLLERS, "retrieve.other", Error, Doc, WrongEndpoint:
        "What is retrieved has the id that was asked for."
        => "Look up exactly the id of the path.";
    RETRIEVE_DIFFERS = CONTROLLERS, "retrieve.differs", Warning, Assumed, WrongData:
        "What is retrieved is the same as in the list."
        => "Make both from the same data by the same function.";
    RETRIEVE_UNKNOWN = CONTROLLERS, "retrieve.unknown", Error, Doc, WrongEndpoint:
        "An id that does not exist is a 404."
        => "Answer 404 if nothing is found, neither an empty 200 nor a 500.";
    RETRIEVE_ENCODED = CONTROLLERS, "retrieve.encoded-id", Warning, Assumed, WrongEndpoint:
        "An id may hold any character, percent-encoded; one that does not exist is a 404."
        => "Decode the segment of the path after it has been split off, and take the result for an id whatever it is.";
    ERROR_SHAPE = CONTROLLERS, "error-shape", Warning, Doc, WrongDataFormat:
        "An error is `{\"code\": <status>, \"message\": \"..\"}`."
        => "Answer errors in this form; Churnkey shows the message in its dashboard.";
    FIND_LISTED = &[Customers], "find.listed", Error, Doc, WrongEndpoint:
        "If customers can be found by e-mail or phone, each is found by the one in the list."
        => "Compare the whole address, after percent-decoding: a `+` in a path is a plus.";
    FIND_OTHER = &[Customers], "find.other", Error, Doc, WrongEndpoint:
        "Who is found by e-mail or phone has that e-mail or phone."
        => "Compare the whole address, after percent-decoding: a `+` in a path is a plus.";
    FIND_UNKNOWN = &[Customers], "find.unknown", Error, Doc, WrongEndpoint:
        "An unknown e-mail address or phone number is a 404."
        => "Return 404 if no customer is found.";
    OTHER_CUSTOMER = &[Subscriptions], "other-customer", Error, Doc, WrongEndpoint:
        "A subscription of one customer is not found under another."
        => "Look the subscription up by its id and by the customer's.";
    UNKNOWN_CUSTOMER = &[Subscriptions], "unknown-customer", Warning, Assumed, WrongEndpoint:
        "The subscriptions of a customer who does not exist are a 404 or an empty list."
        => "Answer 404 if there is no such customer.";

    // Models.
    MODEL = CONTROLLERS, "model", Error, Doc, WrongDataFormat:
        "A model has the fields, types and words of the protocol."
        => "Correct the named field.";
    UNKNOWN_FIELD = CONTROLLERS, "unknown-field", Warning, Assumed, WrongDataFormat:
        "A model has no field that the protocol does not have."
        => "Correct the name of the field, or leave it out; notes of your own belong into `metadata`.";
    RECOMMENDED = &[Customers, Prices, Coupons], "recommended", Advice, Doc, WrongDataFormat:
        "What the guide recommends is there: an e-mail address or a phone number of a customer, the name of a price, the code of a coupon."
        => "Set it where your data have it.";
    CURRENT_PERIOD = &[Subscriptions], "current-period", Warning, Assumed, WrongDataFormat:
        "An active subscription has its current period."
        => "Set `status.currentPeriod`: Churnkey shows the customer until when the subscription is paid.";

    // Data that belong together.
    TYPE = &[Prices, Products], "type", Error, Doc, WrongData:
        "Every price, and every product, is of the type that the manifest declares."
        => "Declare the type that your data have, or give every item the declared type.";
    PRODUCT_EXISTS = &[Prices], "product-exists", Error, Assumed, WrongData:
        "The product of a price exists."
        => "Serve the product under `/churnkey/products`, also if it is no longer sold.";
    FAMILY_EXISTS = &[Products], "family-exists", Error, Assumed, WrongData:
        "The family of a product exists."
        => "Serve the family under `/churnkey/families`.";
    CUSTOMER_DIFFERS = &[Subscriptions], "customer-differs", Error, Doc, WrongData:
        "A subscription's `customerId` is that of the customer it was asked for."
        => "Serve under a customer only the customer's own subscriptions.";
    PRICE_EXISTS = &[Subscriptions], "price-exists", Error, Assumed, WrongData:
        "The price of a subscription's item exists."
        => "Serve the price under `/churnkey/prices`, also if it is no longer sold.";
    PRICE_DIFFERS = &[Subscriptions], "price-differs", Warning, Assumed, WrongData:
        "The price of a subscription's item is the same as the price retrieved."
        => "Make both from the same data by the same function.";
    COUPON_EXISTS = &[Customers, Subscriptions], "coupon-exists", Error, Assumed, WrongData:
        "The coupon of a discount exists."
        => "Serve the coupon under `/churnkey/coupons`, also if it has expired.";

    // Actions.
    ACTION_EFFECT = ACTIONS, "effect", Error, Doc, WrongEffect:
        "The subscription is afterwards what the action asked for."
        => "Apply the change before answering 200, and read the same data in the subscriptions controller.";
    ACTION_BODY = ACTIONS, "body", Warning, Doc, WrongEndpoint:
        "An action that succeeded answers 200 with an empty body."
        => "Answer an empty body.";
    ACTION_REPEATED = ACTIONS, "repeated", Error, Assumed, WrongEffect:
        "The same action sent again changes nothing more."
        => "Look at the state before changing it, in the same transaction: what is done already is a success.";
    ACTION_AT_ONCE = ACTIONS, "at-once", Error, Assumed, WrongEffect:
        "The same action sent twice at once is applied once."
        => "Lock the subscription's row (`SELECT .. FOR UPDATE`) before looking at its state.";
    ACTION_FEATURE = ACTIONS, "feature-off", Error, Doc, WrongEffect:
        "An option that the manifest switches off is a 400 and changes nothing."
        => "Check the body against the features, and refuse what is off.";
    ACTION_OTHER_CUSTOMER = ACTIONS, "other-customer", Error, Doc, WrongEffect:
        "An action on a subscription of another customer is refused and changes nothing; one on all subscriptions of a customer changes no other customer's."
        => "Look the subscription up by its id and by the customer's.";
    ACTION_BAD_BODY = ACTIONS, "bad-body", Error, Assumed, WrongEndpoint:
        "A body that is malformed or lacks a required field is refused with 400 and changes nothing."
        => "Check the whole body before changing anything.";
    ACTION_NOT_FOUND = ACTIONS, "not-found", Error, Doc, WrongEndpoint:
        "An action on a subscription or a customer that does not exist is a 404."
        => "Answer 404; a 200 looks like a cancellation that never was.";
    ACTION_TOKEN = ACTIONS, "token", Error, Doc, WrongToken:
        "Without the token, an action is answered with 401 and changes nothing."
        => "Check the token before anything else.";
}
