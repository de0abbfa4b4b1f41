"""The world's outlines for the map, as `.ci/build_map.py` made them from Natural Earth."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class World:
    """SVG paths and marks by alpha-3 code; a mark is for a country too small to be seen."""

    width: int
    height: int
    paths: dict[str, str]
    marks: dict[str, tuple[int, int]]
    unnamed: str


@cache
def world() -> World:
    """The outlines, read once a process."""
    made = json.loads(Path(__file__).with_name("world.json").read_bytes())
    names = ("width", "height", "paths", "marks", "unnamed")
    return World(**{name: made[name] for name in names})
