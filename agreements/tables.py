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
SIDE_BY_SIDE = [
    *("about", "key", "line", "country", "name", "answer", "certainty"),
    *("since", "agreement", "note", "differs"),
]
RECIPROCITY = [
    *("kind", "label", "from", "to", "agreement", "type", "mechanism", "enforceability"),
    *("live", "waits_for", "note"),
]
PATHWAYS = [
    *("rank", "route", "title", "when", "verdict", "missing", "basis", "basis_kind"),
    *("enforceability", "step", "actor", "counterpart", "action", "mechanism"),
    *("precondition.text", "precondition.holds", "precondition.decisive"),
    *("rule", "inferred", "citations"),
]
EVIDENCE = [
    *("said_by", "property", "stance", "value", "claim", "source", "publisher", "title"),
    *("published_on", "kind", "tier", "grade", "as_of", "locator", "note"),
]
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


def side_by_side_rows(answer: dict, known: Reference) -> Iterator[dict]:
    """A row for every line and country."""
    for line in answer["lines"]:
        for one in line["answers"]:
            named = {"about": line["about"], "key": line["key"], "line": line["name"]}
            yield {**named, "name": known.name(one["country"]), **one}


def reciprocity_rows(answer: dict) -> Iterator[dict]:
    """A row for every promise, saying who promises whom."""
    for kind in answer["kinds"]:
        of_kind = {"kind": kind["kind"], "label": kind["label"]}
        for giver, taker in (("a", "b"), ("b", "a")):
            for promise in kind[f"{giver}_to_{taker}"]:
                yield {**of_kind, "from": answer[giver], "to": answer[taker], **promise}


def pathway_rows(answer: dict) -> Iterator[dict]:
    """A row for every step of every route; a route without steps is a row too."""
    for route in answer["routes"]:
        own = {name: value for name, value in route.items() if name != "steps"}
        for number, step in enumerate(route["steps"], 1):
            told = {name: step[name] for name in step if name not in ("facts", "places")}
            yield {**own, "step": number, **told}
        if not route["steps"]:
            yield own


def evidence_rows(answer: dict) -> Iterator[dict]:
    """A row for every document cited, then one for every claim; `said_by` says which."""
    for cited in answer["citations"]:
        yield {"said_by": "citation", **cited}
    for claimed in answer["claims"]:
        for stance in ("agrees", "qualifies", "disagrees"):
            for claim in claimed[stance]:
                yield {
                    "said_by": "claim",
                    "property": claimed["property"],
                    "stance": stance,
                    **claim,
                }
