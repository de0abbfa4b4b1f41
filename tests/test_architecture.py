"""The house keeps its shape: layers, file length, one clock, no forbidden rooms."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("sosa_registry", "partners", "agreements")
SOURCES = sorted(
    path
    for folder in (*APPS, "tests", "benchmarks", ".ci")
    for path in (ROOT / folder).rglob("*.py")
    if "vendor" not in path.parts
)
OURS = [path for path in SOURCES if path.relative_to(ROOT).parts[0] in APPS]
LONGEST = 400
# The one module that reads the clock, the commands that time themselves for a person, and how long
# somebody has been signed in, which no record knows of.
READS_THE_CLOCK = {
    "sosa_registry/accounts/sessions.py",
    "sosa_registry/ledger/clock.py",
    "agreements/management/commands/import_registry.py",
}
CLOCK = re.compile(r"\b(timezone\.now|datetime\.now|datetime\.utcnow|date\.today|time\.time)\(")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_go_down_only():
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_file_is_no_longer_than_one_idea(path):
    if "migrations" in path.parts:
        return
    assert len(path.read_text().splitlines()) <= LONGEST


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_module_opens_with_a_paragraph(path):
    text = path.read_text()
    if text.strip():
        assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", OURS, ids=name)
def test_only_one_module_reads_the_clock(path):
    if name(path) not in READS_THE_CLOCK:
        assert not CLOCK.search(path.read_text())


@pytest.mark.parametrize("path", OURS, ids=name)
def test_nothing_is_imported_inside_a_function_or_wholesale(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
            assert not inner, f"{name(path)}, line {node.lineno}"
        if isinstance(node, ast.ImportFrom):
            assert all(alias.name != "*" for alias in node.names)


def test_whoever_uses_a_cache_says_which():
    unnamed = re.compile(r"from django\.core\.cache import (?!caches\b)(?!\w+\.)")
    assert not [name(path) for path in SOURCES if unnamed.search(path.read_text())]


def test_there_is_no_room_for_odds_and_ends():
    forbidden = {"utils", "helpers", "common", "misc", "core"}
    assert not [name(path) for path in SOURCES if {path.stem, *path.parts[-2:-1]} & forbidden]


def test_there_are_no_signals():
    assert not [name(p) for p in OURS if re.search(r"dispatch import|@receiver", p.read_text())]


def test_nothing_names_this_machine_or_reaches_outside():
    outside = re.compile(r"(^|[^\w.])/(work|farm|root)/|\.\./" + "shared")
    kept = [*SOURCES, *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "Makefile"]
    assert not [name(path) for path in kept if outside.search(path.read_text())]
