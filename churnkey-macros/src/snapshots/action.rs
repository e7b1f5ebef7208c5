async fn pause(ctx: &Billing, request: Pause, mode: Mode) -> churnkey::Result<()> {
    ctx.pause(request, mode).await
}
impl billing::__private::Provides<billing::__private::endpoint::PauseSubscription>
for Billing
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
        struct __ChurnkeyFunction {}
        impl billing::__private::ContextOf for __ChurnkeyFunction {
            type Context = Billing;
        }
        impl billing::__private::UnknownContext<
            __ChurnkeyFunction,
            <__ChurnkeyFunction as billing::__private::ContextOf>::Context,
        > for billing::__private::endpoint::PauseSubscription {}
        let (__churnkey_request,) = __churnkey_input;
        let __churnkey_function = pause;
        let __churnkey_answer = billing::__private::sendable(
                __churnkey_function(
                    self,
                    <_ as billing::__private::Argument<_>>::take(__churnkey_request),
                    <_ as billing::__private::FromRequestContext>::from_request_context(
                        __churnkey_context,
                    )?,
                ),
            )
            .await;
        <_ as billing::__private::ReturnType<
            billing::__private::Output<billing::__private::endpoint::PauseSubscription>,
            _,
        >>::answer(__churnkey_answer)
            .map_err(|__churnkey_error| <_ as billing::__private::FunctionError>::into_error(
                __churnkey_error,
            ))
    }
}
const REQUIREMENTS_OF_PAUSE: () = {
    const _: () = {
        use billing::__private::{
            ProbeFallback as _, ViaNothing as _, ViaImpl as _, ViaUnknownContext as _,
            ModeProbeFallback as _, fail,
        };
        if !billing::__private::is_true(
            &|| {
                (&&billing::__private::ImplProbe::<
                    Billing,
                    billing::__private::endpoint::CancelSubscription,
                >::NEW)
                    .__churnkey_found()
            },
        )
            && !billing::__private::Probe::<
                Billing,
                billing::__private::endpoint::CancelAllSubscriptions,
            >::PRESENT
        {
            fail(
                "`pause` needs `cancel`, and there is none: every other action is an offer made on the way to it\nhelp: write it:\n\n    #[churnkey::action(cancel)]\n    async fn cancel(ctx: &Billing, request: churnkey::Cancel) -> churnkey::Result<()> { .. }\n",
            )
        }
    };
    const _: () = {
        use billing::__private::{
            ProbeFallback as _, ViaNothing as _, ViaImpl as _, ViaUnknownContext as _,
            ModeProbeFallback as _, fail,
        };
        if billing::__private::ModeProbe::<
            Billing,
            billing::__private::endpoint::PauseSubscription,
        >::CONFUSES_MODES {
            fail(
                "`pause` does not tell test and live mode apart\nhelp: take the argument `mode: churnkey::Mode` and choose the data by it, or write `modes(test)`, `modes(live)` or, if both modes share the same data, `modes(shared)` in the `#[churnkey(..)]` of `Billing`",
            )
        }
    };
};
