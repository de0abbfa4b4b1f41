"""Writing through the API: POST, PUT, PATCH and DELETE of one record, each one revision.

A write says why in the header `X-Change-Reason` and what sort of change it is in `X-Change-Kind`;
what it does not say is said for it. `X-Accept-Warnings: yes` records what a rule warns of. PUT,
PATCH and DELETE name the state that was read in `If-Match`, so that nobody overwrites what they
have not seen. What is written, `writing` decides; a written record is answered as it is read.
"""

from django.urls import reverse
from rest_framework import status
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from sosa_registry.ledger.conditional import tag
from sosa_registry.ledger.forms import KINDS as CHOSEN_KINDS
from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.revising import Doubts

from .parameters import FORMAT
from .problems import Refused
from .writing import Operation, OperationsRefused, Verb, revision_of, write

REASON, KIND, IF_MATCH = "X-Change-Reason", "X-Change-Kind", "If-Match"
ACCEPT = "X-Accept-Warnings"
LONGEST_REASON = 2_000
KINDS = [kind for kind, _ in CHOSEN_KINDS]


def reason_given(request, usual: str) -> str:
    """Why, from the header; else the usual words. Raises Refused (400)."""
    # Headers arrive as Latin-1; whoever writes more than that sends UTF-8.
    raw = request.headers.get(REASON, "").strip()
    try:
        said = raw.encode("latin-1").decode("utf-8")
    except UnicodeError as error:
        raise _bad(REASON, "Not UTF-8.") from error
    if len(said) > LONGEST_REASON or not said.isprintable():
        raise _bad(REASON, f"At most {LONGEST_REASON} characters, none of them control characters.")
    return said or usual


def kind_given(request, usual: str = Revision.Kind.EVENT) -> str:
    """What sort of change, from the header. Raises Refused (400)."""
    said = request.headers.get(KIND, "").strip() or usual
    if said not in KINDS:
        raise _bad(KIND, f"“{said[:40]}” is unknown. Allowed: {', '.join(KINDS)}.")
    return said


def warnings_accepted(request) -> bool:
    """Whether the header says that what the rules warn of is so. Raises Refused (400)."""
    said = request.headers.get(ACCEPT, "no").strip()
    if said not in ("yes", "no"):
        raise _bad(ACCEPT, f"“{said[:40]}” is unknown. Allowed: yes, no.")
    return said == "yes"


def _bad(header: str, told: str) -> Refused:
    return Refused(400, f"{header}: {told}", [{"header": header, "detail": told}])


def written(
    request, operations: list[Operation], usual: str, usual_kind: str = Revision.Kind.EVENT
) -> tuple[int | None, list]:
    """Apply operations as the request's account and headers say; see `writing.write`."""
    said = {"reason": reason_given(request, usual), "kind": kind_given(request, usual_kind)}
    said["accept_warnings"] = warnings_accepted(request)
    try:
        return write(operations, actor=request.user, **said)
    except Doubts as doubts:
        told = f"Warnings ask: send {ACCEPT}: yes when what is written is so."
        errors = [{"header": ACCEPT, "detail": sentence} for sentence in doubts.messages]
        raise Refused(400, told, errors) from doubts


class Editable:
    """A resource whose records can be written by those who may."""

    writing_serializer_class = None

    @property
    def resource(self) -> str:
        """The resource's name, as in its address."""
        return self.basename

    def allowed_parameters(self):
        """A write has no clocks and no filters."""
        writes = self.request is not None and self.request.method not in SAFE_METHODS
        return [FORMAT.name] if writes else super().allowed_parameters()

    def create(self, request, *args, **kwargs):
        """Create a record. Its key must be free."""
        (record,) = self._write(request, Verb.CREATE, data=request.data)
        response = self._answered(request, record, status.HTTP_201_CREATED)
        response["Location"] = request.build_absolute_uri(
            reverse(f"api:{self.basename}-detail", kwargs=self._addressed(record.key))
        )
        return response

    def update(self, request, *args, **kwargs):
        """Replace a record: what the body leaves out is as in a new one."""
        (record,) = self._write(request, Verb.REPLACE, data=request.data)
        return self._answered(request, record)

    def partial_update(self, request, *args, **kwargs):
        """Change the members that the body names, and no others."""
        (record,) = self._write(request, Verb.PATCH, data=request.data)
        return self._answered(request, record)

    def destroy(self, request, *args, **kwargs):
        """Delete a record and its citations; its history stays."""
        self._write(request, Verb.DELETE, usual_kind=Revision.Kind.CORRECTION)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _write(self, request, verb: str, *, usual_kind=Revision.Kind.EVENT, data=None) -> list:
        key = "" if verb == Verb.CREATE else self.kwargs[self._keyword]
        if_match = None if verb == Verb.CREATE else self._if_match(request)
        done = Operation(verb, self.resource, key, data, if_match)
        usual = f"{Verb(verb).label} {self.resource} {key}".strip() + " through the API"
        try:
            return written(request, [done], usual, usual_kind)[1]
        except OperationsRefused as refused:
            raise refused.faults[0][1] from refused

    @property
    def _keyword(self) -> str:
        return self.lookup_url_kwarg or self.lookup_field

    def _addressed(self, key: str) -> dict:
        return {self._keyword: key}

    def _if_match(self, request) -> str:
        said = request.headers.get(IF_MATCH, "").strip()
        if not said:
            self.get_object()  # what is not there is not found, whatever header is missing
            told = "Say in If-Match which state you read: the ETag of its answer."
            raise Refused(428, told, [{"header": IF_MATCH, "detail": "Needed."}])
        return said

    def _answered(self, request, record, code=status.HTTP_200_OK):
        """The record as it is read at its address."""
        self.action, self.kwargs = "retrieve", self._addressed(record.key)
        response = self.retrieve(request, **self.kwargs)
        response.status_code = code
        response["ETag"] = tag(revision_of(self.resource, record))
        return response
