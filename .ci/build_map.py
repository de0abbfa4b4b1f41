"""Makes the outline map of the world that the map page draws: `agreements/views/world.json`.

Run it only to make the map anew; what it makes is committed. It needs npm and pycountry:

    .venv/bin/python .ci/build_map.py

Borders are Natural Earth's (public domain) at 1:110 million, as packed by npm's `world-atlas`. They
are projected (Natural Earth projection, Antarctica left out), thinned a border at a time, so that
neighbours still meet, and written as SVG paths in whole units. A country too small to be seen or
missing at that scale gets the middle of its largest part, from the 1:10 million file, as a mark.
"""

import json
import subprocess
import tarfile
import tempfile
from itertools import pairwise
from math import hypot, pi, radians
from pathlib import Path

import pycountry

PACKAGE = "world-atlas@2.0.2"
MADE = Path(__file__).resolve().parent.parent / "agreements" / "views" / "world.json"
WIDTH = 1400  # units across; at most one unit a pixel on the widest page
THIN = 0.9  # units by which a thinned border may stray
SMALL = 110  # square units of its bounding box below which a country gets a mark as well
ANTARCTICA = "010"


def unpacked() -> tuple[dict, dict]:
    """Both scales of the package, fetched from npm."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as packed:
            return tuple(
                json.load(packed.extractfile(f"package/countries-{scale}.json"))
                for scale in ("110m", "10m")
            )


def projected(longitude: float, latitude: float) -> tuple[float, float]:
    """A point in units from the map's middle: the polynomial of the Natural Earth projection."""
    x, p = radians(longitude), radians(latitude)
    p2, p4 = p * p, p**4
    x *= 0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4))
    y = p * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4)))
    unit = WIDTH / (2 * pi * 0.8707)
    return x * unit, -y * unit


def borders(topology: dict) -> list[list[tuple[float, float]]]:
    """Every border as projected points; the file counts each from the last, in quanta."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    made = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append(projected(x * sx + tx, y * sy + ty))
        made.append(line)
    return made


def thinned(line: list) -> list:
    """Ramer, Douglas and Peucker: without points that stray less than allowed."""
    if len(line) < 3:
        return line
    (ax, ay), (bx, by) = line[0], line[-1]
    length = hypot(bx - ax, by - ay)

    def stray(point):
        x, y = point
        if not length:
            return hypot(x - ax, y - ay)
        return abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length

    place = max(range(1, len(line) - 1), key=lambda at: stray(line[at]))
    if stray(line[place]) <= THIN:
        return [line[0], line[-1]]
    return thinned(line[: place + 1])[:-1] + thinned(line[place:])


def rings(geometry: dict, lines: list) -> list[list[tuple[float, float]]]:
    """A country's rings; a border counted backwards is written as its complement."""
    kind = geometry["type"]
    parts = geometry["arcs"] if kind == "MultiPolygon" else [geometry["arcs"]]
    made = []
    for part in parts:
        for ring in part:
            points = []
            for arc in ring:
                line = lines[arc] if arc >= 0 else lines[~arc][::-1]
                points += line[1:] if points else line
            made += parted(points)
    return made


def parted(ring: list) -> list[list]:
    """A ring cut where it crosses the map's edge, each part closed along that edge."""
    runs = [[ring[0]]]
    for before, point in pairwise(ring):
        if abs(point[0] - before[0]) > WIDTH * 0.4:
            runs.append([])
        runs[-1].append(point)
    if len(runs) == 1:
        return runs
    # The ring began in the middle of a part: its last run goes on with its first.
    runs[0] = runs.pop() + runs[0][1:]
    return [run for run in runs if len(run) > 2]


def area(ring: list) -> float:
    """Twice the area that a ring goes round."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)))


def path(parts: list, left: float, top: float) -> str:
    """Rings as one SVG path, in whole units, each point from the last."""
    said = []
    for ring in parts:
        points = [(round(x - left), round(y - top)) for x, y in ring]
        steps = [points[0]]
        for point in points[1:]:
            if point != steps[-1]:
                steps.append(point)
        if len(steps) < 3:
            continue
        deltas = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(steps)]
        # A minus sign separates numbers as well as a space does.
        text = "".join(f"{n}" if n < 0 else f" {n}" for delta in deltas for n in delta)
        said.append(f"M{steps[0][0]} {steps[0][1]}l{text.strip()}z")
    return "".join(said)


def code_of(geometry: dict) -> str:
    """A country's alpha-3 code; empty for a territory that has none."""
    found = pycountry.countries.get(numeric=str(geometry.get("id", "")).zfill(3))
    return found.alpha_3 if found else ""


def main() -> None:
    """Fetch, project, thin, write."""
    coarse, fine = unpacked()
    shapes = coarse["objects"]["countries"]["geometries"]
    shapes = [each for each in shapes if each.get("id") != ANTARCTICA]
    lines = [thinned(line) for line in borders(coarse)]
    outlines = [(code_of(each), rings(each, lines)) for each in shapes]
    every = [point for _, parts in outlines for ring in parts for point in ring]
    left, right = min(x for x, _ in every), max(x for x, _ in every)
    top, bottom = min(y for _, y in every), max(y for _, y in every)
    paths = {code: path(parts, left, top) for code, parts in outlines if code}
    unnamed = "".join(path(parts, left, top) for code, parts in outlines if not code)
    seen = {code: max(map(extent, parts)) for code, parts in outlines if code}
    fine_lines = borders(fine)
    marks = {}
    for geometry in fine["objects"]["countries"]["geometries"]:
        code = code_of(geometry)
        if code and geometry.get("id") != ANTARCTICA and seen.get(code, 0) < SMALL:
            x, y = middle(max(rings(geometry, fine_lines), key=area))
            if y - top < bottom - top:
                marks[code] = [round(x - left), round(y - top)]
    made = {
        "source": f"Natural Earth (public domain), 1:110 million, npm {PACKAGE}",
        "width": round(right - left),
        "height": round(bottom - top),
        "paths": dict(sorted(paths.items())),
        "marks": dict(sorted(marks.items())),
        "unnamed": unnamed,
    }
    MADE.write_text(json.dumps(made, indent=0, separators=(",", ":")) + "\n")
    print(f"{MADE.name}: {MADE.stat().st_size} bytes, {len(paths)} outlines, {len(marks)} marks")


def extent(ring: list) -> float:
    """The area of the box around a ring."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return (max(xs) - min(xs)) * (max(ys) - min(ys))


def middle(ring: list) -> tuple[float, float]:
    """The middle of the box around a ring."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2


if __name__ == "__main__":
    main()
