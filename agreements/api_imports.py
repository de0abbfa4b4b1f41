"""Imports through the API: upload a file, read what it would do, confirm it."""

from django.core.exceptions import ValidationError
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from sosa_registry.accounts.roles import Action
from sosa_registry.api.pagination import RegistryPagination
from sosa_registry.api.problems import ProblemSerializer, Refused
from sosa_registry.api.renderers import JSONRenderer
from sosa_registry.api.views import Strict

from . import answers_imports as answers
from .api_evidence import PAGE, PAGE_SIZE
from .exchange import jobs
from .models import ImportJob

_MADE = {
    "id": 1,
    "name": "firms.csv",
    "state": "previewed",
    "progress": "",
    "reason": "The list of May",
    "made_at": "2026-05-01T09:00:00Z",
    "rows": 2,
    "counts": {"firms": [2, 0, 0]},
    "problems": [],
    "warnings": [],
    "revision": None,
}
_DONE = _MADE | {"state": "applied", "progress": "Revision 7.", "revision": 7}
AROUND_IT = 64 * 1024  # bytes of the form around the file
TOO_LONG = f"The file is longer than the {jobs.MAX_BYTES} bytes that are taken."
NOT_NOW = {409: ProblemSerializer}
_SENT = {"file": "firms.csv", "table": "firms", "reason": "The list of May"}


def _example(name: str, value: dict, code=None, media_type=None) -> OpenApiExample:
    if code is None:
        return OpenApiExample(name, value=value, request_only=True, media_type=media_type)
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(code)])


class _Imports(Strict, APIView):
    """Only for those who may import; what they see is theirs and never kept by anyone."""

    renderer_classes = [JSONRenderer]
    needs = {"GET": Action.IMPORT, "POST": Action.IMPORT}
    tags = ("imports",)

    def job(self, number: int) -> ImportJob:
        """One import. Raises Http404."""
        found = ImportJob.objects.filter(pk=number).first()
        if found is None:
            raise Http404(f"No import {number}; imports are kept for {jobs.KEPT_FOR.days} days.")
        return found


class FileParser(MultiPartParser):
    """A form with one file, no longer than an import may be."""

    def parse(self, stream, media_type=None, parser_context=None):
        """The members and the file. Raises Refused (413) before a byte of one too long is read.

        One that is too long by less than what may stand around it has to be read to be measured.
        """
        length = int(parser_context["request"].META.get("CONTENT_LENGTH") or 0)
        if length > jobs.MAX_BYTES + AROUND_IT:
            raise Refused(413, TOO_LONG)
        found = super().parse(stream, media_type, parser_context)
        if any(each.size > jobs.MAX_BYTES for each in found.files.values()):
            raise Refused(413, TOO_LONG)
        return found


class ImportsView(_Imports):
    """Imports of tables: nothing is written until a preview is confirmed."""

    parser_classes = [FileParser]
    serializer_class = answers.UploadSerializer

    @extend_schema(
        request=answers.UploadSerializer,
        responses={201: answers.ImportSerializer},
        examples=[
            _example("A file", _SENT, media_type="multipart/form-data"),
            _example("Its preview", _MADE, 201),
        ],
    )
    def post(self, request):
        """Upload a file and get what it would do.

        More than a thousand rows are the worker's: ask again at the import's address. A file with
        errors is taken, too: its state is refused, and `problems` has all of them.
        """
        given = answers.UploadSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        try:
            job = jobs.upload(
                name=said["file"].name,
                content=said["file"].read(),
                user=request.user,
                reason=said["reason"],
                table=said.get("table", ""),
            )
        except ValidationError as error:
            errors = [
                {"pointer": f"/{name}", "detail": sentence}
                for name, sentences in error.message_dict.items()
                for sentence in sentences
            ]
            raise Refused(400, "The upload is not valid.", errors) from error
        return Response(answers.ImportSerializer(job).data, status=201)


class ImportView(_Imports):
    """One import."""

    serializer_class = answers.ImportSerializer

    @extend_schema(responses=answers.ImportSerializer)
    def get(self, request, number: int):
        """What the file would do, or what became of it."""
        return Response(answers.ImportSerializer(self.job(number)).data)


class ImportRowsView(_Imports):
    """The rows of an import."""

    serializer_class = answers.ImportLinesSerializer
    parameters = (PAGE, PAGE_SIZE)

    @extend_schema(responses=answers.ImportLinesSerializer)
    def get(self, request, number: int):
        """Every row of the file: whether it creates, updates, changes nothing or has errors."""
        pages = RegistryPagination()
        page = pages.paginate_queryset(self.job(number).lines, request, self)
        return pages.get_paginated_response(answers.ImportLineSerializer(page, many=True).data)


class ImportConfirmView(_Imports):
    """The confirmation of an import."""

    serializer_class = answers.ConfirmSerializer

    @extend_schema(
        request=answers.ConfirmSerializer,
        responses={200: answers.ImportSerializer, 202: answers.ImportSerializer, **NOT_NOW},
        examples=[
            _example("Read", {"accept_warnings": False}),
            _example("Written", _DONE, 200),
            _example("At work", _MADE | {"state": "confirmed"}, 202),
        ],
    )
    def post(self, request, number: int):
        """Write what the preview shows, all of it in one revision.

        When the registry has changed so that the file would do something else, nothing is written
        and the new preview is answered, to be confirmed again. 202: the worker is at it.
        """
        given = answers.ConfirmSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            job = jobs.confirm(self.job(number), user=request.user, **given.validated_data)
        except jobs.NotNow as refusal:
            raise Refused(409, str(refusal)) from refusal
        code = 202 if job.is_at_work else 200
        return Response(answers.ImportSerializer(job).data, status=code)
