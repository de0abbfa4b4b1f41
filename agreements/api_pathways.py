"""The API's questions about obtaining supply: pathways and reciprocity.

Each reads its parameters, asks one function of `analysis`, and repeats the clocks with the answer.
"""

from collections.abc import Iterator
from dataclasses import asdict

from sosa_registry.api.parameters import AS_OF, KNOWN_AT, Parameter, echo, one
from sosa_registry.api.views import with_clocks
from sosa_registry.asking import BadParameter, Clocks

from . import answers_pathways as answers
from . import tables
from .analysis.pathway_terms import DIRECTIONS, Note, Route, Step
from .analysis.pathways import DISCLAIMER, SCOPE, pathways
from .analysis.reciprocity import KindOfPromise, Promise, reciprocity, refuse_one_country
from .api_analysis import Question


def _country(name: str, description: str, **more) -> Parameter:
    read = one(name, lambda known: known.countries, str.upper)
    return Parameter(name, f"{description} Alpha-3 code.", read, **more)


class PathwaysView(Question):
    """How priority delivery is obtained: ordered routes, each step with its precondition checked.

    A route is open, conditional (`missing` says what) or closed (`missing` says by what). What is
    not known is never read as no. Steps marked `inferred` are reasoned from the sources. This is
    information, not legal advice.
    """

    serializer_class = answers.PathwaysSerializer
    columns = tables.PATHWAYS
    parameters = (
        Parameter(
            "direction",
            "us_buys: a US programme needs supply from abroad. partner_buys: a partner needs it "
            "from the United States.",
            one("direction", lambda known: DIRECTIONS),
            {"type": "string", "enum": list(DIRECTIONS)},
            required=True,
        ),
        _country("country", "The country abroad.", required=True),
        Parameter(
            "firm", "A firm of that country, by its short name. Any if not said.", default=""
        ),
        AS_OF,
        KNOWN_AT,
    )

    def answer(self, asked: dict, clocks: Clocks) -> dict:
        """The routes as plain values."""
        firm = asked["firm"].strip()
        try:
            found = pathways(
                clocks.pin,
                clocks.as_of,
                direction=asked["direction"],
                country=asked["country"],
                firm=firm,
            )
        except ValueError as error:
            raise _bad(error) from error
        return {
            "direction": asked["direction"],
            "country": asked["country"],
            "firm": firm or None,
            **echo(clocks),
            "disclaimer": DISCLAIMER,
            "scope": SCOPE,
            "routes": [_route(route) for route in found.routes],
            "notes": [_note(note) for note in found.notes],
            "track_record": [_occasion(one) for one in found.track_record],
        }

    def rows(self, answer: dict) -> Iterator[dict]:
        """A row for every step of every route."""
        return tables.pathway_rows(answer)


def _bad(error: ValueError) -> BadParameter:
    """The refusal of an analysis, which says “parameter: what is wrong”."""
    name, _, message = str(error).partition(": ")
    return BadParameter(name, message)


def _route(route: Route) -> dict:
    kind = "agreement" if route.rests_on_agreement else "source"
    return {
        "rank": route.rank,
        "route": route.name,
        "title": route.title,
        "when": route.when,
        "verdict": route.verdict,
        "missing": route.missing,
        "basis": route.basis or None,
        "basis_kind": kind if route.basis else None,
        "enforceability": route.enforceability,
        "inferred": route.inferred,
        "steps": [_step(step) for step in route.steps],
    }


def _step(step: Step) -> dict:
    condition = step.condition
    return {
        "actor": step.actor,
        "counterpart": step.counterpart,
        "action": step.text,
        "mechanism": step.mechanism,
        "precondition": {
            "text": condition.text,
            "holds": condition.holds,
            "decisive": condition.decisive,
        },
        **_rule(step),
    }


def _note(note: Note) -> dict:
    return {
        "text": note.text,
        "type": note.type,
        "agreement": note.agreement,
        "qualification": note.qualification,
        **_rule(note),
    }


def _rule(made: Step | Note) -> dict:
    return {
        "rule": made.rule,
        "inferred": made.inferred,
        "facts": [asdict(told) for told in made.told],
        "citations": [cited.source for cited in made.cited],
        "places": [asdict(cited) for cited in made.cited],
    }


def _occasion(occasion) -> dict:
    made = asdict(occasion)
    del made["direction"]
    return made


class ReciprocityView(Question):
    """What each of two countries has promised the other, whether it is live, and how they compare.

    Only agreements certainly in force on the day count. A promise by code of conduct waits until
    the code is in place, and is not known where no code is recorded. The label compares each side's
    firmest live promise: statutory, regulatory, contractual, agreed, political, voluntary.
    """

    serializer_class = answers.ReciprocitySerializer
    columns = tables.RECIPROCITY
    parameters = (
        _country("a", "One country; the United States if not said.", default="USA"),
        _country("b", "The other country.", required=True),
        AS_OF,
        KNOWN_AT,
    )

    def answer(self, asked: dict, clocks: Clocks) -> dict:
        """Both directions as plain values."""
        try:
            refuse_one_country(asked["a"], asked["b"])
        except ValueError as error:
            raise _bad(error) from error
        found = reciprocity(clocks.pin, clocks.as_of, asked["a"], asked["b"])
        kinds = [_kind(kind) for kind in found.kinds]
        return with_clocks(clocks, {"a": found.a, "b": found.b, "kinds": kinds})

    def rows(self, answer: dict) -> Iterator[dict]:
        """A row for every promise."""
        return tables.reciprocity_rows(answer)


def _kind(kind: KindOfPromise) -> dict:
    first, second = kind.strongest
    return {
        "kind": kind.kind,
        "a_to_b": [_promise(promise) for promise in kind.a_to_b],
        "b_to_a": [_promise(promise) for promise in kind.b_to_a],
        "label": kind.label,
        "a_strongest": first.enforceability if first else None,
        "b_strongest": second.enforceability if second else None,
    }


def _promise(promise: Promise) -> dict:
    return {
        "agreement": promise.agreement,
        "type": promise.type,
        "mechanism": promise.mechanism,
        "enforceability": promise.enforceability,
        "live": promise.live,
        **({"waits_for": promise.waits_for} if promise.waits_for else {}),
        "note": promise.note,
    }
