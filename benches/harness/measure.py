#!/usr/bin/env python3
"""Measures all peers side by side and writes the results to a file: `measure.py <file>`.

In each round every peer is restarted. Each case then runs against one peer after the other for a
second at a time, so that a slowdown of the machine affects all of them. The peer under load runs
alone on one core, the load generator on another.

ROUNDS (5), SECONDS_PER_CASE (3) and CONNECTIONS (1 64) set the length of the measurement.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from compare import compare
from peers import ALL, CASES, HERE, NATIVE, Peer, binary, has, headers

ROUNDS = int(os.environ.get("ROUNDS", 5))
SECONDS = int(os.environ.get("SECONDS_PER_CASE", 3))
CONNECTIONS = [int(number) for number in os.environ.get("CONNECTIONS", "1 64").split()]
CORE_OF_PEERS, CORE_OF_LOAD = 0, 1

# Makes wrk print its summary in one line. Times are in microseconds.
REPORT = """
done = function(summary, latency)
  io.write(string.format("\\nREPORT %d %d %d %d %.1f %.1f %.1f\\n",
    summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
"""


def quoted(text):
    """Quotes a string for Lua."""
    return json.dumps(text)


def script(case):
    lines = [f"wrk.method = {quoted(case['method'])}"]
    lines += [
        f"wrk.headers[{quoted(name)}] = {quoted(value)}" for name, value in headers(case).items()
    ]
    if "body" in case:
        lines.append(f"wrk.body = {quoted(case['body'])}")
    # A function that makes each request, for cases whose requests differ.
    lines.append(case.get("script", ""))
    return "\n".join(lines) + REPORT


def load(peer, case, connections, seconds):
    """Runs a case for a number of seconds and returns the report of wrk."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        lua.write(script(case))
        lua.flush()
        url = f"http://127.0.0.1:{peer.port}{case['path']}"
        command = [
            "taskset",
            "--cpu-list",
            str(CORE_OF_LOAD),
            "wrk",
            "--threads",
            "1",
            "--connections",
            str(connections),
        ]
        command += ["--duration", f"{seconds}s", "--timeout", "10s", "--script", lua.name, url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    line = next(line for line in said.splitlines() if line.startswith("REPORT "))
    requests, duration, not_ok, errors, *percentiles = (float(word) for word in line.split()[1:])
    return {
        "requests": requests,
        "seconds": duration / 1e6,
        "not_ok": not_ok,
        "errors": errors,
        "percentiles": percentiles,
    }


def one_second(peer, case, connections):
    """Runs a case for a second; returns the report of wrk and the CPU time of the peer."""
    before = peer.cpu_seconds()
    found = load(peer, case, connections, seconds=1)
    found["cpu"] = peer.cpu_seconds() - before
    fails = case["name"] in ("refused", "malformed")
    if found["errors"] or found["not_ok"] != (found["requests"] if fails else 0):
        raise RuntimeError(f"{peer.name}, {case['name']}: unexpected responses: {found}")
    return found


def alternating(peers, case, connections):
    """Runs a case against each peer for a second at a time, in alternating order."""
    seconds = {peer.name: [] for peer in peers}
    for turn in range(SECONDS):
        for peer in peers if turn % 2 == 0 else reversed(peers):
            seconds[peer.name].append(one_second(peer, case, connections))
    return {name: summary(found) for name, found in seconds.items()}


def summary(seconds):
    requests = sum(second["requests"] for second in seconds)
    p50, p99, p999 = (
        median(times) for times in zip(*(second["percentiles"] for second in seconds))
    )
    return {
        "per_cpu_second": requests / sum(second["cpu"] for second in seconds),
        "per_second": requests / sum(second["seconds"] for second in seconds),
        "p50_us": p50,
        "p99_us": p99,
        "p999_us": p999,
    }


def warm_up(peer, cases):
    """Runs each case for a second before the measurement.

    V8 compiles functions that are called often, and allocators reach their steady state.
    """
    for case in cases:
        if has(peer.name, case):
            load(peer, case, connections=max(CONNECTIONS), seconds=1)


def a_round(cases, results, first):
    """Measures all peers, beginning with a different peer in each round."""
    peers = [Peer(name, CORE_OF_PEERS) for name in ALL[first:] + ALL[:first]]
    try:
        for peer in peers:
            results["startup_ms"][peer.name].append(peer.startup_ms)
            results["rest_kb"][peer.name].append(peer.memory_kb("VmRSS"))
        for peer in peers:
            warm_up(peer, cases)
        for case in cases:
            for connections in CONNECTIONS:
                able = [peer for peer in peers if has(peer.name, case)]
                for name, found in alternating(able, case, connections).items():
                    results["cases"].setdefault(f"{case['name']} {connections} {name}", []).append(
                        found
                    )
        for peer in peers:
            results["peak_kb"][peer.name].append(peer.memory_kb("VmHWM"))
    finally:
        for peer in peers:
            peer.stop()


def version(*command):
    said = subprocess.run(command, capture_output=True, text=True)
    return (said.stdout or said.stderr).splitlines()[0].strip()


def machine(packages=HERE / "node"):
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "",
    )
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "rustc": version("rustc", "--version"),
        "node": version("node", "--version"),
        "wrk": version("wrk", "--version").split("[")[0].strip(),
        **json.loads((packages / "package.json").read_text())["dependencies"],
    }


def size_kb(binary):
    """Measures a binary without debug information, as in a default release build."""
    with tempfile.NamedTemporaryFile() as stripped:
        subprocess.run(["strip", "--strip-debug", "-o", stripped.name, binary], check=True)
        return os.stat(stripped.name).st_size // 1024


def main():
    differences = compare()
    if differences:
        sys.exit("\n".join(differences))
    cases = [case for case in CASES if case.get("measured")]
    results = {
        "machine": machine(),
        "rounds": 0,
        "seconds_per_case": SECONDS,
        "connections": CONNECTIONS,
        "date": time.strftime("%Y-%m-%d"),
        "load_before": os.getloadavg()[0],
        "binary_kb": {name: size_kb(binary(name)) for name in NATIVE},
        **{what: {name: [] for name in ALL} for what in ("startup_ms", "rest_kb", "peak_kb")},
        "cases": {},
    }
    for number in range(ROUNDS):
        a_round(cases, results, number % len(ALL))
        # After each round, so that an interrupted run keeps its results.
        results["rounds"] = number + 1
        Path(sys.argv[1]).write_text(json.dumps(results))
        print(f"round {number + 1} of {ROUNDS}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
