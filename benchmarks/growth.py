"""How the time of an answer grows with the registry: `python -m benchmarks.growth`.

Measures the registry in DATABASE_URL, adds the figures to `growth.json` under its size, and draws
all that is there as `docs/growth.svg`. A time is the median of milliseconds of processor, this
process's and its database's, of an answer made anew. The slope on two logarithmic axes says how it
grows: 0 not at all (what O(log n) looks like), 1 with the size.
"""

import json
import math
import os
import sys
from pathlib import Path
from xml.sax.saxutils import escape

import django

ROOT = Path(__file__).resolve().parent.parent
KEPT, DRAWN = ROOT / "benchmarks" / "growth.json", ROOT / "docs" / "growth.svg"
TIMES = 9
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 430, 60, 24, 250, 50
COLOURS = ("#0b5394", "#a33b00", "#2f6b1f", "#6a2c91", "#7a5a00", "#8c1d40", "#005f73")


def questions() -> dict[str, str]:
    """What is asked: of single records first, then lists of a hundred rows, whatever the size."""
    from agreements.models import Agreement, Event  # noqa: PLC0415
    from sosa_registry.ledger.reading import pin  # noqa: PLC0415

    slug = Agreement.objects.filter(slug__contains="-usa-").order_by("slug")[5].slug
    event = Event.objects.filter(agreement=slug).order_by("slug")[0].slug
    return {
        "an agreement with all its parts": f"/api/v1/agreements/{slug}/",
        "history of an agreement": f"/api/v1/agreements/{slug}/history/",
        "an event": f"/api/v1/events/{event}/",
        "change feed, 50 revisions": f"/api/v1/revisions/?after={pin().revision // 2}",
        "100 agreements": "/api/v1/agreements/?page_size=100",
        "100 events by date": "/api/v1/events/?page_size=100&ordering=-date",
        "100 citations by source": "/api/v1/citations/?page_size=100&ordering=source",
    }


def measure() -> None:
    """Ask each question several times; keep the medians under the size."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosa_registry.settings")
    os.environ.setdefault("SECRET_KEY", "for measuring only " * 4)
    django.setup()
    from agreements.models import Agreement  # noqa: PLC0415
    from benchmarks.contend import OURS, Question, cost_of  # noqa: PLC0415

    size = 10 ** round(math.log10(Agreement.objects.count()))
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    # Counts of a list are kept until the next revision; so they are here after the first time.
    costs = {
        name: cost_of(Question(name, {OURS: place}, {"Cache-Control": "no-cache"}), TIMES)
        for name, place in questions().items()
    }
    kept[str(size)] = {name: round(cost.processor, 1) for name, cost in costs.items()}
    KEPT.write_text(json.dumps(dict(sorted(kept.items(), key=lambda one: int(one[0]))), indent=1))


def slope(points: list[tuple[int, float]]) -> float:
    """Of the straight line through the logarithms that fits best."""
    across = [math.log10(size) for size, _ in points]
    up = [math.log10(taken) for _, taken in points]
    middle, height = sum(across) / len(across), sum(up) / len(up)
    return sum((x - middle) * (y - height) for x, y in zip(across, up, strict=True)) / sum(
        (x - middle) ** 2 for x in across
    )


def draw(kept: dict[str, dict[str, float]]) -> str:
    """The figures as SVG: size across, milliseconds up, both in powers of ten."""
    sizes = [int(size) for size in kept]
    lines = {
        name: [(size, kept[str(size)][name]) for size in sizes if name in kept[str(size)]]
        for name in kept[str(sizes[-1])]
    }
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    low, high = math.log10(sizes[0]), math.log10(sizes[-1])
    most = math.ceil(math.log10(max(taken for points in lines.values() for _, taken in points)))

    def place(size: float, taken: float) -> tuple[float, float]:
        x = LEFT + (math.log10(size) - low) / (high - low) * (right - LEFT)
        return x, bottom - math.log10(max(taken, 1)) / most * (bottom - TOP)

    told = "; ".join(
        f"{name}: " + ", ".join(f"{taken} ms at {size:,}" for size, taken in points)
        for name, points in lines.items()
    )
    made = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="title desc" font-family="sans-serif" font-size="13">',
        '<title id="title">Time of an answer against the size of the registry</title>',
        f'<desc id="desc">{escape(told)}.</desc>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for power in range(most + 1):
        y = place(sizes[0], 10**power)[1]
        made.append(f'<path d="M{LEFT} {y:.1f}H{right}" stroke="#ccc"/>')
        made.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10**power} ms</text>')
    for size in sizes:
        x = place(size, 1)[0]
        made.append(f'<path d="M{x:.1f} {TOP}V{bottom}" stroke="#ccc"/>')
        made.append(f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{size:,}</text>')
    middle = (LEFT + right) / 2
    made.append(f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">agreements</text>')
    ends = sorted(lines, key=lambda name: -lines[name][-1][1])
    below = 0.0
    for name in ends:
        points, colour = lines[name], COLOURS[[*lines].index(name) % len(COLOURS)]
        where = [place(*point) for point in points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in where)
        made.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        made += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in where]
        below = max(where[-1][1] + 4, below + 17)  # labels never lie on each other
        said = f"{escape(name)} ({slope(points):+.2f})"
        made.append(f'<text x="{right + 10}" y="{below:.1f}" fill="{colour}">{said}</text>')
    return "\n".join([*made, "</svg>", ""])


def main() -> None:
    """Measure, keep, draw, say the slopes."""
    if "--draw" not in sys.argv:
        measure()
    kept = json.loads(KEPT.read_text())
    if len(kept) > 1:
        DRAWN.write_text(draw(kept))
    for name in kept[max(kept, key=int)]:
        points = [(int(size), one[name]) for size, one in kept.items()]
        row = " | ".join(f"{taken:.0f}" for _, taken in points)
        fit = f"{slope(points):+.2f}" if len(points) > 1 else ""
        print(f"| {name} | {row} | {fit} |")


if __name__ == "__main__":
    main()
