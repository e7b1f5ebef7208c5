#[automatically_derived]
impl ::churnkey::__private::IntoError for BillingError {
    fn into_error(self) -> ::churnkey::__private::Error {
        <_ as ::churnkey::__private::rules::LoggedCause>::respond(
            self,
            |error: Self, text| match error {
                error @ Self::NoSuchCustomer { .. } => {
                    ::churnkey::__private::Response::Caused(
                        error,
                        ::churnkey::__private::Error::not_found("Not Found"),
                    )
                }
                error @ Self::Locked { .. } => {
                    ::churnkey::__private::Response::Caused(
                        error,
                        ::churnkey::__private::Error::conflict(text),
                    )
                }
                error @ Self::Busy { .. } => {
                    ::churnkey::__private::Response::Caused(
                        error,
                        ::churnkey::__private::Error::unavailable(
                            ::core::time::Duration::new(5u64, 0u32),
                        ),
                    )
                }
                Self::Database { 0: field_0 } => {
                    use ::churnkey::__private::Opaque as _;
                    ::churnkey::__private::Wrapped(field_0)
                        .respond(text, |field_0| Self::Database { 0: field_0 })
                }
                Self::Ledger { customer: field_0, source: field_1 } => {
                    use ::churnkey::__private::Opaque as _;
                    ::churnkey::__private::Wrapped(field_1)
                        .respond(
                            text,
                            |field_1| Self::Ledger {
                                customer: field_0,
                                source: field_1,
                            },
                        )
                }
                error @ Self::Other { .. } => {
                    ::churnkey::__private::Response::Caused(
                        error,
                        ::churnkey::__private::Error::internal_without_cause(),
                    )
                }
            },
        )
    }
}
