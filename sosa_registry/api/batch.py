"""POST /api/v1/batch/: a list of operations, applied in order, all or nothing, as one revision.

Each operation is what a request of its own would be; what is refused is named by a JSON pointer
into the whole body.
"""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from sosa_registry.ledger.conditional import tag

from . import inputs
from .editing import written
from .problems import ProblemSerializer, Refused
from .schema_headers import ACCEPT_GIVEN, KIND_GIVEN, REASON_GIVEN
from .views import Strict
from .writing import Operation, OperationsRefused, Verb, revision_of

MOST = 1_000
STATUS = {Verb.CREATE: 201, Verb.REPLACE: 200, Verb.PATCH: 200, Verb.DELETE: 204}


class OperationSerializer(inputs.Exact):
    """One thing to do."""

    op = inputs.Choice(Verb.choices, help_text="What to do.")
    resource = inputs.Text(help_text="The resource, as in its address.")
    key = inputs.Text(
        required=False,
        allow_blank=True,
        default="",
        max_length=400,
        help_text="The record's natural key. Not for create, whose key is in the data.",
    )
    if_match = inputs.Text(
        required=False,
        allow_blank=True,
        default="",
        max_length=2_000,
        help_text="The ETag of the state that was read; * for whatever it is. Not for create.",
    )
    data = serializers.DictField(
        required=False, help_text="The members, as the resource's own request has them."
    )

    def validate(self, values):
        """What the operation needs, and no more."""
        deletes, creates = values["op"] == Verb.DELETE, values["op"] == Verb.CREATE
        wrong = {}
        if deletes == ("data" in values):
            wrong["data"] = ["Not for delete." if deletes else "Needed."]
        if creates == bool(values["key"]):
            wrong["key"] = ["Not for create." if creates else "Needed."]
        if creates and values["if_match"]:
            wrong["if_match"] = ["Not for create."]
        if wrong:
            raise serializers.ValidationError(wrong)
        return values


class BatchSerializer(inputs.Exact):
    """Operations that belong together."""

    operations = OperationSerializer(
        many=True,
        min_length=1,
        max_length=MOST,
        help_text=f"Applied in this order; {MOST} at most. No other part of the body is read.",
    )


class DoneSerializer(serializers.Serializer):
    """What one operation did."""

    op = serializers.ChoiceField(Verb.choices, help_text="What was done.")
    resource = serializers.CharField(help_text="To a record of which resource.")
    key = serializers.CharField(help_text="Its natural key.")
    status = serializers.IntegerField(help_text="What a request of its own would have answered.")
    etag = serializers.CharField(
        allow_null=True, help_text="The new state, for If-Match. Null for what is deleted."
    )


class BatchDoneSerializer(serializers.Serializer):
    """What a batch did."""

    revision = serializers.IntegerField(
        allow_null=True, help_text="The revision it became; null when nothing changed."
    )
    results = DoneSerializer(many=True, help_text="Each operation, in order.")


ASKED = {
    "operations": [
        {
            "op": "create",
            "resource": "events",
            "data": {"agreement": "sosa-aus", "event": "amended", "date": "2025-05"},
        },
        {
            "op": "patch",
            "resource": "agreements",
            "key": "sosa-aus",
            "if_match": '"12-9f86d081884c7d659a2feaa0c55ad015"',
            "data": {"note": "Amended in May 2025."},
        },
    ]
}
DONE = {
    "revision": 13,
    "results": [
        {
            "op": "create",
            "resource": "events",
            "key": "sosa-aus-e3",
            "status": 201,
            "etag": '"13-9f86d081884c7d659a2feaa0c55ad015"',
        },
        {
            "op": "patch",
            "resource": "agreements",
            "key": "sosa-aus",
            "status": 200,
            "etag": '"13-9f86d081884c7d659a2feaa0c55ad015"',
        },
    ],
}
REFUSED = (400, 401, 403, 404, 406, 409, 412, 413, 415, 428, 429)


class BatchView(Strict, APIView):
    """Apply a list of operations, all or nothing, as one revision.

    Rules about records beside one another are judged when all is written: a suspension and the
    resumption after it may come together.
    """

    tags = ("batch",)
    headers_taken = (REASON_GIVEN, KIND_GIVEN, ACCEPT_GIVEN)

    @extend_schema(
        operation_id="batch_create",
        request=BatchSerializer,
        responses={200: BatchDoneSerializer, **dict.fromkeys(REFUSED, ProblemSerializer)},
        examples=[
            OpenApiExample("An event and a note", value=ASKED, request_only=True),
            OpenApiExample("Done", value=DONE, response_only=True, status_codes=["200"]),
        ],
    )
    def post(self, request):
        """Apply them. What is wrong is named by a JSON pointer into the body."""
        asked = BatchSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        operations = [_operation(values) for values in asked.validated_data["operations"]]
        _refuse_unread(operations)
        try:
            usual = f"{len(operations)} operations through the API"
            number, records = written(request, operations, usual)
        except OperationsRefused as refused:
            raise pointed(refused) from refused
        return Response(
            {
                "revision": number,
                "results": [
                    _done(operation, record)
                    for operation, record in zip(operations, records, strict=True)
                ],
            }
        )


def _operation(values: dict) -> Operation:
    if_match = None if values["op"] == Verb.CREATE else values["if_match"]
    return Operation(
        values["op"], values["resource"], values["key"], values.get("data", {}), if_match
    )


def _refuse_unread(operations: list[Operation]) -> None:
    """Every operation that overwrites says what it has read. Raises Refused (428)."""
    errors = [
        {"pointer": f"/operations/{place}/if_match", "detail": "Needed."}
        for place, operation in enumerate(operations)
        if operation.if_match == ""
    ]
    if errors:
        raise Refused(428, "Say which state was read: the ETag of its answer.", errors)


def pointed(refused: OperationsRefused) -> Refused:
    """The refusals of single operations as one, each pointing into the body."""
    codes = {refusal.status_code for _, refusal in refused.faults}
    errors = []
    for place, refusal in refused.faults:
        base = f"/operations/{place}"
        for error in refusal.errors:
            pointer = f"{base}/data{error['pointer']}" if "pointer" in error else base
            errors.append({"pointer": pointer, "detail": error["detail"]})
        if not refusal.errors:
            errors.append({"pointer": base, "detail": str(refusal.detail)})
    told = f"{len(refused.faults)} of the operations cannot be done. Nothing was written."
    return Refused(codes.pop() if len(codes) == 1 else 400, told, errors)


def _done(operation: Operation, record) -> dict:
    """What an operation did; the record is None when it is deleted."""
    return {
        "op": operation.verb,
        "resource": operation.resource,
        "key": record.key if record else operation.key,
        "status": STATUS[operation.verb],
        "etag": tag(revision_of(operation.resource, record)) if record else None,
    }
