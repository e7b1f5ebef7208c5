"""Walks all customers of a company, from the first page to the last."""

import json
import time
from dataclasses import dataclass
from statistics import median

from databases import PAGE
from setup import memory_kb, table

# A walk is told in so many parts of equal length, each by its median.
PARTS = 20
# Of each part, OFFSET is asked for so many pages: all of them would take as long as the square of their number.
SAMPLES = 5


@dataclass
class Walk:
    size: int
    pages: int
    keyset: list
    offset: list
    first_kb: int
    last_kb: int
    most_kb: int


def walked(kind, size):
    with kind(size) as database:
        times, customers, cursor = [], 0, None
        with database.company() as company:
            for _ in range(20):
                company.page(None)
            first_kb = memory_kb(company.process.pid)
            while True:
                began = time.perf_counter()
                body = company.page(cursor)
                times.append((time.perf_counter() - began) * 1e3)
                page = json.loads(body)
                customers += len(page["data"])
                cursor = page.get("next")
                if not cursor:
                    break
            last_kb, most_kb = memory_kb(company.process.pid), memory_kb(company.process.pid, "VmHWM")
        if customers != size:
            raise RuntimeError(f"the walk saw {customers} customers of {size}")
        # The last page is not full.
        keyset = parts(times[:-1])
        places = PARTS * SAMPLES
        offsets = [customers * (2 * place + 1) // (2 * places) for place in range(places)]
        offset = parts(database.by_offset(offsets))
    return Walk(customers, len(times), keyset, offset, first_kb, last_kb, most_kb)


def parts(times):
    number = min(PARTS, len(times))
    ends = [len(times) * part // number for part in range(number + 1)]
    return [median(times[start:end]) for start, end in zip(ends, ends[1:])]


def table_of_walks(walks):
    head = ["customers", "pages", "walk: first twentieth, ms a page", "last twentieth", "OFFSET: first twentieth, ms a page", "last twentieth", "memory before the walk, MB", "after", "most"]
    rows = []
    for walk in walks:
        times = [walk.keyset[0], walk.keyset[-1], walk.offset[0], walk.offset[-1]]
        memory = [walk.first_kb, walk.last_kb, walk.most_kb]
        rows.append([f"{walk.size:,}", f"{walk.pages:,}", *(f"{one:.2f}" for one in times), *(f"{one / 1024:.1f}" for one in memory)])
    return table(head, rows)
