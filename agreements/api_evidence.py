"""The API's questions about evidence: reconciliation, practice; and memberships with evidence."""

from dataclasses import asdict

from partners.api import MembershipViewSet
from partners.models import Source
from sosa_registry.api.pagination import RegistryPagination
from sosa_registry.api.parameters import AS_OF, FORMAT, KNOWN_AT, Parameter, echo, one, read_all
from sosa_registry.api.views import with_clocks
from sosa_registry.asking import Clocks

from . import answers_evidence as answers
from . import filters, serializers
from .analysis.practice import practice
from .analysis.reconciliation import VERDICTS, reconcile
from .api_analysis import PRINCIPAL, Question, _cell, _types

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
        """One page of the verdicts."""
        asked, (clocks,) = read_all(
            request.query_params, (FORMAT, *self.parameters), self.clock_names, self.known
        )
        found = reconcile(
            clocks.pin, types=asked["type"], source=asked["source"], verdict=asked["verdict"]
        )
        pages = RegistryPagination()
        page = pages.paginate_queryset(found, request, self)
        response = pages.get_paginated_response([asdict(one) for one in page])
        said = {name: value for name, value in echo(clocks).items() if name != "as_of"}
        said.pop("projected", None)
        response.data = {**said, **response.data}
        return response


class PracticeView(Question):
    """Where what is in force on paper differs from what the rules apply, on one day."""

    serializer_class = answers.PracticeSerializer
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


class EvidencedMembershipViewSet(MembershipViewSet):
    """Who possibly belonged to which grouping on a day, and how that is supported.

    A grouping's own page has every phase.
    """

    serializer_class = serializers.EvidencedMembershipSerializer
    filterset_class = filters.EvidencedMembershipFilters
