#!/usr/bin/env python3
"""Whether all peers answer alike: status, type and body of each case, byte for byte, against those of churnkey. Ends with 1 if they do not.

The parameter `charset=utf-8` of a type, which says nothing of JSON, is left out of the comparison.
"""

import sys

from peers import ALL, CASES, Peer, has

# A peer that answers each request as the one before it would compare as well; so what is expected of the model is written down.
STATUSES = {"manifest": 200, "customer": 200, "subscription": 200, "list": 200, "pause": 200, "refused": 401, "malformed": 400}


def compare():
    """The differences, in words."""
    differences = []
    with Peer("churnkey") as model:
        expected = [model.ask(case) for case in CASES]
    for case, (status, _, _) in zip(CASES, expected):
        if status != STATUSES.get(case["name"], status):
            differences.append(f"churnkey, {case['name']}: {status}")
    for name in ALL[1:]:
        with Peer(name) as peer:
            for case, answer in zip(CASES, expected):
                if not has(name, case):
                    continue
                given = peer.ask(case)
                if given != answer:
                    differences.append(f"{name}, {case['name']}:\n  {given}\n  instead of\n  {answer}")
    return differences


if __name__ == "__main__":
    found = compare()
    print("\n".join(found) or f"{len(ALL)} peers answer {len(CASES)} cases alike")
    sys.exit(bool(found))
