"""Draws bars and lines as SVG, readable on a light and on a dark background."""

from html import escape
from math import ceil, floor, log10

COLORS = ["#c2410c", "#1d6fb8", "#5aa9e6", "#8a8f98", "#b59a00", "#3f8f5b"]
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 }
  .value { font-size: 9px }
  .grid { stroke: #d0d7de }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .grid { stroke: #3d444d } }
"""
BAR, GAP, HEIGHT = 24, 26, 300
LEFT, TOP, BOTTOM = 48, 70, 36
DASHES = ["none", "2 3", "7 4"]
# Colours that can be distinguished in thin lines.
COLORS_OF_LINES = [COLORS[0], COLORS[1], COLORS[5], COLORS[3]]


def bars(title, groups, series):
    """Draws a group of bars for each key of `groups`, with one bar for each of its series."""
    highest = max(value for group in groups.values() for value in group.values())
    step = tidy(highest / 5)
    top = step * -(-highest // step)
    width = LEFT + sum(len(group) * BAR + GAP for group in groups.values())
    height = TOP + HEIGHT + BOTTOM
    parts = [*head(title, width, height), *legend(series)]
    for line in range(round(top / step) + 1):
        y = TOP + HEIGHT * (1 - line * step / top)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{width}" y2="{y:.1f}"/>')
        parts.append(
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{line * step:g}</text>'
        )
    x = LEFT + GAP / 2
    for name, group in groups.items():
        middle = x + len(group) * BAR / 2
        parts.append(
            f'<text x="{middle:.1f}" y="{TOP + HEIGHT + 20}" '
            f'text-anchor="middle">{escape(name)}</text>'
        )
        for color, one in zip(COLORS, series):
            if one not in group:
                continue
            tall = HEIGHT * group[one] / top
            y = TOP + HEIGHT - tall
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{BAR - 3}" height="{tall:.1f}" '
                f'fill="{color}"><title>{escape(one)}: {group[one]:.1f}</title></rect>'
            )
            parts.append(
                f'<text class="value" x="{x + (BAR - 3) / 2:.1f}" y="{y - 3:.1f}" '
                f'text-anchor="middle">{group[one]:.0f}</text>'
            )
            x += BAR
        x += GAP
    return "\n".join([*parts, "</svg>", ""])


def lines(title, curves):
    """Draws a line of equidistant points for each curve, on a logarithmic scale.

    A name has the form `kind, rest`: the kind selects the dashes of the line, the rest its colour.
    """
    values = [value for curve in curves.values() for value in curve]
    lowest, highest = floor(log10(min(values))), ceil(log10(max(values)))
    kinds = list(dict.fromkeys(name.partition(", ")[0] for name in curves))
    top = 38 + 18 * len(kinds)
    width, height = 760, top + HEIGHT + BOTTOM
    colors = dict(zip(dict.fromkeys(name.partition(", ")[2] for name in curves), COLORS_OF_LINES))

    def y(value):
        return top + HEIGHT * (1 - (log10(value) - lowest) / (highest - lowest))

    parts = head(title, width, height)
    for power in range(lowest, highest + 1):
        parts.append(
            f'<line class="grid" x1="{LEFT}" y1="{y(10**power):.1f}" '
            f'x2="{width}" y2="{y(10**power):.1f}"/>'
        )
        parts.append(
            f'<text x="{LEFT - 6}" y="{y(10**power) + 4:.1f}" '
            f'text-anchor="end">{10**power:g}</text>'
        )
    for name, curve in curves.items():
        kind, _, rest = name.partition(", ")
        dashes = DASHES[kinds.index(kind)]
        style = f'fill="none" stroke="{colors[rest]}" stroke-width="2" stroke-dasharray="{dashes}"'
        apart = (width - LEFT - 20) / max(1, len(curve) - 1)
        points = " ".join(
            f"{LEFT + 10 + index * apart:.1f},{y(value):.1f}" for index, value in enumerate(curve)
        )
        parts.append(
            f'<polyline points="{points}" {style}><title>{escape(name)}</title></polyline>'
        )
        x, row = LEFT + 170 * list(colors).index(rest), 38 + 18 * kinds.index(kind)
        parts.append(
            f'<line x1="{x}" y1="{row}" x2="{x + 22}" y2="{row}" {style}/>'
            f'<text x="{x + 27}" y="{row + 4}">{escape(name)}</text>'
        )
    parts.append(f'<text x="{LEFT + 10}" y="{height - 12}">first page</text>')
    parts.append(f'<text x="{width - 10}" y="{height - 12}" text-anchor="end">last page</text>')
    return "\n".join([*parts, "</svg>", ""])


def head(title, width, height):
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="{LEFT}" y="22">{escape(title)}</text>',
    ]


def legend(series):
    x = LEFT
    for color, name in zip(COLORS, series):
        yield f'<rect x="{x}" y="36" width="12" height="12" fill="{color}"/>'
        yield f'<text x="{x + 17}" y="46">{escape(name)}</text>'
        x += 40 + 7 * len(name)


def tidy(step):
    """Rounds a number up to the next of 1, 2, 5, 10, .."""
    power = 10 ** floor(log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step)
