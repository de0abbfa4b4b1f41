"""What each side has promised the other, whether it is live, and how the two compare.

A commitment counts when its agreement is in force on the day. One by code of conduct is live when
the partner's code is in place, not yet while it is being instituted, and unknown when no code is
recorded or its date is not exact enough (`codes`). Strength: statutory > regulatory > contractual >
agreed > political > voluntary.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from agreements.lifecycle import Status
from agreements.models import Commitment, Standing
from sosa_registry.ledger.reading import Pin

from .codes import NO_CODE, CodeStage, codes_on
from .matrix import members_on

STRONGEST_FIRST = list(Commitment.Enforceability.values)
MUTUAL, ASYMMETRIC, ONE_WAY = "mutual", "asymmetric", "one_way"
NO_COMMITMENT, UNDETERMINED = "none", "undetermined"


@dataclass(frozen=True)
class Promise:
    """One commitment of one side. `live` is True, False (see `waits_for`) or None: not known."""

    agreement: str
    type: str
    kind: str
    mechanism: str
    enforceability: str
    live: bool | None
    waits_for: str = ""
    note: str = ""


@dataclass
class KindOfPromise:
    """One kind of promise, both directions side by side, and the computed label with its reason."""

    kind: str
    a_to_b: list[Promise] = field(default_factory=list)
    b_to_a: list[Promise] = field(default_factory=list)

    @property
    def label(self) -> str:
        """mutual, asymmetric, one_way, none or undetermined: see `label`."""
        return label(self.a_to_b, self.b_to_a)

    @property
    def strongest(self) -> tuple[Promise | None, Promise | None]:
        """What the label compares: each side's firmest live promise."""
        return firmest(self.a_to_b), firmest(self.b_to_a)


@dataclass(frozen=True)
class Reciprocity:
    """The answer for a pair of countries on a day."""

    a: str
    b: str
    kinds: list[KindOfPromise]


def strongest(promises: Iterable[Promise]) -> str | None:
    """The firmest enforceability among live promises, or None when none is live."""
    found = firmest(promises)
    return found.enforceability if found else None


def firmest(promises: Iterable[Promise]) -> Promise | None:
    """The firmest live promise, or None when none is live."""
    live = [promise for promise in promises if promise.live]
    return min(live, key=lambda one: STRONGEST_FIRST.index(one.enforceability), default=None)


def label(a_to_b: list[Promise], b_to_a: list[Promise]) -> str:
    """Compare each side's strongest live promise.

    Both live and equally firm: mutual; both live, not equally firm: asymmetric; one side live:
    one_way; neither: none. Where a side rests on what is not known, the answer is undetermined.
    """
    first, second = strongest(a_to_b), strongest(b_to_a)
    for side, other in ((first, a_to_b), (second, b_to_a)):
        if side is None and any(promise.live is None for promise in other):
            return UNDETERMINED
    if first and second:
        return MUTUAL if first == second else ASYMMETRIC
    return ONE_WAY if first or second else NO_COMMITMENT


def refuse_one_country(a: str, b: str) -> None:
    """A country promises itself nothing. Raises ValueError as “parameter: what is wrong”."""
    if a == b:
        raise ValueError(f"b: The same country as a. Allowed: any other than {a}.")


def reciprocity(pinned: Pin, as_of: date, a: str, b: str) -> Reciprocity:
    """Both directions between two countries. Five statements at most."""
    agreements = _in_force(pinned, as_of, a, b)
    promised = commitments_of(pinned, agreements)
    codes = codes_on(pinned, as_of, {a, b})
    kinds: dict[str, KindOfPromise] = {}
    for slug, (type_slug, principal) in agreements.items():
        for commitment in promised[slug]:
            giver_is_principal = commitment.direction == Commitment.Direction.PRINCIPAL_TO_PARTNER
            giver = principal if giver_is_principal else (b if principal == a else a)
            live, waits_for = _live(commitment, codes.get(giver))
            promise = Promise(
                slug,
                type_slug,
                commitment.kind,
                commitment.mechanism,
                commitment.enforceability,
                live,
                waits_for,
                commitment.note,
            )
            made = kinds.setdefault(commitment.kind, KindOfPromise(commitment.kind))
            (made.a_to_b if giver == a else made.b_to_a).append(promise)
    order = list(Commitment.Kind.values)
    return Reciprocity(a, b, sorted(kinds.values(), key=lambda made: order.index(made.kind)))


def _in_force(pinned: Pin, as_of: date, a: str, b: str) -> dict[str, tuple[str, str]]:
    """Agreements certainly in force between the two: slug to (type, principal)."""
    # A grouping's agreement has no partner. Put in order here: ordered by the database, SQLite
    # would walk all that either country is principal of.
    rows = sorted(
        Standing.objects.known_at(pinned.revision)
        .certain_on(as_of)
        .filter(status=Status.IN_FORCE, principal__in=(a, b), partner__in=(a, b, ""))
        .order_by()
        .values_list("agreement", "type", "principal", "partner", "partner_grouping"),
        key=lambda row: (row[1], row[0]),
    )
    members = members_on(pinned, as_of, {row[4] for row in rows if row[4]})
    return {
        agreement: (kind, principal)
        for agreement, kind, principal, partner, grouping in rows
        if (b if principal == a else a) == partner
        or (grouping and (b if principal == a else a) in members[grouping].certain)
    }


def commitments_of(pinned: Pin, agreements: dict[str, tuple]) -> dict[str, list[Commitment]]:
    """The commitments under each agreement (slug to (type, …)): its own, or else its type's."""
    own: dict[str, list[Commitment]] = {}
    of_type: dict[str, list[Commitment]] = {}
    types = {made[0] for made in agreements.values()}
    stored = Commitment.ever.known_at(pinned.revision)
    for commitment in stored.filter(agreement__in=agreements) | stored.filter(type__in=types):
        if commitment.agreement_id:
            own.setdefault(commitment.agreement_id, []).append(commitment)
        else:
            of_type.setdefault(commitment.type_id, []).append(commitment)
    return {slug: own.get(slug) or of_type.get(made[0], []) for slug, made in agreements.items()}


def _live(commitment: Commitment, code: CodeStage | None) -> tuple[bool | None, str]:
    if commitment.mechanism != Commitment.Mechanism.CODE_OF_CONDUCT:
        return True, ""
    return (code.in_place, code.waits_for) if code else (None, NO_CODE)
