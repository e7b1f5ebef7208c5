"""Measures the providers under load, and formats the figures."""

import os
import sys
import time
from statistics import median
from textwrap import fill

from providers import DATABASES, HERE, PROVIDERS, Provider, get, pause

from measure import CONNECTIONS, CORE_OF_PEERS, ROUNDS, SECONDS, load, machine
from report import spread, table, thousands

CUSTOMER, SUBSCRIPTION = "grown_%08d", "grown_%08d_1"
CASES = {
    "customer": get(f"/customers/{CUSTOMER}"),
    "subscription": get(f"/customers/{CUSTOMER}/subscriptions/{SUBSCRIPTION}"),
    "list": get("/customers?limit=100"),
    "pause": pause(CUSTOMER, SUBSCRIPTION, {"type": "period", "amount": 2, "unit": "month"}),
}
# The customers that the examples create have other ids.
CREATED = 500
# Every request is for another customer: a pause of the same one would be a repetition. The step has
# no common divisor with the numbers of customers, so each has its turn.
STEP = 7919
SCRIPT = """
local number = %d
request = function()
  number = number + 1
  local id = string.format("%%08d", number * %d %% %d + 1)
  local body = wrk.body and wrk.body:gsub("%%%%08d", id)
  return wrk.format(nil, (wrk.path:gsub("%%%%08d", id)), nil, body)
end
"""


def measured(size):
    parts = [conditions(size)]
    for title, kind in DATABASES.items():
        options = {"durable": True} if title == "PostgreSQL" else {}
        with kind(size, **options) as database:
            copies = {name: database.copy(name) for name in PROVIDERS}
            print(f"{title}: {size:,} customers", file=sys.stderr, flush=True)
            results = Results()
            for number in range(ROUNDS):
                a_round(database, copies, size, results, number)
                print(f"round {number + 1} of {ROUNDS}", file=sys.stderr, flush=True)
        parts += [f"### {title}", results.document()]
    return "\n\n".join(parts)


class Results:
    def __init__(self):
        self.seconds = {}
        self.memory = {name: [] for name in PROVIDERS}
        self.next = dict.fromkeys(PROVIDERS, 0)

    def rounds(self, case, name, what):
        return [one[what] for one in self.seconds[case, name]]

    def ratios(self, case, name):
        pairs = zip(*(self.rounds(case, one, "per_cpu_second") for one in (PROVIDERS[0], name)))
        return [ours / theirs for ours, theirs in pairs]

    def document(self):
        return "\n\n".join([self.rates(), self.latencies(), self.memories()])

    def rates(self):
        others = PROVIDERS[1:]
        rows = []
        for case in CASES:
            row = [case]
            found = (self.rounds(case, name, "per_cpu_second") for name in PROVIDERS)
            row += [spread(one, thousands) for one in found]
            row += [spread(self.ratios(case, name), "{:.1f}".format) for name in others]
            rows.append(row)
        titles = [f"{name}, thousand requests per CPU-second" for name in PROVIDERS]
        return table(["case", *titles, *(f"ratio to {name}" for name in others)], rows)

    def latencies(self):
        rows = []
        for case in CASES:
            row = [case]
            for name in PROVIDERS:
                rate, p50, p99, share = (
                    median(self.rounds(case, name, what))
                    for what in ("per_second", "p50_us", "p99_us", "share")
                )
                times = f"{rate / 1e3:.2f}: {p50 / 1e3:.1f} / {p99 / 1e3:.1f}"
                row.append(f"{times}; {share:.0%}" if share else times)
            rows.append(row)
        head = "thousand requests per second: p50 / p99 in ms; share of the database's processes"
        return f"For each provider: {head}.\n\n" + table(["case", *PROVIDERS], rows)

    def memories(self):
        rows = [
            [name, *(f"{median(kb) / 1024:.1f}" for kb in zip(*self.memory[name]))]
            for name in PROVIDERS
        ]
        return table(["provider", "memory at rest, MB", "peak memory, MB"], rows)


def a_round(database, copies, size, results, first):
    """Measures all providers, beginning with a different one in each round."""
    order = PROVIDERS[first % len(PROVIDERS) :] + PROVIDERS[: first % len(PROVIDERS)]
    providers = [Provider(name, database, copies[name], CORE_OF_PEERS) for name in order]
    try:
        rest = {provider.name: provider.memory_kb() for provider in providers}
        for provider in providers:
            for case in CASES.values():
                one_second(provider, database, case, size, results)
        for name, case in CASES.items():
            found = {provider.name: [] for provider in providers}
            for turn in range(SECONDS):
                for provider in providers if turn % 2 == 0 else reversed(providers):
                    one = one_second(provider, database, case, size, results)
                    found[provider.name].append(one)
            for provider, seconds in found.items():
                results.seconds.setdefault((name, provider), []).append(summary(seconds))
        for provider in providers:
            results.memory[provider.name].append((rest[provider.name], provider.memory_kb("VmHWM")))
    finally:
        for provider in providers:
            provider.stop()


def one_second(provider, database, case, size, results):
    number = results.next[provider.name]
    case = {**case, "script": SCRIPT % (number, STEP, size - CREATED)}
    before, of_database = provider.cpu_seconds(), database.cpu_seconds()
    found = load(provider, case, CONNECTIONS[0], seconds=1)
    found["cpu"] = provider.cpu_seconds() - before
    found["of_database"] = database.cpu_seconds() - of_database
    # More than were answered: some requests are open when the second is over.
    results.next[provider.name] += int(found["requests"]) + 2 * CONNECTIONS[0]
    if found["errors"] or found["not_ok"]:
        raise RuntimeError(f"{provider.name}: unexpected responses: {found}")
    return found


def summary(seconds):
    requests, cpu, of_database, spent = (
        sum(second[what] for second in seconds)
        for what in ("requests", "cpu", "of_database", "seconds")
    )
    p50, p99, _ = (median(times) for times in zip(*(second["percentiles"] for second in seconds)))
    return {
        "per_cpu_second": requests / cpu,
        "per_second": requests / spent,
        "share": of_database / (cpu + of_database),
        "p50_us": p50,
        "p99_us": p99,
    }


def conditions(size):
    used = machine(HERE / "node")
    versions = ", ".join(
        f"{name} {used[name]}" for name in ("express", "fastify", "better-sqlite3", "pg")
    )
    return fill(
        f"{time.strftime('%Y-%m-%d')}: medians of {ROUNDS} rounds of {SECONDS} s per case, lowest "
        f"to highest value in brackets; {size:,} customers, {CONNECTIONS[0]} connections. "
        f"{used['cpu']}, {used['cores']} cores, Linux {used['kernel']}; {used['rustc']}; "
        f"node {used['node']}, {versions}. "
        f"The load average was {os.getloadavg()[0]:.1f} before the first round.",
        100,
    )
