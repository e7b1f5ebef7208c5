"""Compares the responses of the providers for the customers that the examples create.

Reads every customer, every subscription and the lists of both modes; moves all dates into the past
and reads the subscriptions again, so that every provider carries out what was scheduled; then
pauses subscriptions and reads them once more.
"""

import json
import re
from datetime import datetime

from providers import DATABASES, PROVIDERS, Provider, get, pause

DAYS = 100
# The columns with dates that matter for a subscription.
MOVED = {
    "subscriptions": [
        "started_at",
        "canceled_at",
        "period_start",
        "period_end",
        "trial_start",
        "trial_end",
        "pause_start",
        "pause_end",
    ],
    "subscription_discounts": ["started_at", "ends_at", "last_charge_at"],
    "customer_discounts": ["started_at", "ends_at"],
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def compared():
    """Returns the number of equal responses by database; raises an error if any differs."""
    counts = {}
    for title, kind in DATABASES.items():
        with kind(500) as database:
            copies = {name: database.copy(name) for name in PROVIDERS}
            cases = reads(database, copies)
            counts[title] = equal(database, copies, cases)
            for name in PROVIDERS:
                for table, columns in MOVED.items():
                    database.execute(name, moved(database, table, columns))
            subscriptions = [case for case in cases if "/subscriptions/" in case["path"]]
            counts[title] += equal(database, copies, subscriptions)
            pauses = [paused(number, case) for number, case in enumerate(subscriptions)]
            counts[title] += equal(database, copies, pauses)
            counts[title] += equal(database, copies, subscriptions)
    return counts


def reads(database, copies):
    """Returns requests for everything that churnkey lists, and for what does not exist."""
    cases = []
    with Provider(PROVIDERS[0], database, copies[PROVIDERS[0]]) as provider:
        for mode in ("test", "live"):
            cursor = ""
            while cursor is not None:
                page = get(f"/customers?limit=100{cursor}", mode)
                body = json.loads(provider.request(page)[2])
                cursor = f"&cursor={body['next']}" if "next" in body else None
                for customer in body["data"]:
                    path = f"/customers/{customer['id']}"
                    listed = provider.request(get(f"{path}/subscriptions", mode))[2]
                    cases.append(get(path, mode))
                    for one in json.loads(listed)["data"]:
                        cases.append(get(f"{path}/subscriptions/{one['id']}", mode))
            cases += [get(f"/customers?limit={limit}", mode) for limit in (1, 10, 100, 1000)]
    return cases + [
        get("/customers?limit=0"),
        get("/customers/cus_live_9999"),
        get("/customers/cus_test_0001"),
        get("/customers/cus_live_0001/subscriptions/sub_live_0007_1"),
        pause("cus_live_0001", "sub_live_0007_1", period(1, "month")),
    ]


def paused(number, case):
    """Makes the request to pause the subscription that another request reads."""
    customer, subscription = case["path"].split("/")[3::2]
    durations = [
        period(2, "month"),
        period(10, "day"),
        period(1, "year"),
        {"type": "date", "date": "2030-01-01T00:00:00.000Z"},
        {"type": "date", "date": "2020-01-01T00:00:00.000Z"},
    ]
    return pause(
        customer,
        subscription,
        durations[number % len(durations)],
        case["mode"],
        startAt=["immediate", "end-of-period"][number // 5 % 2],
        allowAnnual=number // 10 % 2 == 0,
    )


def period(amount, unit):
    return {"type": "period", "amount": amount, "unit": unit}


def moved(database, table, columns):
    span = {"sqlite": f"{DAYS * 24 * 60 * 60 * 1000}", "postgres": f"interval '{DAYS * 24} hours'"}
    changes = ", ".join(f"{column} = {column} - {span[database.name]}" for column in columns)
    return f"UPDATE {table} SET {changes}"


def equal(database, copies, cases):
    expected = None
    for name in PROVIDERS:
        with Provider(name, database, copies[name]) as provider:
            given = [response(provider, case) for case in cases]
        expected = expected or given
        for case, ours, theirs in zip(cases, expected, given):
            if not same(ours, theirs):
                raise RuntimeError(f"{name}, {database.title}: {case}\n{theirs}\n{ours}")
    return len(cases)


def response(provider, case):
    """Returns status, content type and body. A cursor differs by its form."""
    status, kind, body = provider.request(case)
    body = json.loads(body) if body else None
    if isinstance(body, dict) and "next" in body:
        body["next"] = True
    return [status, kind, body]


def same(one, other):
    """Compares two values of JSON. A pause that begins now may begin minutes apart.

    The order of keys is not compared: Fastify and the type jsonb have one of their own.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if all(isinstance(value, str) and TIME.fullmatch(value) for value in (one, other)):
        apart = datetime.fromisoformat(one) - datetime.fromisoformat(other)
        return abs(apart.total_seconds()) < 600
    return one == other
