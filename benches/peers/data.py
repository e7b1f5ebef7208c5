#!/usr/bin/env python3
"""Writes data.json, the data of all peers.

Each model is on one line, which is exactly its JSON in a response.
"""

import json
from pathlib import Path

FIRST = ["Ada", "Björn", "Chiara", "Dmitri", "Esi", "Farah", "Grzegorz", "Hana", "Ines", "Jun"]
LAST = ["Lindqvist", "Okafor", "Moretti", "Tanaka", "Nowak"]
LAST += ["O'Hara", "Haddad", "Silva", "Weber", "Kim"]
PLACES = [
    ("SE", "Lund", "223 50"),
    ("DE", "Köln", "50667"),
    ("US", "Austin", "78701"),
    ("JP", "Osaka", "530-0001"),
    ("BR", "Recife", "50010-000"),
]

MANIFEST = {
    "controllers": {
        "customers": True,
        "prices": {"enabled": True, "type": "standalone"},
        "subscriptions": True,
    },
    "actions": {
        "cancel": {"schedules": {"immediate": True, "end-of-period": False}},
        "pause": {
            "enabled": True,
            "startDates": {"immediate": True, "end-of-period": True},
            "durations": {"period": True, "date": True},
            "allowAnnual": False,
        },
    },
}


def customer(number):
    first, last = FIRST[number % 10], LAST[number // 10 % 10]
    country, city, postal_code = PLACES[number % 5]
    return {
        "id": f"cus_{number:03}",
        "name": first,
        "lastName": last,
        "email": f"customer.{number:03}@example.test",
        "phone": f"+4670{1740000 + number}",
        "addresses": [
            {
                "country": country,
                "city": city,
                "postalCode": postal_code,
                "line1": f"Long Street {number}",
            }
        ],
        "currency": "USD",
        "metadata": {"plan": "team", "source": "import"},
    }


def month():
    return {"amount": 1, "unit": "month"}


def prices():
    seats = {
        "model": "tiered",
        "currency": "USD",
        "mode": "graduated",
        "tiers": [
            {"unit": 1200, "upTo": 10},
            {"unit": 1000, "upTo": 50},
            {"unit": 800, "flat": 5000},
        ],
    }
    return [
        {
            "id": "archive",
            "type": "standalone",
            "duration": month(),
            "amount": {"model": "fixed", "currency": "USD", "unit": 500, "flat": 1000},
            "name": "Archive",
        },
        {
            "id": "seats",
            "type": "standalone",
            "duration": month(),
            "amount": seats,
            "name": "Seats",
            "description": "graduated since 2026",
        },
        {
            "id": "team",
            "type": "standalone",
            "duration": month(),
            "amount": {"model": "fixed", "currency": "USD", "unit": 4900},
            "name": "Team",
        },
    ]


def discounts():
    welcome = {
        "id": "welcome",
        "duration": {"type": "recurring", "amount": 3, "unit": "month"},
        "value": {"type": "percentage", "percent": 25},
        "code": "WELCOME25",
        "name": "A quarter off for a quarter",
        "redemptions": {"max": 1000, "current": 412},
        "expiresAt": "2027-01-01T00:00:00.000Z",
    }
    loyal = {
        "id": "loyal",
        "duration": {"type": "forever"},
        "value": {"type": "fixed", "currency": "USD", "flat": 300},
        "code": "LOYAL",
        "name": "Thank you for staying",
    }
    return [
        {"coupon": welcome, "start": "2026-05-01T00:00:00.000Z", "end": "2026-08-01T00:00:00.000Z"},
        {"coupon": loyal, "start": "2026-06-15T12:30:00.000Z"},
    ]


def subscription(number):
    quantities = {"team": 1, "seats": 24, "archive": 2}
    by_id = {price["id"]: price for price in prices()}
    return {
        "id": f"sub_{number}",
        "customerId": f"cus_{number:03}",
        "status": {
            "name": "active",
            "currentPeriod": {
                "start": "2026-10-31T09:15:00.000Z",
                "end": "2026-11-30T09:15:00.000Z",
            },
        },
        "start": "2026-04-30T09:15:00.000Z",
        "duration": month(),
        "items": [
            {"id": f"item_{number}_{index}", "price": by_id[price], "quantity": quantity}
            for index, (price, quantity) in enumerate(quantities.items(), 1)
        ],
        "discounts": discounts(),
        "metadata": {"contract": "2026/117", "seller": "web"},
    }


def wire(model):
    return json.dumps(model, ensure_ascii=False, separators=(",", ":"))


def lines(models):
    return ",\n".join(wire(model) for model in models)


document = f"""{{
"manifest":
{wire(MANIFEST)},
"customers": [
{lines(map(customer, range(1, 101)))}
],
"prices": [
{lines(prices())}
],
"subscriptions": [
{lines(map(subscription, (1, 2)))}
]
}}
"""
Path(__file__).with_name("data.json").write_text(document, encoding="utf-8")
