#!/usr/bin/env python3
"""Counts instructions with valgrind; called by .ci/instructions, which documents the options."""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CASES = [
    case["name"]
    for case in json.loads((Path(__file__).parent.parent / "peers" / "cases.json").read_text())
    if case.get("measured")
]
PEERS = ["churnkey", "axum-checked", "axum-plain"]
# Through the router alone, and through the server over a socket. The counts include the client's
# own work, which is the same for all peers.
WAYS = ["router", "server"]
# A smaller change, and any improvement, is a figure to read and no failure.
REGRESSION = 0.20
HEADER = (
    "# Instructions per request, written by `.ci/instructions --store` with the pinned toolchain."
)
FEW, MANY = 200, 1200


def executed(binary, way, peer, case, requests):
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    run = subprocess.run(
        [*command, binary, way, peer, case, str(requests)],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(re.search(r"I\s+refs:\s+([\d,]+)", run.stderr)[1].replace(",", ""))


def per_request(binary, peers):
    """Counts instructions by way, peer and case.

    The difference between two runs with few and with many requests excludes one-time work.
    """
    wanted = [(way, peer, case) for way in WAYS for peer in peers for case in CASES]
    with ThreadPoolExecutor() as pool:
        few = pool.map(lambda one: executed(binary, *one, FEW), wanted)
        many = pool.map(lambda one: executed(binary, *one, MANY), wanted)
        return {
            one: round((more - less) / (MANY - FEW)) for one, less, more in zip(wanted, few, many)
        }


def table(counts):
    lines = [
        "| case | way | churnkey | axum-checked | ratio | axum-plain | ratio |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for way in WAYS:
        for case in CASES:
            ours, checked, plain = (counts[way, peer, case] for peer in PEERS)
            cells = [case, way, f"{ours:,}"]
            for theirs in (checked, plain):
                cells += [f"{theirs:,}", f"{theirs / ours:.2f}"]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def compare(counts, stored):
    """Prints each count beside the stored one, and returns a description of each regression."""
    before = {}
    for line in stored.read_text().splitlines():
        if not line.startswith("#"):
            way, case, count = line.split()
            before[way, case] = int(count)
    found = []
    for (way, _, case), count in counts.items():
        expected = before.get((way, case))
        if expected is None:
            found.append(f"{way} {case}: {count}, but no count is stored")
            continue
        change = count / expected - 1
        print(f"{way:7} {case:13} {count:9,} {change:+7.2%}")
        if change > REGRESSION:
            found.append(
                f"{way} {case}: {count:,} instructions per request, "
                f"expected {expected:,} ({change:+.1%})"
            )
    return found


def main():
    binary, stored, *options = sys.argv[1:]
    stored = Path(stored)
    if options == ["--table"]:
        print(table(per_request(binary, PEERS)))
        return
    counts = per_request(binary, PEERS[:1])
    if options == ["--store"]:
        lines = [f"{way} {case} {count}" for (way, _, case), count in counts.items()]
        stored.write_text("\n".join([HEADER, *lines, ""]))
        return
    found = compare(counts, stored)
    if found:
        print("\n".join(found), file=sys.stderr)
        sys.exit(
            "If the regression is intended, run `.ci/instructions --store` "
            f"and commit {stored}."
        )


if __name__ == "__main__":
    main()
