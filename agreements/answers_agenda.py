"""The answer about what lies ahead, typed for the OpenAPI document. `api_agenda` makes it."""

from rest_framework import serializers

from .analysis.agenda import KINDS


class ItemSerializer(serializers.Serializer):
    """One thing ahead."""

    key = serializers.CharField(help_text="Lasting; it stays when a correction moves the day.")
    kind = serializers.ChoiceField(KINDS, help_text="What it is.")
    first = serializers.DateField(help_text="The first day that it can be.")
    last = serializers.DateField(help_text="The last day that it can be.")
    subject = serializers.CharField(help_text="The agreement or, for a check, the source.")
    title = serializers.CharField(help_text="Its title.")
    overdue = serializers.BooleanField(help_text="Of a check: whether its day has passed.")


class UnknownSerializer(serializers.Serializer):
    """Agreements in force of which the terms do not say what lies ahead."""

    reason = serializers.CharField(help_text="Why.")
    count = serializers.IntegerField(help_text="How many.")
    agreements = serializers.ListField(
        child=serializers.CharField(), help_text="Which: the first 100."
    )


class AgendaSerializer(serializers.Serializer):
    """What lies ahead of a day."""

    as_of = serializers.DateField(help_text="The day looked ahead from.")
    within = serializers.CharField(help_text="How far, as asked.")
    until = serializers.DateField(help_text="The last day looked at.")
    revision = serializers.IntegerField(help_text="The revision answered from.")
    items = ItemSerializer(many=True, help_text="By day.")
    unknown = UnknownSerializer(
        many=True, help_text="An unknown term is unknown, not endless: by reason."
    )
