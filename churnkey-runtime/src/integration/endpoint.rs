//! The types of each operation: the input of its function, and the output.

use churnkey_protocol as protocol;

use crate::action::*;
use crate::http::encode::Encode;
use crate::http::extract::{Arguments, FromExtracted};
use crate::model::coupon::Coupon;
use crate::model::customer::Customer;
use crate::model::family::ProductFamily;
use crate::model::id::{
    CouponId, CustomerId, Email, FamilyId, Phone, PriceId, ProductId, SubscriptionId,
};
use crate::model::price::Price;
use crate::model::product::Product;
use crate::model::subscription::Subscription;
#[cfg(feature = "openapi")]
use crate::openapi::describe::{DescribeInput, DescribeOutput, Description};
use crate::operation::{Operation, operations};
use crate::page::{Page, PageRequest};

/// One operation of the protocol as a type, with the types of its function.
pub trait OperationKind: Sized + 'static {
    /// The operation.
    const OPERATION: Operation;
    /// The arguments of the function after the context.
    type Input: Arguments;
    /// The success of the function.
    type Output: Encode;
}

macro_rules! endpoints {
    ($($(#[$doc:meta])+ $operation:ident ($($input:ty),+) -> $output:ty;)+) => {
        $(
            #[doc = concat!("[`Operation::", stringify!($operation), "`] as a type.")]
            #[derive(Clone, Copy, Debug)]
            pub struct $operation;

            impl OperationKind for $operation {
                const OPERATION: Operation = Operation::$operation;
                type Input = ($($input,)+);
                type Output = $output;
            }

            const _: () = assert!(
                agree(
                    Operation::$operation,
                    &[$(<$input as FromExtracted>::INPUT),+],
                    <$output as Encode>::OUTPUT,
                ),
                concat!("the protocol table has other types for ", stringify!($operation)),
            );
        )+

        /// Describes the input and the output of an operation.
        #[cfg(feature = "openapi")]
        pub(crate) fn describe(operation: Operation, description: &mut Description<'_>) {
            match operation {
                $(Operation::$operation => {
                    $(<$input as DescribeInput>::describe(description);)+
                    <$output as DescribeOutput>::describe(description);
                })+
            }
        }
    };
}

operations!(endpoints);

const fn agree(operation: Operation, inputs: &[protocol::Input], output: protocol::Output) -> bool {
    let facts = operation.facts().operation;
    let mut index = 0;
    while index < inputs.len() && index < facts.inputs.len() {
        if !same_input(inputs[index], facts.inputs[index]) {
            return false;
        }
        index += 1;
    }
    inputs.len() == facts.inputs.len() && same_output(output, facts.output)
}

const fn same_input(one: protocol::Input, other: protocol::Input) -> bool {
    use protocol::Input::{Body, Email, Id, Page, Phone};
    match (one, other) {
        (Id(one), Id(other)) => one as u8 == other as u8,
        (Email, Email) | (Phone, Phone) | (Page, Page) | (Body, Body) => true,
        _ => false,
    }
}

const fn same_output(one: protocol::Output, other: protocol::Output) -> bool {
    use protocol::Output::{Nothing, One, Page};
    match (one, other) {
        (One(one), One(other)) | (Page(one), Page(other)) => one as u8 == other as u8,
        (Nothing, Nothing) => true,
        _ => false,
    }
}
