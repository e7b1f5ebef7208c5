async fn pause(ctx: &Billing, request: Pause, mode: Mode) -> churnkey::Result<()> {
    ctx.pause(request, mode).await
}
impl billing::__private::OneFunctionFor<
    billing::__private::endpoint::PauseSubscription,
    billing::__private::RemoveTheOther,
> for Billing
where
    ():,
{
    const OPTIONS: billing::__private::Options = billing::__private::Options::Pause(billing::__private::PauseFeatures {
        start_dates: billing::__private::Schedules {
            immediate: true,
            end_of_period: true,
        },
        durations: billing::__private::Durations {
            period: true,
            date: false,
        },
        allow_annual: true,
    });
    const FUNCTION: &'static ::core::primitive::str = ::core::concat!(
        "`pause` at ", ::core::file!(), ":", ::core::line!()
    );
    const EXTRAS: billing::__private::Extras = billing::__private::extras(
        &|| {
            use billing::__private::{ViaExtractor as _, ViaOther as _};
            let __churnkey_0 = billing::__private::Extra::NEW;
            let _ = pause(
                billing::__private::never(),
                billing::__private::never(),
                __churnkey_0.value(),
            );
            (&&__churnkey_0).__churnkey_extra()
        },
    );
    async fn call(
        &self,
        __churnkey_input: billing::__private::Input<
            billing::__private::endpoint::PauseSubscription,
        >,
        __churnkey_context: &billing::__private::RequestContext,
    ) -> billing::__private::Result<
        billing::__private::Output<billing::__private::endpoint::PauseSubscription>,
    >
    where
        for<'shared> &'shared Self: ::core::marker::Send,
    {
        {
            use billing::__private::{
                ViaIntegration as _, ViaNoIntegration as _, ViaOtherIntegration as _,
            };
            let _ = || <_ as billing::__private::rules::ContextOfFunction<
                _,
            >>::serves(
                (&&billing::__private::ContextProbe::<Self>::NEW).__churnkey_contexts(),
            );
        }
        let (__churnkey_request,) = __churnkey_input;
        let __churnkey_function = pause;
        let __churnkey_answer = billing::__private::rules::sendable(
                __churnkey_function(
                    self,
                    <_ as billing::__private::rules::Argument<
                        _,
                    >>::take(__churnkey_request),
                    <_ as billing::__private::rules::FromRequestContext>::from_request_context(
                        __churnkey_context,
                    )?,
                ),
            )
            .await;
        match __churnkey_answer {
            ::core::result::Result::Ok(__churnkey_answer) => {
                ::core::result::Result::Ok(
                    <_ as billing::__private::rules::Answer<
                        billing::__private::Output<
                            billing::__private::endpoint::PauseSubscription,
                        >,
                    >>::answer(__churnkey_answer),
                )
            }
            ::core::result::Result::Err(__churnkey_error) => {
                ::core::result::Result::Err(
                    <_ as billing::__private::rules::FunctionError>::into_error(
                        __churnkey_error,
                    ),
                )
            }
        }
    }
}
const REQUIREMENTS_OF_PAUSE_AS_PAUSE_SUBSCRIPTION: () = {
    struct __ChurnkeyFunction {}
    impl billing::__private::ContextOf for __ChurnkeyFunction {
        type Context = Billing;
    }
    impl billing::__private::UnknownContext<
        __ChurnkeyFunction,
        <__ChurnkeyFunction as billing::__private::ContextOf>::Context,
    > for billing::__private::endpoint::PauseSubscription {}
    use billing::__private::{
        ModeProbeFallback as _, ProbeFallback as _, ViaImpl as _, ViaNotExpanded as _,
        ViaNothing as _, ViaOtherContext as _, ViaOutcome as _, ViaReported as _,
        ViaUnknownContext as _,
    };
    {
        const FAILS: ::core::primitive::bool = billing::__private::ModeProbe::<
            Billing,
            billing::__private::endpoint::PauseSubscription,
        >::APPLIES
            && (!billing::__private::is_true(
                &|| {
                    (&(&&&&billing::__private::ImplProbe::<
                        Billing,
                        billing::__private::endpoint::CancelSubscription,
                    >::NEW)
                        .__churnkey_found())
                        .__churnkey_present()
                },
            )
                && !billing::__private::Probe::<
                    Billing,
                    billing::__private::endpoint::CancelAllSubscriptions,
                >::PRESENT);
        #[diagnostic::on_unimplemented(
            message = "`pause` needs `cancel`, and there is none: every other action is an offer made on the way to it\nhelp: write it:\n\n    #[churnkey::action(cancel)]\n    async fn cancel(ctx: &Billing, request: churnkey::Cancel) -> churnkey::Result<()> {{ .. }}\n\nif it is written, is its file declared with `mod`, and is it not left out by a `#[cfg]`?",
            label = "required here"
        )]
        trait Required: ::core::marker::Sized {
            fn check(self) {}
        }
        impl Required for billing::__private::Met {}
        const _: fn() = || {
            let outcome = billing::__private::Condition::<FAILS>::outcome();
            Required::check(outcome)
        };
    }
    {
        const FAILS: ::core::primitive::bool = billing::__private::ModeProbe::<
            Billing,
            billing::__private::endpoint::PauseSubscription,
        >::APPLIES
            && (billing::__private::ModeProbe::<
                Billing,
                billing::__private::endpoint::PauseSubscription,
            >::CONFUSES_MODES);
        #[diagnostic::on_unimplemented(
            message = "`pause` does not tell test and live mode apart\nhelp: take the argument `mode: churnkey::Mode` and choose the data by it, or write `modes(test)`, `modes(live)` or, if both modes share the same data, `modes(shared)` in the `#[churnkey(..)]` of `Billing`",
            label = "required here"
        )]
        trait Required: ::core::marker::Sized {
            fn check(self) {}
        }
        impl Required for billing::__private::Met {}
        const _: fn() = || {
            let outcome = billing::__private::Condition::<FAILS>::outcome();
            Required::check(outcome)
        };
    }
};
