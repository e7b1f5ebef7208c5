"""Checks in addition to those of Schemathesis."""

import schemathesis

# The rules that depend on the provider's data or on the time: two of the protocol, and two of the
# example for durations. A schema cannot compare the two names of one field either.
OUTSIDE_THE_SCHEMA = {
    "`cursor` is not one that this list has given",
    "`allowAnnual` must be true to pause an annual subscription",
    "`duration` must end after the pause starts, and before the year 10000",
    "`duration` must end after the current end of the trial, and before the year 10000",
    "`id` and `coupon` must be the same, or one of them absent",
    "`id` and `couponId` must be the same, or one of them absent",
    "`coupon` and `couponId` must be the same, or one of them absent",
    "`id` and `price` must be the same, or one of them absent",
    "`id` and `priceId` must be the same, or one of them absent",
    "`price` and `priceId` must be the same, or one of them absent",
}


@schemathesis.check
def rejected_for_a_reason_outside_the_schema(ctx, response, case):
    """Fails if a request that the schema allows is rejected by any other rule."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if response.status_code == 400:
        # The list of the keys that were received differs from request to request.
        message = response.json()["message"].split(" (", 1)[0]
        assert message in OUTSIDE_THE_SCHEMA, (
            f"the schema allows this request, but the provider rejects it: {message}"
        )
