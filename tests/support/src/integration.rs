//! A macro for integrations of many shapes.

/// Declares a module with a `Billing` that has the required controllers and the given parts, and
/// counts the calls of its actions: `integration!(name: prices, cancel(schedules(immediate)))`.
/// Both modes share its data, unless `integration!(name, modes(test): ..)` says otherwise.
#[macro_export]
macro_rules! integration {
    ($name:ident: $($parts:tt)*) => {
        $crate::integration!($name, modes(shared): $($parts)*);
    };
    ($name:ident, modes($modes:ident): $($part:ident $(($($options:tt)*))?),* $(,)?) => {
        pub(crate) mod $name {
            use std::sync::atomic::{AtomicU32, Ordering};

            use churnkey::*;

            #[derive(Default, churnkey::Integration)]
            #[churnkey(name = "One of many", modes($modes), expect())]
            pub(crate) struct Billing {
                calls: AtomicU32,
            }

            impl Billing {
                /// Returns the number of action calls.
                #[allow(dead_code)]
                pub(crate) fn calls(&self) -> u32 {
                    self.calls.load(Ordering::Relaxed)
                }

                #[allow(dead_code)]
                fn called(&self) -> Result<()> {
                    self.calls.fetch_add(1, Ordering::Relaxed);
                    Ok(())
                }
            }

            #[churnkey::controller(customers)]
            async fn retrieve_customer(_: &Billing, id: CustomerId) -> Result<Customer> {
                Ok(Customer::new(id))
            }

            /// Returns an annual subscription for the id `annual`.
            #[churnkey::controller(subscriptions)]
            async fn retrieve_subscription(
                _: &Billing,
                customer: CustomerId,
                id: SubscriptionId,
            ) -> Result<Subscription> {
                let cycle = if id == "annual" { BillingCycle::yearly() } else { BillingCycle::monthly() };
                let status = SubscriptionStatus::active();
                Ok(Subscription::new(id, customer, status, Timestamp::MIN, cycle, []))
            }

            $($crate::integration_part!($part $(($($options)*))?);)*
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! integration_part {
    (prices $(($($options:tt)*))?) => {
        #[churnkey::controller(prices $(, $($options)*)?)]
        async fn retrieve_price(_: &Billing, _: PriceId) -> Result<Option<Price>> {
            Ok(None)
        }

        #[churnkey::controller(prices)]
        async fn list_prices(_: &Billing, _: PageRequest) -> Result<Page<Price>> {
            Ok(Page::last(Vec::new()))
        }
    };
    // The type can be on either function.
    (prices_typed_at_list ($($options:tt)*)) => {
        #[churnkey::controller(prices)]
        async fn retrieve_price(_: &Billing, _: PriceId) -> Result<Option<Price>> {
            Ok(None)
        }

        #[churnkey::controller(prices, $($options)*)]
        async fn list_prices(_: &Billing, _: PageRequest) -> Result<Page<Price>> {
            Ok(Page::last(Vec::new()))
        }
    };
    (list_customers) => {
        #[churnkey::controller(customers)]
        async fn list_customers(_: &Billing, _: PageRequest) -> Result<Page<Customer>> {
            Ok(Page::last(Vec::new()))
        }
    };
    (find_by_email) => {
        #[churnkey::controller(customers)]
        async fn find_by_email(_: &Billing, _: Email) -> Result<Option<Customer>> {
            Ok(None)
        }
    };
    (find_by_phone) => {
        #[churnkey::controller(customers)]
        async fn find_by_phone(_: &Billing, _: Phone) -> Result<Option<Customer>> {
            Ok(None)
        }
    };
    (list_subscriptions) => {
        #[churnkey::controller(subscriptions)]
        async fn list_subscriptions(
            _: &Billing,
            _: CustomerId,
            _: PageRequest,
        ) -> Result<Page<Subscription>> {
            Ok(Page::last(Vec::new()))
        }
    };
    (coupons) => {
        #[churnkey::controller(coupons)]
        async fn retrieve_coupon(_: &Billing, _: CouponId) -> Result<Option<Coupon>> {
            Ok(None)
        }

        #[churnkey::controller(coupons)]
        async fn list_coupons(_: &Billing, _: PageRequest) -> Result<Page<Coupon>> {
            Ok(Page::last(Vec::new()))
        }
    };
    (products $(($($options:tt)*))?) => {
        #[churnkey::controller(products)]
        async fn retrieve_product(_: &Billing, _: ProductId) -> Result<Option<Product>> {
            Ok(None)
        }

        #[churnkey::controller(products $(, $($options)*)?)]
        async fn list_products(_: &Billing, _: PageRequest) -> Result<Page<Product>> {
            Ok(Page::last(Vec::new()))
        }
    };
    (families) => {
        #[churnkey::controller(families)]
        async fn retrieve_family(_: &Billing, _: FamilyId) -> Result<Option<ProductFamily>> {
            Ok(None)
        }

        #[churnkey::controller(families)]
        async fn list_families(_: &Billing, _: PageRequest) -> Result<Page<ProductFamily>> {
            Ok(Page::last(Vec::new()))
        }
    };
    (cancel $(($($options:tt)*))?) => {
        #[churnkey::action(cancel $(, $($options)*)?)]
        async fn cancel(ctx: &Billing, _: Cancel) -> Result<()> {
            ctx.called()
        }
    };
    (cancel_all) => {
        #[churnkey::action(cancel_all)]
        async fn cancel_all(ctx: &Billing, _: CancelAll) -> Result<()> {
            ctx.called()
        }
    };
    (pause $(($($options:tt)*))?) => {
        #[churnkey::action(pause $(, $($options)*)?)]
        async fn pause(ctx: &Billing, _: Pause) -> Result<()> {
            ctx.called()
        }
    };
    (pause_all) => {
        #[churnkey::action(pause_all)]
        async fn pause_all(ctx: &Billing, _: PauseAll) -> Result<()> {
            ctx.called()
        }
    };
    (apply_coupon) => {
        #[churnkey::action(apply_coupon)]
        async fn apply_coupon(ctx: &Billing, _: ApplyCoupon) -> Result<()> {
            ctx.called()
        }
    };
    (change_price $(($($options:tt)*))?) => {
        #[churnkey::action(change_price $(, $($options)*)?)]
        async fn change_price(ctx: &Billing, _: ChangePrice) -> Result<()> {
            ctx.called()
        }
    };
    (extend_trial $(($($options:tt)*))?) => {
        #[churnkey::action(extend_trial $(, $($options)*)?)]
        async fn extend_trial(ctx: &Billing, _: ExtendTrial) -> Result<()> {
            ctx.called()
        }
    };
}
