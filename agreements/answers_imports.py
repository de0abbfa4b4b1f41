"""The answers about imports, typed for the OpenAPI document, and what an upload is made of."""

from rest_framework import serializers

from sosa_registry.api.inputs import Exact, Flag, Text

from .exchange.tables import BY_NAME
from .models import ImportJob


class UploadSerializer(Exact):
    """A file to import."""

    file = serializers.FileField(help_text="CSV in UTF-8, an Excel workbook, or a zip of tables.")
    table = serializers.ChoiceField(
        list(BY_NAME),
        required=False,
        help_text="Which table it is; if not said, the file's name, sheets or header say.",
    )
    reason = Text(max_length=2000, help_text="Why, as the revision will say.")


class ConfirmSerializer(Exact):
    """That the preview was read."""

    accept_warnings = Flag(
        required=False, default=False, help_text="What the rules warn of in it is so."
    )


class ImportFaultSerializer(serializers.Serializer):
    """One thing that is wrong, or that a rule warns of."""

    file = serializers.CharField(help_text="The file, and the sheet of a workbook.")
    line = serializers.IntegerField(help_text="The line, from 1; 0 for the whole file.")
    column = serializers.CharField(help_text="The column; empty for the whole row.")
    value = serializers.CharField(help_text="The value.")
    message = serializers.CharField(help_text="What is wrong, what is allowed, the nearest name.")


class ImportSerializer(serializers.Serializer):
    """An import: what the file would do, or what became of it."""

    id = serializers.IntegerField(help_text="Its number.")
    name = serializers.CharField(help_text="Name of the file.")
    state = serializers.ChoiceField(ImportJob.State.values, help_text="How far it is.")
    progress = serializers.CharField(help_text="The same in words.")
    reason = serializers.CharField(help_text="Why, as the revision will say.")
    made_at = serializers.DateTimeField(help_text="When it was uploaded, in UTC.")
    rows = serializers.IntegerField(help_text="How many rows it has.")
    counts = serializers.DictField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="Per table: rows created, changed, unchanged.",
    )
    problems = ImportFaultSerializer(many=True, help_text="Everything that is wrong.")
    warnings = ImportFaultSerializer(many=True, help_text="What the rules warn of.")
    revision = serializers.IntegerField(
        allow_null=True, help_text="The revision it became; null until then."
    )


class ImportLineSerializer(serializers.Serializer):
    """What would be done with one row."""

    table = serializers.CharField(help_text="Its table.")
    line = serializers.IntegerField(help_text="The line it stands on.")
    key = serializers.CharField(help_text="What identifies the record.")
    action = serializers.ChoiceField(
        ["create", "update", "unchanged", "error"], help_text="What would be done with it."
    )
    changes = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(allow_blank=True)),
        help_text="By column: what is there, what would be.",
    )


class ImportLinesSerializer(serializers.Serializer):
    """The rows of an import, a page at a time."""

    count = serializers.IntegerField(help_text="Rows on all pages together.")
    next = serializers.URLField(allow_null=True, help_text="Address of the next page.")
    previous = serializers.URLField(allow_null=True, help_text="Address of the page before.")
    results = ImportLineSerializer(many=True, help_text="The rows of this page.")
