"""The ledger as resources: revisions, what each did field by field, and the history of records.

`revisions/?after=N` is the change feed: another system asks for what came after the last number it
has seen, in ascending order, and misses nothing, because numbers are gapless and in commit order.
"""

import re

from django import forms
from django.db.models import Count, OuterRef, Subquery
from django.http import Http404
from django_filters import Filter
from rest_framework import serializers

from sosa_registry.ledger import history
from sosa_registry.ledger.models import Revision, Version

from .filters import ChoiceFilter, Documented, RecordFilters
from .serializers import RecordListSerializer
from .views import RecordList, Resource

NUMBER = re.compile(r"\d{1,15}", re.ASCII)


class CountsSerializer(serializers.Serializer):
    """How many records a revision touched, by what it did to them."""

    created = serializers.IntegerField(help_text="Records it created.")
    changed = serializers.IntegerField(help_text="Records it changed.")
    deleted = serializers.IntegerField(help_text="Records it deleted.")


class RevisionSerializer(serializers.ModelSerializer):
    """One committed change of the registry."""

    counts = CountsSerializer(read_only=True, help_text="The same, by what was done.")
    takes_bare_rows = False

    class Meta:
        model = Revision
        list_serializer_class = RecordListSerializer
        fields = (
            "number",
            "at",
            "actor",
            "approver",
            "kind",
            "reason",
            "changes",
            "counts",
            "previous_hash",
            "hash",
        )

    def prepare(self, rows: list[Revision]) -> None:
        """What these revisions did.

        Most did one thing only: two looks into an index say which, and they did it to all that they
        touched. Versions are counted for those that did several, so never for a load.
        """
        self.counted = {row.number: dict.fromkeys(Version.Operation.values, 0) for row in rows}
        own = Version.objects.filter(revision=OuterRef("number"))
        first, last = (
            Subquery(own.order_by(order).values("operation")[:1])
            for order in ("operation", "-operation")
        )
        asked = Revision.objects.filter(number__in=self.counted).order_by()
        several = []
        for number, changes, least, most in asked.annotate(least=first, most=last).values_list(
            "number", "changes", "least", "most"
        ):
            if least != most:
                several.append(number)
            elif least:
                self.counted[number][least] = changes
        versions = Version.objects.filter(revision__in=several).order_by()
        for number, operation, count in versions.values_list("revision", "operation").annotate(
            Count("pk")
        ):
            self.counted[number][operation] = count

    def to_representation(self, instance):
        """One revision as a dict."""
        self.prepare([instance])
        return self.row(instance)

    def row(self, instance) -> dict:
        """A prepared revision as a dict."""
        own = {"counts": self.counted[instance.number]}
        return {name: own.get(name) or getattr(instance, name) for name in self.Meta.fields}


class FieldChangeSerializer(serializers.Serializer):
    """One column of a record, before and after; empty where there was nothing."""

    field = serializers.CharField(help_text="The column.")
    before = serializers.CharField(help_text="What it said before.")
    after = serializers.CharField(help_text="What it said after.")


class ChangeSerializer(serializers.ModelSerializer):
    """What one revision did to one record, field by field."""

    fields_changed = FieldChangeSerializer(many=True, read_only=True)
    takes_bare_rows = False

    class Meta:
        model = Version
        list_serializer_class = RecordListSerializer
        fields = ("record_type", "key", "operation", "fields_changed")

    def get_fields(self):
        """`fields` is a word of the framework's, so the member is declared under another."""
        made = super().get_fields()
        made["fields"] = made.pop("fields_changed")
        made["fields"].help_text = "Every column that differs, before and after."
        return made

    def prepare(self, rows: list[Version]) -> None:
        """The state each of these versions replaced, in one statement."""
        replaced = Version.objects.filter(
            record_type__in={row.record_type for row in rows},
            key__in={row.key for row in rows},
            superseded_by__in={row.revision_id for row in rows},
        ).exclude(operation=Version.Operation.DELETED)
        columns = ("record_type", "key", "superseded_by", "state")
        self.before = {tuple(row[:3]): row[3] for row in replaced.values_list(*columns)}

    def row(self, instance: Version) -> dict:
        """A prepared version as a dict."""
        name = instance.record_type, instance.key, instance.revision_id
        change = history.change_of(instance, self.before.get(name, {}))
        return {
            "record_type": change.record_type,
            "key": change.key,
            "operation": change.operation,
            "fields": [
                {"field": each.name, "before": each.before, "after": each.after}
                for each in change.fields
            ],
        }


class HistorySerializer(ChangeSerializer):
    """One change of a record: in which revision, when, by whom, why, and field by field."""

    revision = serializers.IntegerField(help_text="The revision that made the change.")
    at = serializers.DateTimeField(help_text="When, in UTC.")
    actor = serializers.CharField(help_text="Who, by name.")
    approver = serializers.CharField(help_text="Who approved it; often empty.")
    kind = serializers.ChoiceField(Revision.Kind.choices, help_text="What sort of change.")
    reason = serializers.CharField(help_text="Why, in the actor's words.")

    class Meta(ChangeSerializer.Meta):
        fields = (
            "revision",
            "at",
            "actor",
            "approver",
            "kind",
            "reason",
            *ChangeSerializer.Meta.fields,
        )

    def row(self, instance: Version) -> dict:
        """A prepared version as a dict."""
        made = instance.revision
        return {
            "revision": made.number,
            "at": made.at,
            "actor": made.actor,
            "approver": made.approver,
            "kind": made.kind,
            "reason": made.reason,
            **super().row(instance),
        }


class NumberField(forms.Field):
    """A count from 0."""

    def clean(self, value):
        """The number, or None. Raises ValidationError."""
        text = (value or "").strip()
        if not text:
            return None
        if not NUMBER.fullmatch(text):
            raise forms.ValidationError(f"“{text[:40]}” is not a number. Allowed: 0 and up.")
        return int(text)


class AfterFilter(Documented, Filter):
    """Only later revisions, in ascending order: the change feed."""

    field_class = NumberField
    schema = {"type": "integer", "minimum": 0}
    sentence = "Only revisions after this number, in ascending order: the change feed."

    def _field_help(self, model) -> str:
        return ""

    def filter(self, qs, value):
        """The feed from there on."""
        return qs if value is None else qs.after(value)


class RevisionFilters(RecordFilters):
    """Filters of the list of revisions."""

    after = AfterFilter()
    kind = ChoiceFilter(Revision.Kind)

    class Meta:
        model = Revision
        fields = []


class RevisionViewSet(Resource):
    """Every committed change of the registry. With `after`, the change feed."""

    queryset = Revision.objects.all()
    serializer_class = RevisionSerializer
    filterset_class = RevisionFilters
    search_fields = ("actor", "reason")
    lookup_field = "number"

    def ordering_columns(self):
        """By number or time, which is the same order."""
        return {"number": "number", "at": "at"}

    def count(self, rows):
        """Numbers have no gap: what follows one is told by subtraction, however many there are."""
        asked = self.request.query_params
        if self.present and not asked.get("kind") and not asked.get("search"):
            return max(0, self.present.revision - int(asked.get("after") or 0))
        return super().count(rows)

    def lookup(self, key):
        """Revisions go by number."""
        if not NUMBER.fullmatch(key):
            raise Http404(f"No revision “{key[:100]}”: revisions go by number.")
        return {"number": int(key)}


class ChangeFilters(RecordFilters):
    """Changes are listed whole."""

    class Meta:
        model = Version
        fields = []


class RevisionChanges(RecordList):
    """What one revision created, changed and deleted, field by field."""

    queryset = Version.objects.all()
    serializer_class = ChangeSerializer
    filterset_class = ChangeFilters

    def ordering_columns(self):
        """In the order in which the records were touched."""
        return {}

    def get_queryset(self):
        """The versions of that revision. Raises Http404 when there is none."""
        number = self.kwargs["number"]
        if not Revision.objects.filter(number=number).exists():
            raise Http404(f"No revision {number} in the registry.")
        return super().get_queryset().filter(revision=number)
