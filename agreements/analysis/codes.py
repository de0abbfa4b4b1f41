"""How far a country's code of conduct was on a day: in place, not yet, no longer, or not known.

A code's record says its present status and since when. Of the days before, only a code in place
says something: that it was not in place yet. A date that is not exact leaves some days open.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from agreements.models import CodeOfConduct
from sosa_registry.ledger.reading import Pin

NO_CODE = "no code of conduct is recorded"
COMES_LATER = "code of conduct came later"
INSTITUTED = "code of conduct being instituted"
ENDED = "code of conduct ended"
PERHAPS_IN_PLACE = "not certain that the code of conduct was in place by then"
PERHAPS_ENDED = "not certain whether the code of conduct had ended by then"


@dataclass(frozen=True)
class CodeStage:
    """A code on a day. `in_place` is True, False (see `waits_for`) or None: not known."""

    slug: str
    title: str
    since: str
    in_place: bool | None
    waits_for: str = ""


def codes_on(pinned: Pin, as_of: date, countries: Iterable[str]) -> dict[str, CodeStage]:
    """Each country's code on a day; the furthest one speaks where it has several. One statement."""
    found: dict[str, CodeStage] = {}
    stored = CodeOfConduct.ever.known_at(pinned.revision).filter(country__in=set(countries))
    for code in stored.order_by("slug"):
        made = stage(code, as_of)
        if made and _further(made, found.get(code.country_id)):
            found[code.country_id] = made
    return found


def stage(code: CodeOfConduct, as_of: date) -> CodeStage | None:
    """How far a code was on the day; None where the record says nothing of that day.

    In place: not yet before the first day it can be, not known until the last. Being instituted:
    not yet. Ended: no longer, but not known until the last day that can be the end. Without a date
    the status is taken as it is stated.
    """
    begun = code.since_earliest is None or code.since_earliest <= as_of
    sure = begun and (code.since_latest is None or code.since_latest <= as_of)
    if code.status == CodeOfConduct.Status.IN_PLACE:
        said = (True, "") if sure else (None, PERHAPS_IN_PLACE) if begun else (False, COMES_LATER)
    elif not begun:
        return None
    elif code.status == CodeOfConduct.Status.ENDED:
        said = (False, ENDED) if sure else (None, PERHAPS_ENDED)
    else:
        said = (False, INSTITUTED)
    return CodeStage(code.slug, code.title, code.since, *said)


def _further(one: CodeStage, other: CodeStage | None) -> bool:
    order = [False, None, True]
    return other is None or order.index(one.in_place) > order.index(other.in_place)
