"""A Churnkey provider in Python that uses only the standard library.

It prints its API root URL on the first line and serves until its standard input is closed. The
token is in CK_INTEGRATION_TOKEN.
"""

import base64
import calendar
import dataclasses
import hmac
import json
import os
import sys
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
MAX_BODY_BYTES = 64 * 1024

FEATURES = {
    "controllers": {
        "customers": True,
        "prices": {"enabled": True, "type": "product"},
        "subscriptions": True,
        "coupons": True,
        "products": {"enabled": True, "type": "family"},
        "families": True,
    },
    "actions": {
        "cancel": {"schedules": {"immediate": True, "end-of-period": False}},
        "pause": {
            "enabled": True,
            "startDates": {"immediate": True, "end-of-period": False},
            "durations": {"period": True, "date": True},
            "allowAnnual": False,
        },
        "applyCoupon": {"enabled": True},
        "changePrice": {
            "enabled": True,
            "schedules": {"immediate": True, "end-of-period": False},
            "prorate": False,
        },
        "extendTrial": {
            "enabled": True,
            "multiple": False,
            "durations": {"period": True, "date": True},
        },
    },
}


# Models.


@dataclass
class Period:
    start: datetime
    end: datetime | None = None


@dataclass
class Family:
    id: str
    name: str
    description: str | None = None


@dataclass
class Product:
    id: str
    name: str
    family_id: str
    type: str = "family"
    description: str | None = None
    unit_label: str | None = None


@dataclass
class Cycle:
    amount: int
    unit: str


@dataclass
class Price:
    id: str
    name: str
    product_id: str
    duration: Cycle
    amount: dict
    type: str = "product"
    description: str | None = None


@dataclass
class Coupon:
    id: str
    code: str
    duration: dict
    value: dict
    name: str | None = None
    redemptions: dict | None = None
    expires_at: datetime | None = None


@dataclass
class Discount:
    coupon: Coupon
    start: datetime | None = None
    end: datetime | None = None


@dataclass
class Address:
    country: str
    city: str
    postal_code: str
    line1: str


@dataclass
class Customer:
    id: str
    name: str
    last_name: str
    email: str
    phone: str
    addresses: list[Address] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    currency: str = "EUR"
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass
class Status:
    name: str
    current_period: Period
    trial: Period | None = None
    pause: Period | None = None
    canceled_at: datetime | None = None


@dataclass
class Item:
    id: str
    price: Price
    quantity: int


@dataclass
class Subscription:
    id: str
    customer_id: str
    status: Status
    start: datetime
    duration: Cycle
    items: list[Item]
    discounts: list[Discount] = field(default_factory=list)
    # The requested duration of the pause and of the extension of the trial.
    paused_by: object = field(default=None, metadata={"private": True})
    extended_by: object = field(default=None, metadata={"private": True})


def camel(name):
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)


def to_json(value):
    """A model as JSON: field names in camel case, no absent fields."""
    if dataclasses.is_dataclass(value):
        shown = {
            camel(each.name): getattr(value, each.name)
            for each in dataclasses.fields(value)
            if not each.metadata.get("private")
        }
        return {name: to_json(part) for name, part in shown.items() if part is not None}
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"
    if isinstance(value, list):
        return [to_json(part) for part in value]
    return value


# Time.


def now():
    return datetime.now(timezone.utc)


def later(start, amount, unit):
    if unit in ("day", "week"):
        return start + timedelta(**{unit + "s": amount})
    months = start.month - 1 + amount * (12 if unit == "year" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return start.replace(year=year, month=month, day=day)


# Errors.


class Refused(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def bad_request(message):
    return Refused(400, message)


def not_found(what):
    return Refused(404, f"there is no such {what}")


def conflict(message):
    return Refused(409, message)


# The company.


class Company:
    def __init__(self):
        self.lock = threading.Lock()
        began = now()
        self.families = [
            Family("grow", "Growing"),
            Family("rest/all", "The rest", "All other products"),
        ]
        self.products = [
            Product(
                f"product-{name.lower()}", name, self.families[number // 3].id, unit_label="pot"
            )
            for number, name in enumerate(["Basil", "Mint", "Thyme", "Coriander"])
        ]
        self.prices = [
            self.price(product, unit, 700 * (number + 1))
            for number, product in enumerate(self.products)
            for unit in ("month", "year")
        ]
        self.prices += [self.tiered(mode) for mode in ("graduated", "total")]
        # Prices without subscriptions.
        self.prices += [
            Price(
                f"trial ¢{cents}",
                "Taster",
                self.products[0].id,
                Cycle(1, "month"),
                {"model": "fixed", "currency": "EUR", "flat": cents},
            )
            for cents in (1, 2, 3)
        ]
        self.coupons = [
            Coupon("welcome", "WELCOME", {"type": "once"}, {"type": "percentage", "percent": 10}),
            Coupon(
                "stay 3",
                "STAY3",
                {"type": "recurring", "amount": 3, "unit": "month"},
                {"type": "percentage", "percent": 33.3},
            ),
            Coupon(
                "five-off",
                "FIVE",
                {"type": "cycle-amount", "cycles": 5},
                {"type": "fixed", "currency": "EUR", "unit": 500},
            ),
            Coupon(
                "friends",
                "FRIENDS",
                {"type": "forever"},
                {"type": "percentage", "percent": 50},
                name="Friends",
                redemptions={"max": 900, "current": 1},
                expires_at=later(began, 1, "year"),
            ),
        ]
        self.customers = [self.customer(number) for number in range(23)]
        self.subscriptions = [
            subscription
            for number, customer in enumerate(self.customers)
            for subscription in self.subscriptions_for(number, customer, began)
        ]

    def price(self, product, unit, cents):
        amount = cents if unit == "month" else 10 * cents
        amount = {"model": "fixed", "currency": "EUR", "unit": amount}
        name = f"{product.name} by the {unit}"
        return Price(f"{product.id}:{unit}", name, product.id, Cycle(1, unit), amount)

    def tiered(self, mode):
        tiers = [{"unit": 90, "flat": 100, "upTo": 12}, {"unit": 80, "upTo": 144}, {"unit": 70}]
        amount = {"model": "tiered", "currency": "EUR", "mode": mode, "tiers": tiers}
        cycle = Cycle(3, "month")
        return Price(f"pots/{mode}", f"Pots, {mode}", self.products[3].id, cycle, amount)

    def customer(self, number):
        unusual = {
            1: "Zoë",
            4: "green+garden",
            7: "shop/7",
            10: "ten@garden.test",
            13: "50% off?",
            16: "草",
        }
        name = unusual.get(number, f"gardener-{number:02}")
        return Customer(
            name,
            "Grace",
            f"Gardener {number}",
            f"grace+{number}@garden.test",
            f"+49 30 {5550000 + number}",
            [Address("DE", "Berlin", "10115", f"Gartenstraße {number + 1}")],
            [Discount(self.coupons[3], now())] if number % 6 == 0 else [],
            metadata={"plot": str(number)},
        )

    def subscriptions_for(self, number, customer, began):
        past, soon = began - timedelta(days=9), began + timedelta(days=21)
        running = Period(past, soon)
        over = Period(began - timedelta(days=70), began - timedelta(days=40))
        states = [
            Status("active", running),
            Status("trial", running, trial=running),
            Status("paused", running, pause=Period(began - timedelta(days=2), soon)),
            Status("canceled", over, canceled_at=over.end),
            Status("unpaid", running, trial=over),
        ]
        if number > 16:
            # All subscriptions of these customers can be paused: none is a trial or annual.
            states = [states[0], states[0], states[2], states[3]]
        for place, status in enumerate(states):
            price = self.prices[2 * ((number + place) % 4)]
            yield self.subscribed(f"{number}-{place}", customer, status, price, began)
        if number % 2 and number <= 16:
            year = Period(past, past + timedelta(days=365))
            status = Status("active", year)
            yield self.subscribed(f"{number}/annual", customer, status, self.prices[1], began)

    def subscribed(self, name, customer, status, price, began):
        # Each subscription needs its own copy of the status and its periods, because they change.
        status = dataclasses.replace(status, **{
            each: dataclasses.replace(period)
            for each in ("current_period", "trial", "pause")
            if (period := getattr(status, each))
        })
        item = Item(f"item {name}", price, 2)
        start = began - timedelta(days=80)
        return Subscription(name, customer.id, status, start, price.duration, [item])

    def one(self, things, key, what):
        for thing in things:
            if thing.id == key:
                return thing
        raise not_found(what)

    def subscriptions_of(self, customer_id):
        self.one(self.customers, customer_id, "customer")
        return [each for each in self.subscriptions if each.customer_id == customer_id]

    def subscription_of(self, customer_id, key):
        return self.one(self.subscriptions_of(customer_id), key, "subscription")

    def customer_by(self, attribute, text):
        for customer in self.customers:
            if getattr(customer, attribute) == text:
                return customer
        raise not_found("customer")


# Controllers.


def page(items, scope, query):
    limit = DEFAULT_LIMIT
    if "limit" in query:
        text = query["limit"]
        if not (text.isascii() and text.isdigit()) or int(text[:20]) == 0:
            raise bad_request("limit must be a whole number from 1")
        limit = min(int(text[:20]), MAX_LIMIT)
    start = place_of(query["cursor"], scope) if "cursor" in query else 0
    shown = {"data": to_json(items[start : start + limit])}
    if start + limit < len(items):
        shown["next"] = cursor_to(start + limit, scope)
    return shown


def cursor_to(place, scope):
    return base64.urlsafe_b64encode(json.dumps([scope, place]).encode()).decode()


def place_of(cursor, scope):
    try:
        of, place = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
    except (ValueError, TypeError):
        raise bad_request("cursor is not valid") from None
    if of != scope or cursor != cursor_to(place, scope):
        raise bad_request("cursor belongs to another list")
    return place


def read(company, path, query):
    match path:
        case ["features"]:
            return FEATURES
        case ["customers", "email", email]:
            return to_json(company.customer_by("email", email))
        case ["customers", "phone", phone]:
            return to_json(company.customer_by("phone", phone))
        case ["customers", customer, "subscriptions"]:
            return page(company.subscriptions_of(customer), customer, query)
        case ["customers", customer, "subscriptions", key]:
            return to_json(company.subscription_of(customer, key))
        case [("customers" | "prices" | "coupons" | "products" | "families") as module]:
            return page(getattr(company, module), module, query)
        case [("customers" | "prices" | "coupons" | "products" | "families") as module, key]:
            return to_json(company.one(getattr(company, module), key, module))
    raise not_found("path")


# Actions.


class Request:
    """The body of an action, with methods that read and check its fields."""

    def __init__(self, body, features):
        try:
            fields = json.loads(body)
        except (ValueError, RecursionError):
            raise bad_request("the body must be JSON") from None
        if not isinstance(fields, dict):
            raise bad_request("the body must be an object")
        self.fields = {name: value for name, value in fields.items() if value is not None}
        self.features = features

    def text(self, *names):
        for name in names:
            if name in self.fields:
                text = self.fields[name]
                if not isinstance(text, str) or not text:
                    raise bad_request(f"{name} must be a string that is not empty")
                return text
        raise bad_request(f"{names[0]} is required")

    def flag(self, name, supported=True):
        flag = self.fields.get(name, False)
        if not isinstance(flag, bool):
            raise bad_request(f"{name} must be true or false")
        if flag and not supported:
            raise bad_request(f"{name} is not supported")
        return flag

    def schedule(self, name, group):
        word = self.text(name)
        if not self.features[group].get(word):
            raise bad_request(f"{name} has a value that is not supported")
        return word

    def duration(self):
        """A function that computes the end from the start."""
        match self.fields.get("duration"):
            case (
                {"type": "period", "amount": int(amount), "unit": unit}
                | {"amount": int(amount), "unit": unit}
            ) if (
                self.fields["duration"].get("type", "period") == "period"
                and not isinstance(amount, bool)
                and 0 < amount < 10_000
                and unit in ("day", "week", "month", "year")
            ):
                kind, end_of = "period", lambda start: later(start, amount, unit)
            case {"type": "date", "date": str(text)} | {"date": str(text)} if (
                self.fields["duration"].get("type", "date") == "date"
            ):
                kind, end_of = "date", lambda _: self.date(text)
            case _:
                raise bad_request("duration must be a period or a date")
        if not self.features["durations"][kind]:
            raise bad_request("this kind of duration is not supported")
        return end_of

    @staticmethod
    def date(text):
        try:
            date = datetime.fromisoformat(text)
        except ValueError:
            raise bad_request("duration.date must be a date") from None
        if date.tzinfo is None:
            raise bad_request("duration.date must have an offset")
        return date.astimezone(timezone.utc)


def end_after(end_of, start):
    try:
        end = end_of(start)
    except (ValueError, OverflowError):
        raise bad_request("duration is too long") from None
    if end <= start:
        raise bad_request("duration must end after its start")
    return end


def cancel(subscription):
    if subscription.status.name == "canceled":
        return
    subscription.status = dataclasses.replace(
        subscription.status, name="canceled", canceled_at=now(), pause=None
    )


def pause(subscription, end_of, request):
    require_lasting(subscription)
    if subscription.status.name == "paused":
        if subscription.paused_by != request:
            raise conflict("the subscription has a different pause")
        return
    start = now()
    pause = Period(start, end_after(end_of, start))
    subscription.status = dataclasses.replace(subscription.status, name="paused", pause=pause)
    subscription.paused_by = request


def require_pausable(subscription, annual_too):
    if subscription.duration.unit == "year" and not annual_too:
        raise bad_request("annual subscriptions cannot be paused")


def require_lasting(subscription):
    if subscription.status.name == "canceled":
        raise conflict("the subscription is canceled")


def act(company, path, body):
    match path:
        case [("subscription" | "customer") as whose, "cancel"]:
            return act_cancel(company, whose, Request(body, FEATURES["actions"]["cancel"]))
        case [("subscription" | "customer") as whose, "pause"]:
            return act_pause(company, whose, Request(body, FEATURES["actions"]["pause"]))
        case ["subscription", "apply-coupon"]:
            return act_apply_coupon(company, Request(body, FEATURES["actions"]["applyCoupon"]))
        case ["subscription", "change-price"]:
            return act_change_price(company, Request(body, FEATURES["actions"]["changePrice"]))
        case ["subscription", "extend-trial"]:
            return act_extend_trial(company, Request(body, FEATURES["actions"]["extendTrial"]))
    raise not_found("action")


def chosen(company, whose, request):
    customer = request.text("customerId")
    if whose == "customer":
        return lambda: company.subscriptions_of(customer)
    key = request.text("subscriptionId")
    return lambda: [company.subscription_of(customer, key)]


def act_cancel(company, whose, request):
    subscriptions = chosen(company, whose, request)
    request.schedule("scheduledAt", "schedules")
    request.flag("unpause")
    for subscription in subscriptions():
        cancel(subscription)


def act_pause(company, whose, request):
    subscriptions = chosen(company, whose, request)
    request.schedule("startAt", "startDates")
    end_of = request.duration()
    annual_too = request.flag("allowAnnual", request.features["allowAnnual"])
    concerned = subscriptions()
    if whose == "customer":
        # Only subscriptions that are neither canceled nor paused are paused.
        concerned = [each for each in concerned if each.status.name not in ("canceled", "paused")]
    for subscription in concerned:
        require_pausable(subscription, annual_too)
    for subscription in concerned:
        pause(subscription, end_of, request.fields["duration"])


def act_apply_coupon(company, request):
    [subscription] = chosen(company, "subscription", request)()
    coupon = company.one(company.coupons, request.text("id", "coupon"), "coupon")
    require_lasting(subscription)
    if all(discount.coupon.id != coupon.id for discount in subscription.discounts):
        subscription.discounts.append(Discount(coupon, now()))


def act_change_price(company, request):
    subscriptions = chosen(company, "subscription", request)
    key = request.text("id", "price")
    request.schedule("scheduledAt", "schedules")
    request.flag("prorate", request.features["prorate"])
    [subscription] = subscriptions()
    price = company.one(company.prices, key, "price")
    require_lasting(subscription)
    subscription.items[0].price = price
    subscription.duration = price.duration


def act_extend_trial(company, request):
    subscriptions = chosen(company, "subscription", request)
    end_of = request.duration()
    [subscription] = subscriptions()
    if subscription.extended_by == request.fields["duration"]:
        return
    if subscription.status.name != "trial":
        raise conflict("the subscription is not in a trial")
    if subscription.extended_by is not None:
        raise bad_request("a trial can be extended only once")
    end = end_after(end_of, subscription.status.trial.end)
    subscription.status.trial.end = end
    subscription.status.current_period.end = end
    subscription.extended_by = request.fields["duration"]


# HTTP.


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are sent together, without delay.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self):
        self.handle_with(lambda path, query, _: read(self.server.company, path, query))

    def do_POST(self):
        def acted(path, _, body):
            if path[:1] != ["actions"]:
                raise not_found("path")
            act(self.server.company, path[1:], body)

        self.handle_with(acted)

    def handle_with(self, operation):
        try:
            body = self.body()
            self.require_token()
            if self.headers.get("X-Churnkey-Mode", "live") not in ("test", "live"):
                raise bad_request("the mode must be test or live")
            if self.headers.get("X-Churnkey-Mode") == "live" and "/features" not in self.path:
                raise bad_request("there are only test data")
            root, *path = self.segments()
            if root != "churnkey":
                raise not_found("path")
            query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
            with self.server.company.lock:
                answer = operation(path, {name: values[0] for name, values in query.items()}, body)
        except Refused as refused:
            self.answer(refused.status, {"code": refused.status, "message": str(refused)})
        else:
            self.answer(200, answer)

    def body(self):
        length = int(self.headers.get("Content-Length", 0))
        if length > MAX_BODY_BYTES:
            self.close_connection = True
            raise Refused(413, "the body is too long")
        return self.rfile.read(length)

    def require_token(self):
        given = self.headers.get("Authorization", "")
        scheme, _, token = given.partition(" ")
        token = token if scheme.lower() == "bearer" else given
        if not hmac.compare_digest(token.encode(), self.server.token.encode()):
            raise Refused(401, "Unauthorized")

    def segments(self):
        # The path is split before it is decoded, because an id may contain a slash.
        return [unquote(segment) for segment in urlsplit(self.path).path.split("/")[1:]]

    def answer(self, status, value):
        body = b"" if value is None else json.dumps(value, ensure_ascii=False).encode()
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.token = os.environ["CK_INTEGRATION_TOKEN"]
    server.company = Company()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
