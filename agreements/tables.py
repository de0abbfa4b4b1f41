"""The answers to the API's questions as tables: which columns, and the rows of an answer.

Each row stands for itself: it names the country by code and name, and says in words of its own what
is *not recorded*, which in JSON is a member that is missing. Lists of records need no such table:
their columns are those of their serializer.
"""

from collections.abc import Iterator

from sosa_registry.api.formats import columns_of

from .analysis.cells import NOT_RECORDED
from .analysis.reference import Reference
from .answers import HitSerializer
from .answers_checks import ViolationSerializer
from .answers_evidence import PracticeDifferenceSerializer, ReconciledSerializer

MATRIX = [
    *("country", "name", "region", "type", "status", "certainty", "alternatives"),
    *("agreement", "agreements", "through", "event", "since"),
    *("practice", "qualifier", "conflicts", "basis", "basis_as_of"),
]
COVERAGE = ["country", "name", "answer", "assumed"]
DIFF = [
    *("change", "country", "name", "type", "agreement"),
    *("before", "before_certainty", "after", "after_certainty", "cause"),
]
TREND = ["as_of", "type", "certain", "possible", "projected"]
SEARCH = columns_of(HitSerializer())
RECONCILIATION = columns_of(ReconciledSerializer())
CHECKS = columns_of(ViolationSerializer())
PRACTICE = columns_of(PracticeDifferenceSerializer())

_NOT_RECORDED = {"status": NOT_RECORDED, "certainty": NOT_RECORDED, "conflicts": 0}


def matrix_rows(answer: dict) -> Iterator[dict]:
    """A row for every country and asked type. One that is not recorded says so in both columns."""
    for row in answer["rows"]:
        named = {name: row[name] for name in ("country", "name", "region")}
        for kind in answer["types"]:
            cell = row["cells"].get(kind, _NOT_RECORDED)
            if cell["certainty"] == NOT_RECORDED:
                cell = cell | {"status": NOT_RECORDED}
            yield {**named, "type": kind, **cell}


def coverage_rows(answer: dict, known: Reference) -> Iterator[dict]:
    """A row for every member: covered, possible, missing, or not_recorded, which is no "no"."""
    said = {code: name for name in ("covered", "possible", "missing") for code in answer[name]}
    said |= dict.fromkeys(answer["not_recorded"], NOT_RECORDED)
    for code in known.country_order(said):
        assumed = code in answer["assumed"]
        yield {"country": code, "name": known.name(code), "answer": said[code], "assumed": assumed}


def diff_rows(answer: dict, known: Reference) -> Iterator[dict]:
    """A row for every difference, with which sort it is."""
    for change in ("entered", "left", "changed"):
        for one in answer[change]:
            named = {"change": change, "country": one.country, "name": known.name(one.country)}
            yield named | {name: getattr(one, name) for name in DIFF if name not in named}


def trend_rows(answer: dict) -> Iterator[dict]:
    """A row for every day and type."""
    for point in answer["points"]:
        for kind in answer["types"]:
            yield {
                "as_of": point["as_of"],
                "type": kind,
                "certain": point["certain"][kind],
                "possible": point["possible"][kind],
                "projected": point.get("projected", False),
            }
