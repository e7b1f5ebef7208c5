//! The table of checks. The run, the reports and the docs follow it.

use churnkey_protocol::{MODULES, Side};
use serde::{Deserialize, Serialize};

use crate::module::Module::{
    self, ApplyCoupon, Auth, Cancel, ChangePrice, Coupons, Customers, ExtendTrial, Manifest, Mode,
    Pause, Prices, Products, Subscriptions,
};
use crate::module::OWN;

#[cfg(test)]
mod tests;

/// Weight of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The provider works, and an improvement is possible.
    Advice,
    /// The fault can cause errors in some cases.
    Warning,
    /// Churnkey cannot use the provider, or customers may pay a wrong amount.
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

/// Certainty of the rule behind a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Known {
    /// Churnkey's integration guide states the rule.
    Doc,
    /// The guide does not state the rule; this is the most probable reading.
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

/// Category of a fault. The names are those of the integration guide, where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Cause {
    /// The integration token differs from that of the provider, or the provider does not check it.
    WrongToken,
    /// A model does not follow the protocol.
    WrongDataFormat,
    /// The URL or the response of an endpoint does not follow the protocol.
    WrongEndpoint,
    /// The feature manifest is missing or contradicts itself.
    NoFeatures,
    /// Data of different modules contradict each other.
    WrongData,
    /// An action does not have the requested effect, or has it more than once.
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

/// A rule that is checked in one or several modules.
#[derive(Debug)]
#[non_exhaustive]
pub struct Check {
    /// Name within a module, such as `list.cursor-loops`.
    pub name: &'static str,
    /// The modules in which it is checked.
    pub modules: &'static [Module],
    /// Weight of a finding of this check.
    pub severity: Severity,
    /// Certainty of the rule.
    pub known: Known,
    /// Category of a fault that this check finds.
    pub cause: Cause,
    /// The rule, as a sentence.
    pub rule: &'static str,
    /// The fix, as a sentence.
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

/// The actions on one subscription.
const SINGLE: &[Module] = &[Cancel, Pause, ApplyCoupon, ChangePrice, ExtendTrial];

/// Modules with endpoints.
const ANSWERING: &[Module] = &with_manifest::<{ 1 + OF_PROTOCOL.len() }>();

/// Modules whose responses have JSON.
const ANSWERED: &[Module] = ANSWERING.split_at(1 + controllers()).0;

/// Modules in which a valid request gets the status 200.
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
    ($(
        $name:ident = $modules:expr, $id:literal, $severity:ident, $known:ident, $cause:ident:
            $rule:literal => $fix:literal;
    )+) => {
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
// All endpoints.
    ANSWER = ANSWERING, "answer", Error, Doc, WrongEndpoint:
        "The endpoint sends a complete HTTP response within the timeout, with a body of at most 8 MiB and without a content encoding."
        => "Send this request to the server directly and through its proxy: the response must be complete, without a redirect and without a content encoding that was not requested.";
    STATUS = CALLED, "status", Error, Doc, WrongEndpoint:
"The response to a valid request has the status 200."
        => "Check the path of the endpoint and the log of the provider.";
    JSON = ANSWERED, "json", Error, Doc, WrongDataFormat:
        "The body is a JSON document in UTF-8."
        => "Serialise the response as JSON. If the body is HTML, a proxy or the error page of the framework probably sent it.";
    CONTENT_TYPE = ANSWERED, "content-type", Warning, Assumed, WrongDataFormat:
"A response with JSON has the header `Content-Type: application/json`."
        => "Set the header `Content-Type: application/json`.";

    // The manifest.
    MANIFEST_ENDPOINT = &[Manifest], "endpoint", Error, Doc, NoFeatures:
"`GET /churnkey/features` returns the feature manifest."
        => "Give the API root URL, to which `/churnkey/features` is appended, and serve the manifest there.";
    MANIFEST_TOKEN = &[Manifest], "token", Error, Doc, WrongToken:
"The provider accepts the integration token."
        => "Configure the provider and the verifier with the same integration token (`CK_INTEGRATION_TOKEN`), without spaces around it.";
    MANIFEST_SHAPE = &[Manifest], "shape", Error, Doc, NoFeatures:
        "The manifest has the structure of the protocol: `controllers` and `actions`, and each module with its features."
        => "Correct the manifest at the path of this finding.";
    MANIFEST_UNKNOWN = &[Manifest], "unknown-module", Warning, Assumed, NoFeatures:
"The manifest has only modules and options of the protocol."
        => "Correct the name. Names are in camelCase, such as `applyCoupon`.";
    MANIFEST_REQUIRED = &[Manifest], "required-controller", Error, Doc, NoFeatures:
        "The manifest declares the controllers that every provider needs: customers, prices and subscriptions."
        => "Implement the controller and declare it.";
    MANIFEST_NEEDS = &[Manifest], "needs", Error, Doc, NoFeatures:
        "The manifest declares the modules that a declared module needs: every action needs cancel, apply-coupon needs coupons, prices of products need products, and products of families need families."
        => "Implement and declare the needed module, or remove the module that needs it from the manifest.";
    MANIFEST_OPTIONS = &[Manifest], "options", Error, Doc, NoFeatures:
        "At least one option of each group, such as `schedules`, is true."
        => "Switch on an option that the action supports, or remove the action from the manifest.";

// Authentication.
    AUTH_MISSING = &[Auth], "missing-token", Error, Doc, WrongToken:
"Every endpoint refuses a request without a token."
        => "Check the token first, on every route under `/churnkey`.";
    AUTH_WRONG = &[Auth], "wrong-token", Error, Doc, WrongToken:
        "Every endpoint refuses a token that differs from the integration token, even in one character."
        => "Compare the whole header with the whole token, in constant time.";
    AUTH_REFUSAL = &[Auth], "refusal", Warning, Doc, WrongToken:
        "The response to an unauthenticated request is 401 with `{\"code\":401,\"message\":\"Unauthorized\"}`. Further fields are possible."
        => "Send this response, without data and without the cause.";
    AUTH_UNKNOWN_PATH = &[Auth], "unknown-path", Warning, Assumed, WrongToken:
        "A request without a token to an unknown path under `/churnkey` gets 401 as well."
        => "Check the token before the path, so that a caller without the token cannot find out which paths exist.";
    AUTH_BEARER = &[Auth], "bearer", Advice, Assumed, WrongToken:
        "The provider accepts the integration token after `Bearer`."
        => "Accept `Authorization: Bearer <token>` beside `Authorization: <token>`. The guide describes the first form, and its sample compares the whole header with the token.";
    AUTH_SCHEME = &[Auth], "scheme", Advice, Assumed, WrongToken:
        "The provider accepts the scheme `Bearer` of the header in any case."
        => "Compare the scheme case-insensitively, as HTTP requires.";
    MODE_APART = &[Mode], "apart", Error, Assumed, WrongData:
        "Test mode and live mode have different data. An action in test mode must not change what customers pay."
        => "Select the data by the header `X-Churnkey-Mode`, or refuse the mode that the provider does not serve with 400. If both modes share the same data on purpose, pass `--same-data`.";
    MODE_UNKNOWN = &[Mode], "unknown", Warning, Assumed, WrongEndpoint:
        "A request with a mode other than `test` and `live` gets 400."
        => "Refuse an unknown `X-Churnkey-Mode`, so that a misspelt mode does not reach live data.";

    // Lists.
    LIST_PAGE = CONTROLLERS, "list.page", Error, Doc, WrongDataFormat:
        "A page of a list is `{\"data\": [..], \"next\": ..}`, and `next` is a string or a number."
        => "Put the items into `data`, and omit `next` on the last page.";
    LIST_LIMIT = CONTROLLERS, "list.limit", Error, Doc, WrongEndpoint:
"A page has at most `limit` items."
        => "Apply `limit` in the database query.";
    LIST_UNBOUNDED = CONTROLLERS, "list.unbounded", Warning, Assumed, WrongEndpoint:
"A page has at most 100 items if the request has no `limit`."
        => "Use a default limit, such as 10, if the request has none.";
    LIST_BAD_LIMIT = CONTROLLERS, "list.bad-limit", Warning, Assumed, WrongEndpoint:
        "A request with a `limit` that is zero, negative or not a number gets 400."
        => "Refuse such a `limit` with 400.";
    LIST_BAD_CURSOR = CONTROLLERS, "list.bad-cursor", Warning, Assumed, WrongEndpoint:
        "A request with a `cursor` that the provider cannot decode gets 400, not 500."
        => "Refuse an invalid cursor with 400. A 500 looks like an outage.";
    LIST_LONG_CURSOR = CONTROLLERS, "list.long-cursor", Warning, Assumed, WrongEndpoint:
        "A cursor is at most 1 KiB long."
        => "Put the sort key of the last item into the cursor, not the whole item.";
    LIST_CURSOR_LOOPS = CONTROLLERS, "list.cursor-loops", Error, Doc, WrongEndpoint:
"Each page of a list has a new cursor."
        => "Begin a page strictly after the position of the cursor.";
    LIST_REPEATS = CONTROLLERS, "list.repeats", Error, Doc, WrongEndpoint:
"A list contains each item once."
        => "Order by a unique key and begin strictly after the cursor (`WHERE id > cursor`, not `>=`).";
    LIST_ENDLESS = CONTROLLERS, "list.endless", Error, Doc, WrongEndpoint:
"A list has a last page."
        => "Omit `next` on the last page.";
    LIST_PAGING = CONTROLLERS, "list.paging", Error, Doc, WrongEndpoint:
        "A list has the same items in the same order with every `limit`."
        => "Order by a unique key, and put the position of the last item of the page into `next`, not that of the following item.";

    // Single items.
    RETRIEVE_LISTED = CONTROLLERS, "retrieve.listed", Error, Doc, WrongEndpoint:
"Every item of a list can be retrieved by its id."
        => "Check that the path is correct, that the id is percent-decoded, and that list and retrieve read the same data.";
    RETRIEVE_OTHER = CONTROLLERS, "retrieve.other", Error, Doc, WrongEndpoint:
"The retrieved item has the requested id."
        => "Look up exactly the id in the path.";
    RETRIEVE_DIFFERS = CONTROLLERS, "retrieve.differs", Warning, Assumed, WrongData:
"The retrieved item equals the item in the list."
        => "Create both from the same data with the same function.";
    RETRIEVE_UNKNOWN = CONTROLLERS, "retrieve.unknown", Error, Doc, WrongEndpoint:
"A request for an unknown id gets 404."
        => "Return 404 if there is no such item, not an empty 200 and not a 500.";
    RETRIEVE_ENCODED = CONTROLLERS, "retrieve.encoded-id", Warning, Assumed, WrongEndpoint:
        "An id may contain any percent-encoded character. A request for an unknown id of this kind gets 404."
        => "Split the path into segments first, then percent-decode each segment, and accept every result as an id.";
    ERROR_SHAPE = CONTROLLERS, "error-shape", Warning, Doc, WrongDataFormat:
"The body of an error is `{\"code\": <status>, \"message\": \"..\"}`."
        => "Send errors in this format. Churnkey shows the message in its dashboard.";
    FIND_LISTED = &[Customers], "find.listed", Error, Doc, WrongEndpoint:
        "If the provider has a search by e-mail or phone, it finds each customer by the value in the list."
        => "Percent-decode the value and compare all of it. A `+` in a path is a plus sign.";
    FIND_OTHER = &[Customers], "find.other", Error, Doc, WrongEndpoint:
        "A search by e-mail or phone returns a customer with that e-mail or phone."
        => "Percent-decode the value and compare all of it. A `+` in a path is a plus sign.";
    FIND_UNKNOWN = &[Customers], "find.unknown", Error, Doc, WrongEndpoint:
"A search for an unknown e-mail address or phone number gets 404."
        => "Return 404 if no customer is found.";
    OTHER_CUSTOMER = &[Subscriptions], "other-customer", Error, Doc, WrongEndpoint:
        "A subscription cannot be retrieved under another customer."
        => "Look the subscription up by its id and the id of the customer.";
    UNKNOWN_CUSTOMER = &[Subscriptions], "unknown-customer", Warning, Assumed, WrongEndpoint:
        "A request for the subscriptions of an unknown customer gets 404 or an empty list."
        => "Return 404 if there is no such customer.";

    // Models.
    MODEL = CONTROLLERS, "model", Error, Doc, WrongDataFormat:
"A model has the fields, types and values of the protocol."
        => "Correct the field at the path of this finding.";
    UNKNOWN_FIELD = CONTROLLERS, "unknown-field", Warning, Assumed, WrongDataFormat:
        "No field has a name that is similar to a missing field of the protocol."
        => "Correct the name of the field.";
    EXTRA_FIELD = CONTROLLERS, "extra-field", Advice, Assumed, WrongDataFormat:
"A model has only fields of the protocol."
        => "Remove the field, or put your own data into `metadata`. Churnkey does not read it.";
    RECOMMENDED = &[Customers, Prices, Coupons], "recommended", Advice, Doc, WrongDataFormat:
        "A model has the fields that the guide recommends: a customer has an e-mail address or a phone number, a price has a name, and a coupon has a code."
        => "Set the field if your data contain the value.";
    CURRENT_PERIOD = &[Subscriptions], "current-period", Warning, Assumed, WrongDataFormat:
"An active subscription has a current period."
        => "Set `status.currentPeriod`. Churnkey shows customers the end of the period that they have paid for.";

// Data of different modules.
    TYPE = &[Prices, Products], "type", Error, Doc, WrongData:
        "Every price and every product has the type that the manifest declares."
        => "Declare the type of your data in the manifest, or give every item the declared type.";
    PRODUCT_EXISTS = &[Prices], "product-exists", Error, Assumed, WrongData:
        "The product of a price exists."
        => "Serve the product under `/churnkey/products`, even if it is no longer sold.";
    FAMILY_EXISTS = &[Products], "family-exists", Error, Assumed, WrongData:
        "The family of a product exists."
        => "Serve the family under `/churnkey/families`.";
    CUSTOMER_DIFFERS = &[Subscriptions], "customer-differs", Error, Doc, WrongData:
        "The `customerId` of a subscription is the id of the customer in the path."
        => "Serve only the customer's own subscriptions under a customer.";
    PRICE_EXISTS = &[Subscriptions], "price-exists", Error, Assumed, WrongData:
"The price of an item of a subscription exists."
        => "Serve the price under `/churnkey/prices`, even if it is no longer sold.";
    PRICE_DIFFERS = &[Subscriptions], "price-differs", Warning, Assumed, WrongData:
        "The price of an item of a subscription equals the retrieved price."
        => "Create both from the same data with the same function.";
    COUPON_EXISTS = &[Customers, Subscriptions], "coupon-exists", Error, Assumed, WrongData:
        "The coupon of a discount exists."
        => "Serve the coupon under `/churnkey/coupons`, even if it has expired.";

    // Actions.
    ACTION_EFFECT = ACTIONS, "effect", Error, Doc, WrongEffect:
        "The subscription has the requested change after the action."
        => "Apply the change before sending 200, and read the same data in the subscriptions controller.";
    ACTION_BODY = ACTIONS, "body", Warning, Doc, WrongEndpoint:
"The response to a successful action is 200 with an empty body."
        => "Send an empty body.";
    ACTION_REPEATED = ACTIONS, "repeated", Error, Assumed, WrongEffect:
"A repeated action changes nothing more."
        => "Read the state in the same transaction before changing it. If the change exists already, report success.";
    ACTION_AT_ONCE = ACTIONS, "at-once", Error, Assumed, WrongEffect:
"An action that is sent twice concurrently is applied once."
        => "Lock the row of the subscription (`SELECT .. FOR UPDATE`) before reading its state.";
    ACTION_FEATURE = ACTIONS, "feature-off", Error, Doc, WrongEffect:
        "An action with an option that the manifest switches off gets 400 and changes nothing."
        => "Compare the body with the features, and refuse options that are switched off.";
    ACTION_OTHER_CUSTOMER = ACTIONS, "other-customer", Error, Doc, WrongEffect:
        "An action on a subscription of another customer is refused and changes nothing. An action on all subscriptions of a customer does not change those of another customer."
        => "Look the subscription up by its id and the id of the customer.";
    ACTION_SIBLING = SINGLE, "sibling", Error, Doc, WrongEffect:
        "An action on one subscription does not change another subscription of the customer."
        => "Change only the subscription with the id in `subscriptionId`.";
    ACTION_BAD_BODY = ACTIONS, "bad-body", Error, Assumed, WrongEndpoint:
        "An action with a malformed body or without a required field gets 400 and changes nothing."
        => "Check the whole body before changing anything, and refuse an invalid one with 400.";
    ACTION_NOT_FOUND = ACTIONS, "not-found", Error, Doc, WrongEndpoint:
        "An action on an unknown subscription or customer gets 404. One with an unknown price or coupon gets 404 or 400."
        => "Look up every id in the body first, and return 404 if there is no such item. A 200 looks like a successful action.";
    ACTION_TOKEN = ACTIONS, "token", Error, Doc, WrongToken:
        "An action without the token gets 401 and changes nothing."
        => "Check the token first.";
}
