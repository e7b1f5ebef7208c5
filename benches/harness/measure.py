#!/usr/bin/env python3
"""Measures all peers side by side, and writes what it found to a file: `measure.py <file>`.

In each round every peer is started anew; each case is then asked of one peer after the other, for a second at a time, so that what slows the machine slows them alike. The peer under
load is alone on one core, the load on another.

ROUNDS (5), SECONDS_PER_CASE (3) and CONNECTIONS (1 64) make it shorter or longer.
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

# What wrk knows at its end, in one line. Times are in microseconds.
REPORT = """
done = function(summary, latency)
  io.write(string.format("\\nREPORT %d %d %d %d %.1f %.1f %.1f\\n", summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
"""


def quoted(text):
    """Text as Lua writes it."""
    return json.dumps(text)


def script(case):
    lines = [f"wrk.method = {quoted(case['method'])}"]
    lines += [f"wrk.headers[{quoted(name)}] = {quoted(value)}" for name, value in headers(case).items()]
    if "body" in case:
        lines.append(f"wrk.body = {quoted(case['body'])}")
    return "\n".join(lines) + REPORT


def load(peer, case, connections, seconds):
    """What wrk reports of so many seconds of a case."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        lua.write(script(case))
        lua.flush()
        url = f"http://127.0.0.1:{peer.port}{case['path']}"
        command = ["taskset", "--cpu-list", str(CORE_OF_LOAD), "wrk", "--threads", "1", "--connections", str(connections)]
        command += ["--duration", f"{seconds}s", "--timeout", "10s", "--script", lua.name, url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    line = next(line for line in said.splitlines() if line.startswith("REPORT "))
    requests, duration, not_ok, errors, *percentiles = (float(word) for word in line.split()[1:])
    return {"requests": requests, "seconds": duration / 1e6, "not_ok": not_ok, "errors": errors, "percentiles": percentiles}


def a_second(peer, case, connections):
    """What wrk reports of it, and the CPU time that the peer took for it."""
    before = peer.cpu_seconds()
    found = load(peer, case, connections, seconds=1)
    found["cpu"] = peer.cpu_seconds() - before
    refused = case["name"] in ("refused", "malformed")
    if found["errors"] or found["not_ok"] != (found["requests"] if refused else 0):
        raise RuntimeError(f"{peer.name}, {case['name']}: not the answers that were expected: {found}")
    return found


def together(peers, case, connections):
    """What each of the peers does with a case in its seconds, which take turns with those of the others, there and back."""
    seconds = {peer.name: [] for peer in peers}
    for turn in range(SECONDS):
        for peer in peers if turn % 2 == 0 else reversed(peers):
            seconds[peer.name].append(a_second(peer, case, connections))
    return {name: summary(found) for name, found in seconds.items()}


def summary(seconds):
    requests = sum(second["requests"] for second in seconds)
    p50, p99, p999 = (median(times) for times in zip(*(second["percentiles"] for second in seconds)))
    return {
        "per_cpu_second": requests / sum(second["cpu"] for second in seconds),
        "per_second": requests / sum(second["seconds"] for second in seconds),
        "p50_us": p50,
        "p99_us": p99,
        "p999_us": p999,
    }


def warm_up(peer, cases):
    """A second of each case before it counts: V8 compiles what is called often, and allocators find their sizes."""
    for case in cases:
        if has(peer.name, case):
            load(peer, case, connections=max(CONNECTIONS), seconds=1)


def a_round(cases, results, first):
    """One after the other, beginning with another peer in each round."""
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
                for name, found in together(able, case, connections).items():
                    results["cases"].setdefault(f"{case['name']} {connections} {name}", []).append(found)
        for peer in peers:
            results["peak_kb"][peer.name].append(peer.memory_kb("VmHWM"))
    finally:
        for peer in peers:
            peer.stop()


def version(*command):
    said = subprocess.run(command, capture_output=True, text=True)
    return (said.stdout or said.stderr).splitlines()[0].strip()


def machine():
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "")
    packages = json.loads((HERE / "node" / "package.json").read_text())["dependencies"]
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "rustc": version("rustc", "--version"),
        "node": version("node", "--version"),
        "wrk": version("wrk", "--version").split("[")[0].strip(),
        **packages,
    }


def size_kb(binary):
    """Without the information for debuggers, which a release build does not have by default."""
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
        # After each round, so that one that is cut short leaves what it found.
        results["rounds"] = number + 1
        Path(sys.argv[1]).write_text(json.dumps(results))
        print(f"round {number + 1} of {ROUNDS}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
