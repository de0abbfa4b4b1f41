"""One agreement with everything that the registry says of it: its detail in the API.

All of it but its evidence is read in one statement, as bare rows that the serializers of the lists
write, so that a part says here what it says in its own list.
"""

from collections import defaultdict

from django.db.models import QuerySet
from rest_framework import serializers

from partners.models import Citation
from partners.serializers import CitationSerializer
from sosa_registry.api.parameters import echo
from sosa_registry.api.rows import kind_of
from sosa_registry.asking import Clocks
from sosa_registry.ledger.together import Given, Together

from .analysis.evidence import supported
from .lifecycle import Status
from .models import (
    Agreement,
    Claim,
    CodeOfConduct,
    Commitment,
    Event,
    Invocation,
    Standing,
)
from .serializers import (
    AgreementSerializer,
    ClaimSerializer,
    CodeOfConductSerializer,
    CommitmentSerializer,
    EventSerializer,
    InvocationSerializer,
)


class PeriodSerializer(serializers.ModelSerializer):
    """One status over one stretch of days, derived from events; ends are exclusive."""

    class Meta:
        model = Standing
        fields = (
            "status",
            "event",
            "since",
            "until",
            "possible_from",
            "possible_until",
            "certain_from",
            "certain_until",
        )

    def to_representation(self, instance):
        """A period as a dict."""
        return {name: getattr(instance, name) for name in self.Meta.fields}


class StandingNowSerializer(serializers.Serializer):
    """A status that some reading of the dates gives on the day."""

    status = serializers.ChoiceField(Status.choices, help_text="What the agreement is.")
    certainty = serializers.ChoiceField(
        ["certain", "possible"], help_text="Whether every reading of the dates says so."
    )
    event = serializers.CharField(help_text="The event that gives the status.")
    since = serializers.CharField(help_text="Its date, as known (EDTF).")
    until = serializers.CharField(help_text="The date of what ends it, as known; often empty.")


class AgreementStandingSerializer(serializers.Serializer):
    """An agreement's standing on the day, and all its periods."""

    as_of = serializers.DateField(help_text="The day answered for.")
    known_at = serializers.CharField(allow_null=True, help_text="As asked; null for now.")
    revision = serializers.IntegerField(help_text="The revision answered from.")
    projected = serializers.BooleanField(required=False, help_text="True for a day yet to come.")
    now = StandingNowSerializer(many=True, help_text="Every possible status on the day.")
    periods = PeriodSerializer(many=True, help_text="Every period, in order.")


class BothWaysSerializer(serializers.Serializer):
    """Commitments by who promises whom. An agreement's own replace those of its type."""

    principal_to_partner = CommitmentSerializer(many=True, help_text="What the principal promises.")
    partner_to_principal = CommitmentSerializer(many=True, help_text="What the partner promises.")


class AgreementDetailSerializer(AgreementSerializer):
    """An agreement with everything that the registry says of it."""

    standing = AgreementStandingSerializer(read_only=True, help_text="Derived from its events.")
    commitments = BothWaysSerializer(read_only=True, help_text="What each side promises.")
    events = EventSerializer(many=True, read_only=True, help_text="Its life, in order.")
    codes_of_conduct = CodeOfConductSerializer(
        many=True, read_only=True, help_text="Codes that give effect to it."
    )
    citations = CitationSerializer(many=True, read_only=True, help_text="What it rests on.")
    claims = ClaimSerializer(
        many=True, read_only=True, help_text="What sources assert of it, its events and its code."
    )
    invocations = InvocationSerializer(
        many=True, read_only=True, help_text="Occasions on which it was put to the test."
    )

    def to_representation(self, said):
        """What `everything_of` found, as a dict; `clocks` come with the context."""
        clocks, slug = self.context["clocks"], said["agreement"][0].slug
        context = {"revision": clocks.revision, "present": self.context.get("present")}

        def rows(serializer, found, **prepared):
            one = serializer(context=context)
            vars(one).update(prepared)
            return one.bare_rows(found) if found else []

        def resting(kind, keys):
            found = supported(clocks.revision, kind, keys)
            return {"supported": found.evidence, "cited": found.cited}

        (plain,) = rows(AgreementSerializer, said["agreement"], **resting("agreement", [slug]))
        codes = said["codes"]
        promised = said["commitments"] or said["type_commitments"]
        periods = [dict(zip(_PERIOD, row, strict=True)) for row in said["standing"]]
        day = clocks.as_of.isoformat()
        return {
            **plain,
            "standing": {
                **echo(clocks),
                "now": [
                    _now(period, day)
                    for period in periods
                    if period["possible_from"] <= day < period["possible_until"]
                ],
                "periods": periods,
            },
            "commitments": {
                direction: rows(
                    CommitmentSerializer, [row for row in promised if row.direction == direction]
                )
                for direction in Commitment.Direction.values
            },
            "events": rows(EventSerializer, said["events"], cited=_cited(said["event_sources"])),
            "codes_of_conduct": rows(
                CodeOfConductSerializer, codes, **resting("code", [code.slug for code in codes])
            )
            if codes
            else [],
            "citations": rows(CitationSerializer, said["citations"]),
            "claims": rows(ClaimSerializer, said["claims"]),
            "invocations": rows(
                InvocationSerializer,
                said["invocations"],
                cited=_cited(said["invocation_sources"]),
            ),
        }


_PERIOD = PeriodSerializer.Meta.fields


def _now(period: dict, day: str) -> dict:
    sure = period["certain_from"] <= day < period["certain_until"]
    certainty = "certain" if sure else "possible"
    names = ("event", "since", "until")
    return {"status": period["status"], "certainty": certainty} | {n: period[n] for n in names}


def _cited(rows: list[list[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for subject, source in rows:
        found[subject].append(source)
    return found


_RECORDS = {
    "agreement": Agreement,
    "events": Event,
    "commitments": Commitment,
    "type_commitments": Commitment,
    "codes": CodeOfConduct,
    "citations": Citation,
    "claims": Claim,
    "invocations": Invocation,
}


def _questions() -> dict[str, QuerySet]:
    slug, revision = Given("slug"), Given("revision")
    agreement = Agreement.objects.filter(slug=slug)
    events = Event.objects.filter(agreement=slug)
    codes = CodeOfConduct.ever.known_at(revision).filter(agreement=slug)
    invocations = Invocation.objects.filter(agreement=slug)
    commitments = Commitment.ever.known_at(revision).order_by("-direction", "kind", "mechanism")
    cited = Citation.ever.known_at(revision).order_by("position", "source_id")
    claims = Claim.ever.known_at(revision).order_by()
    whole = cited.filter(locator="").values_list("subject", "source_id")

    def of(rows: QuerySet) -> QuerySet:
        return rows.order_by().values("slug")

    asked = {
        "agreement": agreement,
        "events": events.order_by("date_latest", "slug"),
        "commitments": commitments.filter(agreement=slug),
        # Those of an agreement replace those of its type.
        "type_commitments": commitments.filter(type__in=agreement.order_by().values("type_id")),
        "codes": codes,
        "citations": cited.filter(subject_kind="agreement", subject=slug),
        "invocations": invocations,
    }
    records = {name: rows.values_list(*kind_of(_RECORDS[name])[0]) for name, rows in asked.items()}
    # Each by its own index: a condition that joined them by “or” would read every claim there is.
    about = [
        claims.filter(subject_kind="agreement", subject=slug),
        claims.filter(subject_kind="event", subject__in=of(events)),
        claims.filter(subject_kind="code", subject__in=of(codes)),
    ]
    own, *more = [rows.values_list(*kind_of(Claim)[0]) for rows in about]
    return records | {
        "claims": own.union(*more, all=True).order_by("subject", "property", "slug"),
        "event_sources": whole.filter(subject_kind="event", subject__in=of(events)),
        "invocation_sources": whole.filter(subject_kind="invocation", subject__in=of(invocations)),
        "standing": Standing.objects.known_at(revision)
        .filter(agreement=slug)
        .values_list(*_PERIOD),
    }


_EVERYTHING = Together(_questions)


def everything_of(slug: str, clocks: Clocks) -> dict[str, list]:
    """All that makes up an agreement, as known at the revision. Raises Agreement.DoesNotExist.

    Its own columns, its events and its invocations are the present ones. One statement.
    """
    found = _EVERYTHING.ask(slug=slug, revision=clocks.revision)
    if not found["agreement"]:
        raise Agreement.DoesNotExist
    return found | {
        name: list(map(kind_of(model)[1]._make, found[name])) for name, model in _RECORDS.items()
    }
