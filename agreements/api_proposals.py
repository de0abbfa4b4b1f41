"""Proposals through the API: draft operations, look at what would follow, submit, review.

The operations are those of a batch, rehearsed and kept as a draft; nothing is written before
another account approves. Drafts are for curators: nobody else is told of them.
"""

from dataclasses import asdict

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from sosa_registry.accounts.reauthentication import recently_authenticated
from sosa_registry.accounts.roles import Action
from sosa_registry.api.batch import pointed
from sosa_registry.api.filters import ChoiceFilter, RecordFilters
from sosa_registry.api.problems import ProblemSerializer, Refused
from sosa_registry.api.refusals import AskedAgain
from sosa_registry.api.views import RecordList, Strict
from sosa_registry.api.writing import Operation, OperationsRefused, apply_all
from sosa_registry.ledger import clock, review, states
from sosa_registry.ledger.models import Proposal

from . import answers_proposals as told
from .analysis.what_if import what_if

STEPS = ("submit", "withdraw", "approve", "reject", "comment", "rebase")
REFUSED = dict.fromkeys((400, 401, 403, 404, 406, 409, 412, 413, 415, 429), ProblemSerializer)


class ProposalFilters(RecordFilters):
    """Filters of the list of proposals."""

    status = ChoiceFilter(Proposal.Status)

    class Meta:
        model = Proposal
        fields = []


def _body(request, kind) -> dict:
    asked = kind(data=request.data)
    asked.is_valid(raise_exception=True)
    return asked.validated_data


def _applying(values: list[dict]):
    operations = [
        Operation(
            each["op"],
            each["resource"],
            each["key"],
            each.get("data", {}),
            each["if_match"] or None,
        )
        for each in values
    ]
    return lambda: apply_all(operations) and None


def _drafted(work):
    """Do it. Raises Refused, pointing into the body."""
    try:
        return work()
    except OperationsRefused as refused:
        raise pointed(refused) from refused
    except ValidationError as error:
        raise Refused(409, " ".join(error.messages)) from error


def proposals():
    """Every proposal, with what the list shows of it."""
    return Proposal.objects.select_related("author", "approver").annotate(records=Count("changes"))


def _proposal(number: int) -> Proposal:
    found = proposals().filter(pk=number).first() if number < 10**15 else None
    if found is None:
        raise Http404(f"No proposal {str(number)[:20]} in the registry.")
    return found


def _answer(one: Proposal, code: int = 200) -> Response:
    return Response(told.ProposalDetailSerializer(_proposal(one.pk)).data, status=code)


class ProposalsView(RecordList):
    """What was drafted, what waits for review, and what became of it."""

    queryset = Proposal.objects.all()
    serializer_class = told.ProposalSerializer
    filterset_class = ProposalFilters
    search_fields = ("reason", "author__username")
    needs = {"GET": Action.CURATE, "POST": Action.PROPOSE}
    tags = ("proposals",)

    def get_queryset(self):
        """With author and number of records."""
        return proposals()

    def ordering_columns(self):
        """By number or last change."""
        return {"number": "pk", "changed_at": "changed_at"}

    @extend_schema(
        operation_id="proposals_create",
        request=told.DraftSerializer,
        responses={201: told.ProposalDetailSerializer, **REFUSED},
        examples=[told.sent(told.DRAFT), told.answered(told.TOLD, "201")],
    )
    def post(self, request):
        """Draft operations; nothing is written until another account approves."""
        asked = _body(request, told.DraftSerializer)
        write = _applying(asked["operations"])
        said = {name: asked[name] for name in ("reason", "kind")}
        return _answer(_drafted(lambda: review.draft(write, author=request.user, **said)), 201)


class ProposalView(Strict, APIView):
    """One proposal."""

    needs = {"GET": Action.CURATE}
    tags = ("proposals",)

    @extend_schema(
        operation_id="proposals_retrieve",
        responses={200: told.ProposalDetailSerializer, 404: ProblemSerializer},
    )
    def get(self, request, number: int):
        """A proposal, all it would change, what overtook it, and its discussion."""
        return _answer(_proposal(number))


class ProposalOperations(Strict, APIView):
    """Amending a draft."""

    needs = {"POST": Action.PROPOSE}
    tags = ("proposals",)

    @extend_schema(
        operation_id="proposals_operations_create",
        request=told.OperationsSerializer,
        responses={200: told.ProposalDetailSerializer, **REFUSED},
        examples=[told.sent({"operations": told.OPERATIONS}), told.answered(told.TOLD)],
    )
    def post(self, request, number: int):
        """Apply more operations on top of one's own draft, as if it were in force."""
        write = _applying(_body(request, told.OperationsSerializer)["operations"])
        one = _proposal(number)
        return _answer(_drafted(lambda: review.amend(one, write, author=request.user)))


class ProposalPreview(Strict, APIView):
    """What would follow."""

    needs = {"POST": Action.CURATE}
    tags = ("proposals",)

    @extend_schema(
        operation_id="proposals_preview_create",
        request=None,
        responses={200: told.EffectsSerializer, **REFUSED},
        examples=[told.answered(told.EFFECTS)],
    )
    def post(self, request, number: int):
        """Matrix, standing, reciprocity, conflicts and lists, before and after; all is undone."""
        changes = review.changes_of(_proposal(number))
        found = what_if(lambda: states.write(changes), actor=request.user, as_of=clock.today())
        answer = asdict(found)
        del answer["records"]
        return Response(answer)


class ProposalStep(Strict, APIView):
    """A step of review."""

    needs = {"POST": Action.CURATE}
    tags = ("proposals",)

    @extend_schema(
        operation_id="proposals_step_create",
        request=told.StepSerializer,
        responses={200: told.ProposalDetailSerializer, **REFUSED},
        examples=[told.sent({"comment": "The note is dated 2 June."}), told.answered(told.TOLD)],
    )
    def post(self, request, number: int, step: str):
        """Submit, withdraw, approve, reject, comment or rebase. Nobody approves their own."""
        one, asked, who = _proposal(number), _body(request, told.StepSerializer), request.user
        said = asked["comment"]
        done = {
            "submit": lambda: review.submit(one, author=who, comment=said),
            "withdraw": lambda: review.withdraw(one, author=who, comment=said),
            "approve": lambda: review.approve(
                one, approver=who, comment=said, accept_warnings=asked["accept_warnings"]
            ),
            "reject": lambda: review.reject(one, approver=who, comment=said),
            "comment": lambda: review.remark(one, author=who, comment=said),
            "rebase": lambda: review.rebase(one, author=who, choices=asked["choices"]),
        }
        if step not in done:
            raise Http404(f"No step “{step[:40]}”. Allowed: {', '.join(STEPS)}.")
        if step == "approve" and request.auth is None and not recently_authenticated(request):
            raise AskedAgain  # a session, and perhaps an unattended screen; a token is its own
        _drafted(done[step])
        return _answer(one)
