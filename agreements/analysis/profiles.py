"""A country's and an agreement's profile: what their pages show, assembled once.

Standing, memberships, commitments, codes and claims are those known at the revision pinned; titles
and parties of agreements are the present ones.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from agreements.lifecycle import Status
from agreements.models import (
    Agreement,
    Claim,
    CodeOfConduct,
    Commitment,
    Event,
    Invocation,
    Standing,
)
from partners.models import Citation, Country, Membership
from sosa_registry.ledger.reading import Pin

from .cells import Cell
from .matrix import matrix
from .reciprocity import Reciprocity, commitments_of, reciprocity
from .reference import reference


@dataclass
class Arrangement:
    """One agreement as it bears on a country: directly, or through a grouping."""

    agreement: Agreement
    through: str
    periods: list[Standing] = field(default_factory=list)


@dataclass
class CountryProfile:
    """Everything the registry says of one country on a day, for one principal."""

    country: Country
    cells: dict[str, Cell]
    arrangements: list[Arrangement]
    reciprocity: Reciprocity
    codes: list[CodeOfConduct]
    memberships: list[Membership]
    invocations: list[Invocation]
    claims: list[Claim]

    @property
    def conflicts(self) -> list[Claim]:
        """The claims that do not simply agree."""
        return [claim for claim in self.claims if claim.stance != Claim.Stance.AGREES]

    @property
    def in_force(self) -> dict[str, Cell]:
        """The types that hold, certainly or possibly, by slug."""
        return {kind: cell for kind, cell in self.cells.items() if cell.status == Status.IN_FORCE}


@dataclass
class AgreementProfile:
    """Everything the registry says of one agreement."""

    agreement: Agreement
    standing: list[Standing]
    now: list[Standing]
    events: list[Event]
    event_citations: dict[str, list[Citation]]
    citations: list[Citation]
    principal_commitments: list[Commitment]
    partner_commitments: list[Commitment]
    codes: list[CodeOfConduct]
    claims: list[Claim]
    invocations: list[Invocation]
    certain: bool  # whether the status on the day is


def country_profile(pinned: Pin, as_of: date, code: str, principal: str = "USA") -> CountryProfile:
    """The profile of a country. Raises Country.DoesNotExist."""
    country = Country.objects.get(code=code)
    found = matrix(pinned, as_of, principal=principal, countries=[code])
    cells = next((row.cells for row in found.rows if row.country == code), {})
    memberships = list(
        Membership.ever.known_at(pinned.revision)
        .filter(country=code)
        .select_related("grouping", "source")
    )
    arrangements = _arrangements(pinned, code, principal, {m.grouping_id for m in memberships})
    codes = list(CodeOfConduct.ever.known_at(pinned.revision).filter(country=code))
    subjects = {
        "country": [code],
        "agreement": [made.agreement.slug for made in arrangements if not made.through],
        "code": [made.slug for made in codes],
        "membership": [made.slug for made in memberships],
    }
    as_partner = Invocation.objects.filter(partner=code)
    return CountryProfile(
        country=country,
        cells={kind: cells[kind] for kind in reference(pinned).types if kind in cells},
        arrangements=arrangements,
        reciprocity=reciprocity(pinned, as_of, principal, code),
        codes=codes,
        memberships=memberships,
        invocations=list(
            (as_partner | Invocation.objects.filter(requester=code)).select_related(
                "partner", "requester", "agreement"
            )
        ),
        claims=_claims(pinned, subjects),
    )


def _arrangements(pinned: Pin, code: str, principal: str, groupings: set[str]):
    rows = Standing.objects.known_at(pinned.revision).with_principal(principal)
    rows = rows.filter(partner=code) | rows.filter(partner_grouping__in=groupings)
    by_agreement: dict[str, list[Standing]] = defaultdict(list)
    for row in rows.order_by("agreement", "possible_from", "certain_from"):
        by_agreement[row.agreement].append(row)
    agreements = Agreement.objects.filter(slug__in=by_agreement).select_related("type")
    made = [
        Arrangement(agreement, agreement.partner_grouping_id or "", by_agreement[agreement.slug])
        for agreement in agreements
    ]
    return sorted(
        made,
        key=lambda one: (
            one.agreement.type.order,
            one.agreement.type_id,
            bool(one.through),
            one.periods[-1].possible_from,
            one.agreement.slug,
        ),
    )


def agreement_profile(slug: str, pinned: Pin, as_of: date) -> AgreementProfile:
    """The profile of an agreement. Raises Agreement.DoesNotExist."""
    agreement = Agreement.objects.select_related(
        "type", "principal", "partner", "partner_grouping", "framework"
    ).get(slug=slug)
    standing = list(Standing.objects.known_at(pinned.revision).filter(agreement=slug))
    now = [row for row in standing if row.possible_from <= as_of < row.possible_until]
    events = list(agreement.events.order_by("date_latest", "slug"))
    citations = _citations(pinned, {"agreement": [slug], "event": [e.slug for e in events]})
    promised = commitments_of(pinned, {slug: (agreement.type_id,)})[slug]
    codes = list(CodeOfConduct.ever.known_at(pinned.revision).filter(agreement=slug))
    certain = any(row.certain_from <= as_of < row.certain_until for row in now)
    return AgreementProfile(
        agreement=agreement,
        standing=standing,
        now=now,
        events=events,
        event_citations={event.slug: citations["event", event.slug] for event in events},
        citations=citations["agreement", slug],
        principal_commitments=[c for c in promised if c.direction.startswith("principal")],
        partner_commitments=[c for c in promised if c.direction.startswith("partner")],
        codes=codes,
        claims=_claims(
            pinned,
            {
                "agreement": [slug],
                "event": [event.slug for event in events],
                "code": [code.slug for code in codes],
            },
        ),
        invocations=list(agreement.invocations.select_related("partner", "requester")),
        certain=certain,
    )


def _claims(pinned: Pin, subjects: dict[str, Iterable[str]]) -> list[Claim]:
    claims = Claim.ever.known_at(pinned.revision).filter(_about(subjects))
    return list(claims.select_related("source").order_by("subject", "property", "slug"))


def _citations(pinned: Pin, subjects: dict[str, Iterable[str]]) -> dict:
    found = defaultdict(list)
    citations = Citation.ever.known_at(pinned.revision).filter(_about(subjects))
    for citation in citations.select_related("source").order_by("position", "source_id"):
        found[citation.subject_kind, citation.subject].append(citation)
    return found


def _about(subjects: dict[str, Iterable[str]]) -> Q:
    wanted = Q(pk__in=())
    for kind, keys in subjects.items():
        if keys:
            wanted |= Q(subject_kind=kind, subject__in=keys)
    return wanted
