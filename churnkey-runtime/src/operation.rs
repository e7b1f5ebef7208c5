//! The operations of the protocol, by name.

use churnkey_protocol as protocol;
pub use churnkey_protocol::Side;

/// An operation of the protocol table, with its module.
#[derive(Clone, Copy)]
pub(crate) struct Facts {
    pub(crate) module: &'static protocol::Module,
    pub(crate) operation: &'static protocol::Operation,
}

impl Facts {
    /// Finds an operation of the table by its unique name; without one, the crate does not compile.
    const fn of(ident: &str) -> Self {
        let mut module = 0;
        while module < protocol::MODULES.len() {
            let operations = protocol::MODULES[module].operations;
            let mut index = 0;
            while index < operations.len() {
                if protocol::equal(operations[index].ident, ident) {
                    return Self {
                        module: &protocol::MODULES[module],
                        operation: &operations[index],
                    };
                }
                index += 1;
            }
            module += 1;
        }
        panic!("the protocol table does not have this operation")
    }
}

/// Passes every operation, with the types of its function, to a macro. Where only the names are
/// needed, the types are not imported.
macro_rules! operations {
    ($then:ident) => {
        $then! {
            /// The customer with an id.
            RetrieveCustomer (CustomerId) -> Option<Customer>;
            /// All customers.
            ListCustomers (PageRequest) -> Page<Customer>;
            /// The customer with an e-mail address.
            FindCustomerByEmail (Email) -> Option<Customer>;
            /// The customer with a phone number.
            FindCustomerByPhone (Phone) -> Option<Customer>;
            /// The price with an id.
            RetrievePrice (PriceId) -> Option<Price>;
            /// All prices.
            ListPrices (PageRequest) -> Page<Price>;
            /// A customer's subscription with an id.
            RetrieveSubscription (CustomerId, SubscriptionId) -> Option<Subscription>;
            /// All subscriptions of a customer.
            ListSubscriptions (CustomerId, PageRequest) -> Page<Subscription>;
            /// The coupon with an id.
            RetrieveCoupon (CouponId) -> Option<Coupon>;
            /// All coupons.
            ListCoupons (PageRequest) -> Page<Coupon>;
            /// The product with an id.
            RetrieveProduct (ProductId) -> Option<Product>;
            /// All products.
            ListProducts (PageRequest) -> Page<Product>;
            /// The product family with an id.
            RetrieveFamily (FamilyId) -> Option<ProductFamily>;
            /// All product families.
            ListFamilies (PageRequest) -> Page<ProductFamily>;
            /// Cancel one subscription.
            CancelSubscription (Cancel) -> ();
            /// Cancel all subscriptions of a customer.
            CancelAllSubscriptions (CancelAll) -> ();
            /// Pause one subscription.
            PauseSubscription (Pause) -> ();
            /// Pause all subscriptions of a customer.
            PauseAllSubscriptions (PauseAll) -> ();
            /// Apply a coupon to a subscription.
            ApplyCouponToSubscription (ApplyCoupon) -> ();
            /// Change the price of a subscription.
            ChangeSubscriptionPrice (ChangePrice) -> ();
            /// Extend the trial of a subscription.
            ExtendSubscriptionTrial (ExtendTrial) -> ();
        }
    };
}

pub(crate) use operations;

macro_rules! names {
    ($($(#[$doc:meta])+ $operation:ident ($($input:ty),+) -> $output:ty;)+) => {
        /// An operation of the protocol.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Operation {
            $($(#[$doc])+ $operation,)+
        }

        impl Operation {
            /// Every operation of the protocol, in the order of its description.
            pub const ALL: &'static [Self] = &[$(Self::$operation),+];

            pub(crate) const fn facts(self) -> Facts {
                match self {
                    $(Self::$operation => const { Facts::of(stringify!($operation)) },)+
                }
            }
        }
    };
}

operations!(names);

const _: () = {
    let (mut count, mut module) = (0, 0);
    while module < protocol::MODULES.len() {
        count += protocol::MODULES[module].operations.len();
        module += 1;
    }
    assert!(
        count == Operation::ALL.len(),
        "an operation of the protocol table is not in `operations!`"
    );
};

impl Operation {
    /// Controllers read, actions write.
    pub const fn side(self) -> Side {
        self.facts().module.side
    }

    /// The module it belongs to, as the attributes name it: `prices`, `pause`.
    pub const fn module(self) -> &'static str {
        self.facts().module.name
    }

    /// Its name within the module: `retrieve`, `list`, `find_by_email`; an action has the name of
    /// its module.
    pub const fn name(self) -> &'static str {
        self.facts().operation.name
    }

    /// Its path under the API root URL, parameters in braces.
    pub const fn path(self) -> &'static str {
        self.facts().operation.path
    }
}
