#!/usr/bin/env python3
"""Writes the measurements into the docs: `report.py <folder of figures> <document> <plot>`."""

import json
import sys
from pathlib import Path
from statistics import median
from textwrap import fill

from peers import ALL, CASES
from plot import bars

START, END = "<!-- The figures: written by benches/run.sh. -->", "<!-- The end of the figures. -->"
NAMES = [case["name"] for case in CASES if case.get("measured")]

# By peer, the goal for churnkey's ratio in each case that has a goal.
GOALS = {
    "axum-plain": {name: 0.95 for name in NAMES},
    "axum-checked": {name: 1.0 for name in NAMES},
    "hyper-fixed": {name: 0.8 for name in ("manifest", "customer", "subscription")},
    "express": {name: 10 for name in NAMES},
    "fastify": {name: 2 for name in NAMES},
}
# The peers whose p99 is a goal.
BY_HAND = ["axum-checked", "axum-plain"]


class Figures:
    def __init__(self, results):
        self.results = results

    def rounds(self, what, case, connections, peer):
        return [one[what] for one in self.results["cases"].get(f"{case} {connections} {peer}", [])]

    def ratios(self, what, case, connections, peer):
        """Divides churnkey's figure by the peer's, round by round."""
        ours = self.rounds(what, case, connections, "churnkey")
        return [one / other for one, other in zip(ours, self.rounds(what, case, connections, peer))]


def spread(values, form):
    """Formats the median, with the lowest and the highest value in brackets."""
    if not values:
        return ""
    return f"{form(median(values))} ({form(min(values))} to {form(max(values))})"


def thousands(value):
    return f"{value / 1e3:.1f}"


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def per_cpu_second(figures, connections):
    rows = []
    for name in NAMES:
        found = [figures.rounds("per_cpu_second", name, connections, peer) for peer in ALL]
        rows.append([name, *(spread(one, thousands) for one in found)])
    return table(["case", *ALL], rows)


def against(figures, connections):
    """Formats the ratios to the peers. A cell is bold if its median misses the goal."""
    rows = []
    for name in NAMES:
        row = [name]
        for peer, goals in GOALS.items():
            ratios = figures.ratios("per_cpu_second", name, connections, peer)
            cell = spread(ratios, lambda ratio: f"{ratio:.2f}")
            missed = ratios and name in goals and median(ratios) < goals[name]
            row.append(f"**{cell}**" if missed else cell)
        rows.append(row)
    goals = [f"{peer} (goal {min(goals.values()):g})" for peer, goals in GOALS.items()]
    return table(["churnkey's ratio to", *goals], rows)


def rates(figures, connections):
    rows = []
    for name in NAMES:
        found = [figures.rounds("per_second", name, connections, peer) for peer in ALL]
        rows.append([name, *(thousands(median(one)) if one else "" for one in found)])
    return table(["case", *ALL], rows)


def latencies(figures, connections):
    """Formats p50, p99 and p99.9, each the median of the rounds."""
    rows = []
    for name in NAMES:
        row = [name]
        for peer in ALL:
            found = [
                figures.rounds(what, name, connections, peer)
                for what in ("p50_us", "p99_us", "p999_us")
            ]
            row.append(" / ".join(f"{median(times) / 1e3:.2f}" for times in found if times))
        rows.append(row)
    return table(["case", *ALL], rows)


def tails(figures, connections):
    """Formats the ratios of p99, round by round, so that a slowdown of the machine affects both."""
    rows = []
    for name in NAMES:
        row = [name]
        for peer in BY_HAND:
            ratios = figures.ratios("p99_us", name, connections, peer)
            cell = spread(ratios, lambda ratio: f"{ratio:.2f}")
            row.append(f"**{cell}**" if median(ratios) > 1 else cell)
        rows.append(row)
    goals = [f"{peer} (goal: at most 1)" for peer in BY_HAND]
    return table(["churnkey's p99 as a ratio to", *goals], rows)


def processes(results):
    rows = []
    for peer in ALL:
        size = results["binary_kb"].get(peer)
        rows.append(
            [
                peer,
                spread(results["startup_ms"][peer], lambda value: f"{value:.0f}"),
                f"{median(results['rest_kb'][peer]) / 1024:.1f}",
                f"{median(results['peak_kb'][peer]) / 1024:.1f}",
                f"{size / 1024:.1f}" if size else "",
            ]
        )
    head = ["start to first response, ms", "memory at rest, MB", "peak memory, MB", "binary, MB"]
    return table(["peer", *head], rows)


def document(results, folder):
    figures = Figures(results)
    machine = results["machine"]
    most = max(results["connections"])
    versions = ", ".join(f"{name} {machine[name]}" for name in ("express", "fastify"))
    conditions = (
        f"{results['date']}: medians of {results['rounds']} rounds of "
        f"{results['seconds_per_case']} s per case, lowest to highest value in brackets. "
        f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}; "
        f"{machine['rustc']}; node {machine['node']}, {versions}; {machine['wrk']}. "
        f"The load average was {results['load_before']:.1f} before the first round."
    )
    parts = [
        fill(conditions, 100),
        f"### Thousand requests per CPU-second, {most} connections",
        per_cpu_second(figures, most),
        f"### churnkey's requests per CPU-second as a ratio, {most} connections",
        "Missed goals are bold.",
        against(figures, most),
    ]
    if len(results["connections"]) > 1:
        least = min(results["connections"])
        parts += [f"### The same ratios, {least} connection", against(figures, least)]
    for connections in results["connections"]:
        parts += [
            f"### Thousand requests per second, connections: {connections}",
            rates(figures, connections),
        ]
        parts += [
            f"### Latency in ms, connections: {connections}",
            "p50 / p99 / p99.9.",
            latencies(figures, connections),
        ]
        parts += [
            "Compared with the hand-written peers; missed goals are bold:",
            tails(figures, connections),
        ]
    parts += ["### Processes", processes(results)]
    parts += [
        "### Allocations per request, through the router",
        (folder / "allocations.md").read_text().strip(),
    ]
    parts += ["### Instructions per request", (folder / "instructions.md").read_text().strip()]
    return "\n\n".join(parts)


def main():
    folder, page, plot = (Path(argument) for argument in sys.argv[1:])
    results = json.loads((folder / "measured.json").read_text())
    text = page.read_text()
    before, rest = text.split(START)
    _, after = rest.split(END)
    page.write_text(f"{before}{START}\n\n{document(results, folder)}\n\n{END}{after}")
    figures, most = Figures(results), max(results["connections"])
    heights = {
        name: {
            peer: median(values) / 1e3
            for peer in ALL
            if (values := figures.rounds("per_cpu_second", name, most, peer))
        }
        for name in NAMES
    }
    plot.write_text(bars(f"Thousand requests per CPU-second, {most} connections", heights, ALL))
    print(document(results, folder))


if __name__ == "__main__":
    main()
