"""Walks all customers of a company, from the first page to the last."""

import json
import time
from dataclasses import dataclass
from statistics import median

from databases import PAGE
from setup import table

# A walk is divided into this number of parts of equal length; each is reported by its median.
PARTS = 20
# The number of pages in each part that are queried directly. All pages by OFFSET would take time
# proportional to the square of their number.
SAMPLES = 5


@dataclass
class Walk:
    size: int
    pages: int
    whole: list
    keyset: list
    offset: list
    first_kb: int
    last_kb: int
    most_kb: int


def walked(database, size):
    times, customers, cursor = [], 0, None
    with database.company() as company:
        for _ in range(20):
            company.page(None)
        first_kb = company.memory_kb()
        while True:
            began = time.perf_counter()
            body = company.page(cursor)
            times.append((time.perf_counter() - began) * 1e3)
            page = json.loads(body)
            customers += len(page["data"])
            cursor = page.get("next")
            if not cursor:
                break
        last_kb, most_kb = company.memory_kb(), company.memory_kb("VmHWM")
    if customers != size:
        raise RuntimeError(f"the walk returned {customers} of {size} customers")
    # The last page is not full.
    whole = parts(times[:-1])
    number = PARTS * SAMPLES
    # The places with a full page after them.
    last = customers - PAGE
    places = [max(1, last * (2 * place + 1) // (2 * number)) for place in range(number)]
    keyset, offset = (parts(times) for times in database.queried(places))
    return Walk(customers, len(times), whole, keyset, offset, first_kb, last_kb, most_kb)


def parts(times):
    number = min(PARTS, len(times))
    ends = [len(times) * part // number for part in range(number + 1)]
    return [median(times[start:end]) for start, end in zip(ends, ends[1:])]


def table_of_walks(walks):
    """Formats the times of the first and the last twentieth, and the memory of the server."""
    head = [
        "customers",
        "pages",
        "walk, ms per page",
        "query by keyset",
        "query by OFFSET",
        "memory before the walk, MB",
        "after",
        "peak",
    ]
    rows = []
    for walk in walks:
        times = [
            f"{curve[0]:.2f} to {curve[-1]:.2f}" for curve in (walk.whole, walk.keyset, walk.offset)
        ]
        memory = [f"{kb / 1024:.1f}" for kb in (walk.first_kb, walk.last_kb, walk.most_kb)]
        rows.append([f"{walk.size:,}", f"{walk.pages:,}", *times, *memory])
    return table(head, rows)
