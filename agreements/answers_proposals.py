"""Proposals as JSON: what is sent to draft and to review them, what is answered, and examples."""

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from sosa_registry.api import inputs
from sosa_registry.api.batch import OperationSerializer
from sosa_registry.api.inputs import Exact
from sosa_registry.api.revisions import ChangeSerializer
from sosa_registry.api.serializers import RecordListSerializer
from sosa_registry.ledger import rebasing
from sosa_registry.ledger.forms import KINDS
from sosa_registry.ledger.models import Proposal, Remark

OPERATIONS = [
    {
        "op": "create",
        "resource": "events",
        "data": {"agreement": "sosa-aus", "event": "amended", "date": "2025-05"},
    }
]
DRAFT = {"reason": "The gazette says so", "kind": "event", "operations": OPERATIONS}
_LISTED = {
    "number": 7,
    "author": "anna",
    "records": 1,
    "approver": "",
    "status": "draft",
    "kind": "event",
    "reason": "The gazette says so",
    "base": 12,
    "revision": None,
    "made_at": "2026-11-22T09:00:00Z",
    "changed_at": "2026-11-22T09:00:00Z",
}
_CHANGES = [
    {
        "record_type": "events",
        "key": "sosa-aus-e3",
        "operation": "created",
        "fields": [{"field": "date", "before": "", "after": "2025-05"}],
    }
]
_REMARKS = [{"step": "drafted", "author": "anna", "at": "2026-11-22T09:00:00Z", "text": ""}]
TOLD = {**_LISTED, "changes": _CHANGES, "stale": [], "remarks": _REMARKS}
_CELL = {
    "about": "Ruritania",
    "of": "SOSA",
    "before": "signed since 2020-01-01",
    "after": "in force since 2021-06-01",
}
EFFECTS = {
    "as_of": "2026-11-22",
    "problems": [],
    "matrix": [_CELL],
    "conflicts": [],
    "standing": [],
    "reciprocity": [],
    "lists": [],
}


def sent(value) -> OpenApiExample:
    """An example of a body."""
    return OpenApiExample("A body", value=value, request_only=True)


def answered(value, code: str = "200") -> OpenApiExample:
    """An example of an answer."""
    return OpenApiExample("An answer", value=value, response_only=True, status_codes=[code])


class ProposalSerializer(serializers.ModelSerializer):
    """A proposal, as the list tells it."""

    takes_bare_rows = False

    author = serializers.CharField(source="author.username", help_text="Who drafted it.")
    approver = serializers.CharField(help_text="Who approved it; empty until somebody has.")
    records = serializers.IntegerField(help_text="How many records it would change.")
    number = serializers.IntegerField(source="pk", help_text="Its number.")

    class Meta:
        model = Proposal
        list_serializer_class = RecordListSerializer
        fields = (
            *("number", "status", "kind", "reason", "author", "approver", "records"),
            *("base", "revision", "made_at", "changed_at"),
        )

    def prepare(self, rows) -> None:
        """All comes with the rows."""

    def row(self, one) -> dict:
        """A proposal as a dict."""
        plain = ("status", "kind", "reason", "base", "revision", "made_at", "changed_at")
        return {
            "number": one.pk,
            "author": one.author.username,
            "records": one.records,
            "approver": one.approver.username if one.approver else "",
            **{name: getattr(one, name) for name in plain},
        }

    def to_representation(self, instance):
        """One proposal as a dict."""
        return self.row(instance)


class DraftedSerializer(ChangeSerializer):
    """What it would do to one record, field by field, against what was there when drafted."""


class ThreeWaySerializer(serializers.Serializer):
    """One field that differs: when drafted, now, and as proposed."""

    field = serializers.CharField(help_text="The column.")
    base = serializers.CharField(help_text="What it said when this was drafted.")
    theirs = serializers.CharField(help_text="What it says now.")
    mine = serializers.CharField(help_text="What it is proposed to say.")
    clashes = serializers.BooleanField(help_text="Whether both sides changed it, differently.")
    choice = serializers.CharField(help_text="What `choices` calls this field, to rebase.")


class StaleSerializer(serializers.Serializer):
    """A record that was changed since this was drafted."""

    record_type = serializers.CharField(help_text="The table.")
    key = serializers.CharField(help_text="The record's natural key, as drafted.")
    told = serializers.CharField(help_text="What became of it.")
    choice = serializers.CharField(
        help_text="What `choices` calls the record as such, where one side is gone; else empty."
    )
    fields_differing = ThreeWaySerializer(many=True, help_text="Every field that differs.")


class RemarkSerializer(serializers.Serializer):
    """One step of its discussion."""

    step = serializers.ChoiceField(Remark.Step.choices, help_text="What was done.")
    author = serializers.CharField(help_text="By whom.")
    at = serializers.DateTimeField(help_text="When, in UTC.")
    text = serializers.CharField(help_text="What was said; often empty.")


class ProposalDetailSerializer(ProposalSerializer):
    """A proposal with all that it would change, what overtook it, and its discussion."""

    changes = DraftedSerializer(many=True, help_text="Each record, field by field.")
    stale = StaleSerializer(many=True, help_text="Records changed since; empty: up to date.")
    remarks = RemarkSerializer(many=True, help_text="Its discussion, oldest first.")

    class Meta(ProposalSerializer.Meta):
        fields = (*ProposalSerializer.Meta.fields, "changes", "stale", "remarks")

    def row(self, one) -> dict:
        """A proposal as a dict."""
        stale = rebasing.stale(one) if one.is_open else []
        return {
            **super().row(one),
            "changes": [_change(rebasing.told_of(each)) for each in one.changes.all()],
            "stale": [_stale(each) for each in stale],
            "remarks": [
                {
                    "step": each.step,
                    "author": each.author.username,
                    "at": each.at,
                    "text": each.text,
                }
                for each in one.remarks.select_related("author")
            ],
        }


def _change(told) -> dict:
    fields = [{"field": f.name, "before": f.before, "after": f.after} for f in told.fields]
    return {
        "record_type": told.record_type,
        "key": told.key,
        "operation": told.operation,
        "fields": fields,
    }


def _stale(one: rebasing.Stale) -> dict:
    return {
        "record_type": one.change.record_type,
        "key": one.change.key,
        "told": one.told,
        "choice": one.choice(rebasing.WHOLE) if one.is_whole else "",
        "fields_differing": [
            {
                "field": row.name,
                **{name: getattr(row, name) for name in ("base", "theirs", "mine", "clashes")},
                "choice": one.choice(row.name),
            }
            for row in one.fields
        ],
    }


class OperationsSerializer(Exact):
    """Operations to add to a draft."""

    operations = OperationSerializer(
        many=True, min_length=1, max_length=1000, help_text="In order."
    )


class DraftSerializer(OperationsSerializer):
    """Operations to draft, and why."""

    reason = inputs.Text(max_length=2000, help_text="Why; it becomes the reason of the revision.")
    kind = inputs.Choice(KINDS, default="event", help_text="What sort of change.")


class StepSerializer(Exact):
    """What goes with a step."""

    comment = inputs.Text(required=False, allow_blank=True, default="", help_text="What to say.")
    accept_warnings = inputs.Flag(
        required=False, default=False, help_text="To approve: what rules warn of is accepted."
    )
    choices = serializers.DictField(
        child=serializers.ChoiceField(["mine", "theirs"]),
        required=False,
        default=dict,
        help_text="To rebase: whose is to stand, by the names that `stale` gives.",
    )


class ConsequenceSerializer(serializers.Serializer):
    """One answer of the registry, before and after."""

    about = serializers.CharField(help_text="Of what: a country, an agreement, a list …")
    of = serializers.CharField(help_text="Of which part of it.")
    before = serializers.CharField(help_text="What the registry answers now.")
    after = serializers.CharField(help_text="What it would answer.")


class EffectsSerializer(serializers.Serializer):
    """What would follow; nothing was written."""

    as_of = serializers.DateField(help_text="The day asked about: today.")
    problems = serializers.ListField(
        child=serializers.CharField(), help_text="Why it could not be written; empty: it could."
    )
    matrix = ConsequenceSerializer(many=True, help_text="Cells that would change.")
    conflicts = ConsequenceSerializer(many=True, help_text="Conflicts with lists and claims.")
    standing = ConsequenceSerializer(many=True, help_text="Periods of the agreements touched.")
    reciprocity = ConsequenceSerializer(many=True, help_text="Labels between their parties.")
    lists = ConsequenceSerializer(many=True, help_text="Verdicts on published lists.")
