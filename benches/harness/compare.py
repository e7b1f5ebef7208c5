#!/usr/bin/env python3
"""Compares the responses of all peers with those of churnkey; exits with 1 if any differs.

Status, content type and body of each case must be equal byte for byte. The parameter
`charset=utf-8` of a content type has no meaning for JSON and is ignored. So are the keys of a
body that churnkey adds to a 400, and the peers do not.
"""

import re
import sys

from peers import ALL, CASES, Peer, has

# The expected statuses of churnkey, which is the reference: without them, a fault that all peers
# share would go unnoticed.
STATUSES = {
    "manifest": 200,
    "customer": 200,
    "subscription": 200,
    "list": 200,
    "pause": 200,
    "refused": 401,
    "malformed": 400,
}


def without_keys(status, kind, body):
    return status, kind, re.sub(rb" \(keys received: [^)]*\)", b"", body)


def compare():
    """Returns a description of each difference."""
    differences = []
    with Peer("churnkey") as reference:
        expected = [without_keys(*reference.request(case)) for case in CASES]
    for case, (status, _, _) in zip(CASES, expected):
        if status != STATUSES.get(case["name"], status):
            differences.append(f"churnkey, {case['name']}: {status}")
    for name in ALL[1:]:
        with Peer(name) as peer:
            for case, response in zip(CASES, expected):
                if not has(name, case):
                    continue
                given = peer.request(case)
                if given != response:
                    differences.append(
                        f"{name}, {case['name']}:\n  {given}\n  instead of\n  {response}"
                    )
    return differences


if __name__ == "__main__":
    found = compare()
    print("\n".join(found) or f"{len(ALL)} peers respond identically to {len(CASES)} cases")
    sys.exit(bool(found))
