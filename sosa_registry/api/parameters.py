"""Query parameters declared once: how each is read, and how the OpenAPI document describes it.

An analysis endpoint lists its parameters; all that are wrong are refused together. Reading is
`asking`'s, the rules are analysis's: this module only ties names to both.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sosa_registry import asking
from sosa_registry.asking import BadParameter, BadQuery, Clocks
from sosa_registry.ledger.reading import Pin, pin


@dataclass(frozen=True)
class Parameter:
    """One query parameter, and how the OpenAPI document types it.

    `read` takes its text and what is known in the registry, and raises BadParameter.
    """

    name: str
    description: str
    read: Callable[[str, Any], Any] = lambda text, known: text
    schema: dict = field(default_factory=lambda: {"type": "string"})
    default: Any = None
    required: bool = False

    def document(self) -> dict:
        """The parameter in the OpenAPI document."""
        return {
            "name": self.name,
            "in": "query",
            "description": self.description,
            "schema": self.schema,
            **({"required": True} if self.required else {}),
        }

    def value(self, params, known) -> Any:
        """What was asked; the default for nothing. Raises BadParameter."""
        text = params.get(self.name) or ""
        if text.strip():
            return self.read(text, known)
        if self.required:
            raise BadParameter(self.name, f"Needed. {self.description}")
        return self.default


DAY = {"type": "string", "format": "date"}
AS_OF = Parameter("as_of", "The day asked about, YYYY-MM-DD. Today (UTC) if not said.", schema=DAY)
KNOWN_AT = Parameter(
    "known_at",
    "What the registry knew at a revision (digits only) or at an ISO 8601 time. Now if not said.",
)
FORMAT = Parameter("format", "Format of the answer, in place of the Accept header.")
COLUMNS = Parameter("columns", "csv and xlsx: only these columns, separated by commas.")
BOM = Parameter(
    "bom",
    "csv: 0 for a file without a byte order mark, which browsers and spreadsheets look for; or 1.",
    # No default in the document: clients that send defaults would send it with json, too.
    schema={"type": "string", "enum": ["0", "1"]},
)
EXPORTING = (COLUMNS, BOM)

CLOCKS_SCHEMA = {
    "as_of": {**DAY, "description": "The day answered for."},
    "known_at": {"type": ["string", "null"], "description": "As asked; null for now."},
    "revision": {"type": "integer", "minimum": 0, "description": "The revision answered from."},
    "projected": {"type": "boolean", "description": "True for a day yet to come; else absent."},
}


def echo(clocks: Clocks) -> dict:
    """The clocks as every answer repeats them."""
    said = {"as_of": clocks.as_of, "known_at": clocks.known_at, "revision": clocks.revision}
    return {**said, "projected": True} if clocks.projected else said


def day(name: str) -> Callable[[str, Any], Any]:
    """A reader of calendar days."""
    return lambda text, known: asking.read_day(name, text.strip())


def one(name: str, allowed: Callable[[Any], Iterable[str]], fold=str.lower) -> Callable:
    """A reader of one value out of those that are allowed, given what is known."""
    return lambda text, known: asking.one_of(name, text, allowed(known), fold=fold)


def some(name: str, allowed: Callable[[Any], Iterable[str]]) -> Callable:
    """A reader of comma-separated values, at least one."""

    def read(text: str, known) -> list[str]:
        if found := asking.some_of(name, text, allowed(known)):
            return found
        raise BadParameter(name, "Nothing between the commas.")

    return read


def read_all(
    params,
    parameters: Iterable[Parameter],
    clocks: Iterable[tuple[str, str]],
    known: Callable[[Pin], Any],
    present: Pin | None = None,
) -> tuple[dict[str, Any], list[Clocks]]:
    """Read every parameter and each pair of clocks (by the names of its two parameters).

    `known` gives what the readers check against, `present` is the newest state where it has been
    read already. Raises BadQuery naming each parameter that is
    unknown or wrong.
    """
    parameters, asked, read = list(parameters), {}, []
    faults: dict[str, BadParameter] = {}
    try:
        asking.refuse_unknown(params, [each.name for each in parameters])
    except BadQuery as refused:
        faults = {fault.name: fault for fault in refused.faults}
    for names in clocks:
        try:
            read.append(asking.read_clocks(params, *names, present))
        except BadParameter as fault:
            faults.setdefault(fault.name, fault)
    against = known(read[0].pin if read else present or pin())
    for parameter in parameters:
        try:
            asked[parameter.name] = parameter.value(params, against)
        except BadParameter as fault:
            faults.setdefault(fault.name, fault)
    if faults:
        raise BadQuery(list(faults.values()))
    return asked, read
