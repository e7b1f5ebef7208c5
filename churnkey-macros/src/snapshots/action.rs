async fn pause(ctx: &Billing, request: Pause, mode: Mode) -> churnkey::Result<()> {
    ctx.pause(request, mode).await
}
#[allow(deprecated, non_local_definitions, clippy::all, clippy::pedantic)]
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
    async fn call(
        &self,
        input: billing::__private::Input<
            billing::__private::endpoint::PauseSubscription,
        >,
        parts: &billing::__private::RequestContext,
    ) -> billing::__private::Result<
        billing::__private::Output<billing::__private::endpoint::PauseSubscription>,
    >
    where
        for<'shared> &'shared Self: ::core::marker::Send,
    {
        struct __Function {}
        impl billing::__private::ContextOf for __Function {
            type Context = Billing;
        }
        impl billing::__private::UnknownContext<
            __Function,
            <__Function as billing::__private::ContextOf>::Context,
        > for billing::__private::endpoint::PauseSubscription {}
        let (request,) = input;
        let answer = billing::__private::sendable(
                pause(
                    self,
                    <_ as billing::__private::Argument<_>>::take(request),
                    <_ as billing::__private::FromRequestContext>::from_request_context(
                        parts,
                    )?,
                ),
            )
            .await;
        <_ as billing::__private::ReturnType<
            billing::__private::Output<billing::__private::endpoint::PauseSubscription>,
            _,
        >>::answer(answer)
            .map_err(|error| <_ as billing::__private::FunctionError>::into_error(error))
    }
}
const _: () = {
    const _: () = {
        use billing::__private::{
            ProbeFallback as _, ViaNothing as _, ViaImpl as _, ViaUnknownContext as _,
            fail,
        };
        if !billing::__private::is_implemented(
            &|| {
                (&&billing::__private::ImplProbe::<
                    Billing,
                    billing::__private::endpoint::CancelSubscription,
                >::NEW)
                    .found()
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
};
