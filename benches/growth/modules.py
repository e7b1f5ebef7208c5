"""Counts the instructions of a request by the number of modules of the provider."""

from instructions import FEW, MANY, executed
from setup import TARGET, table

CASES = ["manifest", "customer", "refused"]


def counted():
    binary = TARGET / "release" / "instructions"
    rows = []
    for case in CASES:
        row = [case]
        for provider in ("few-modules", "all-modules"):
            few, many = (
                executed(binary, "router", provider, case, requests) for requests in (FEW, MANY)
            )
            row.append(f"{round((many - few) / (MANY - FEW)):,}")
        rows.append(row)
    return table(
        [
            "request",
            "three controllers, instructions",
            "six controllers and seven actions, instructions",
        ],
        rows,
    )
