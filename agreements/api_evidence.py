"""The API's questions about evidence: reconciliation, practice; and memberships with evidence."""

from collections.abc import Iterator
from dataclasses import asdict

from partners.api import MembershipViewSet, SourceViewSet
from partners.models import Source
from partners.serializers import MembershipSerializer, SourceSerializer
from sosa_registry.api import formats
from sosa_registry.api.pagination import RegistryPagination
from sosa_registry.api.parameters import AS_OF, KNOWN_AT, Parameter, echo, one
from sosa_registry.api.views import with_clocks
from sosa_registry.asking import BadParameter, Clocks
from sosa_registry.ledger import subjects

from . import answers_evidence as answers
from . import filters, serializers, tables
from .analysis.evidence import of_record
from .analysis.practice import practice
from .analysis.reconciliation import VERDICTS, reconcile
from .api_analysis import PRINCIPAL, Question, _cell, _types
from .grading import grade_of

PAGE = Parameter("page", "Which page, from 1.", schema={"type": "integer", "minimum": 1})
PAGE_SIZE = Parameter(
    "page_size", "Results a page: 50 if not said, 500 at most.", schema={"type": "integer"}
)


class ReconciliationView(Question):
    """Every published list and stated count against the registry at the list's own date.

    Direct agreements are compared; what a grouping's agreement would add is shown apart. A count
    is unsettled iff it lies between what is certain and what is possible and these differ.
    """

    serializer_class = answers.ReconciliationSerializer
    columns = tables.RECONCILIATION
    parameters = (
        KNOWN_AT,
        _types(default=()),
        Parameter(
            "source",
            "Only lists of this document.",
            one("source", lambda known: Source.objects.values_list("slug", flat=True)),
            default="",
        ),
        Parameter(
            "verdict",
            "Only lists with this verdict.",
            one("verdict", lambda known: VERDICTS),
            {"type": "string", "enum": list(VERDICTS)},
            "",
        ),
        PAGE,
        PAGE_SIZE,
    )

    def get(self, request):
        """One page of the verdicts, or all of them as a file."""
        asked, (clocks,) = self.read(request)
        found = reconcile(
            clocks.pin, types=asked["type"], source=asked["source"], verdict=asked["verdict"]
        )
        if formats.is_table(request):
            return self.exported(request, self.columns, map(asdict, found), clocks.pin)
        pages = RegistryPagination()
        page = pages.paginate_queryset(found, request, self)
        response = pages.get_paginated_response([asdict(one) for one in page])
        said = {name: value for name, value in echo(clocks).items() if name != "as_of"}
        said.pop("projected", None)
        response.data = {**said, **response.data}
        return response


def _subject_kind() -> Parameter:
    return Parameter(
        "subject_kind",
        "What kind of record: agreement, event, code, country, membership …",
        one("subject_kind", lambda known: subjects.kinds()),
        required=True,
    )


class EvidenceView(Question):
    """How we know: the documents that any record cites, and the claims about it by their stance."""

    serializer_class = answers.RecordEvidenceSerializer
    columns = tables.EVIDENCE
    parameters = (
        KNOWN_AT,
        _subject_kind(),
        Parameter("subject", "The record's natural key, such as sosa-aus or CAN.", required=True),
    )

    def answer(self, asked: dict, clocks: Clocks) -> dict:
        """Citations with their sources, claims by property, and the sum."""
        kind, key = asked["subject_kind"], asked["subject"]
        if "\0" in key or subjects.missing({(kind, key)}):
            raise BadParameter("subject", f"No {kind} “{key[:60]}” in the registry.")
        found = of_record(clocks.revision, kind, key)
        return {
            "known_at": clocks.known_at,
            "revision": clocks.revision,
            "subject_kind": kind,
            "subject": key,
            "evidence": asdict(found.evidence),
            "citations": [
                {
                    "source": cited.source_id,
                    "publisher": cited.source.publisher,
                    "title": cited.source.title,
                    "published_on": cited.source.published_on,
                    "kind": cited.source.kind,
                    "tier": cited.source.tier,
                    "grade": grade_of(cited.source.kind, cited.source.tier),
                    "locator": cited.locator,
                }
                for cited in found.citations
            ],
            "claims": [
                {
                    "property": claimed.property,
                    "yes": claimed.yes,
                    "no": claimed.no,
                    **{
                        stance: [_assertion(claim) for claim in getattr(claimed, stance)]
                        for stance in ("agrees", "qualifies", "disagrees")
                    },
                }
                for claimed in found.claims
            ],
        }

    def rows(self, answer: dict) -> Iterator[dict]:
        """A row for every document cited and every claim."""
        return tables.evidence_rows(answer)


def _assertion(claim) -> dict:
    made = {name: getattr(claim, name) for name in ("value", "as_of", "locator", "note")}
    return {"claim": claim.slug, "source": claim.source_id, "tier": claim.source.tier} | made


class PracticeView(Question):
    """Where what is in force on paper differs from what the rules apply, on one day."""

    serializer_class = answers.PracticeSerializer
    columns = tables.PRACTICE
    parameters = (AS_OF, KNOWN_AT, PRINCIPAL)

    def answer(self, asked: dict, clocks: Clocks) -> dict:
        """Every difference, with the sources of both sides."""
        found = practice(clocks.pin, clocks.as_of, principal=asked["principal"])
        return with_clocks(
            clocks,
            {
                "principal": asked["principal"],
                "differences": [
                    {
                        "country": one.country,
                        "name": one.name,
                        "type": one.type,
                        "difference": one.difference,
                        "cell": _cell(one.cell),
                        "paper_sources": one.paper_sources,
                        "list": one.list,
                        "list_as_of": one.list_as_of,
                        "list_source": one.list_source,
                    }
                    for one in found
                ],
            },
        )

    def rows(self, answer: dict) -> list[dict]:
        """A row for every difference."""
        return answer["differences"]


class EvidencedMembershipViewSet(MembershipViewSet):
    """Who possibly belonged to which grouping on a day, and how that is supported.

    A grouping's own page has every phase.
    """

    serializer_class = serializers.EvidencedMembershipSerializer
    writing_serializer_class = MembershipSerializer
    filterset_class = filters.EvidencedMembershipFilters


class GradedSourceViewSet(SourceViewSet):
    """Published documents that records rest on, and the grade that each gives."""

    serializer_class = serializers.GradedSourceSerializer
    writing_serializer_class = SourceSerializer
    filterset_class = filters.GradedSourceFilters
