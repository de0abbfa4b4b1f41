"""The answers about the registry's own rules, typed for the OpenAPI document."""

from rest_framework import serializers

from .rules import ERROR, WARNING

SEVERITIES = (ERROR, WARNING)


class ViolationSerializer(serializers.Serializer):
    """One record that breaks a rule."""

    rule = serializers.CharField(help_text="The rule's name.")
    severity = serializers.ChoiceField(SEVERITIES, help_text="An error is never so, a warning may.")
    table = serializers.CharField(help_text="The record's table in the data package.")
    key = serializers.CharField(help_text="The record's natural key.")
    column = serializers.CharField(help_text="The column to mend; empty for the whole record.")
    message = serializers.CharField(help_text="What is wrong, and what is allowed.")


class RuleSerializer(serializers.Serializer):
    """One rule, and how many records break it."""

    rule = serializers.CharField(help_text="Its name.")
    severity = serializers.ChoiceField(SEVERITIES, help_text="Errors block, warnings ask.")
    sentence = serializers.CharField(help_text="What it says.")
    violations = serializers.IntegerField(help_text="How many records break it now.")


class ChecksSerializer(serializers.Serializer):
    """Every rule asked, and what breaks it, a page at a time."""

    revision = serializers.IntegerField(help_text="The revision answered from.")
    rules = RuleSerializer(many=True, help_text="The rules that were asked.")
    count = serializers.IntegerField(help_text="Violations on all pages together.")
    next = serializers.URLField(allow_null=True, help_text="Address of the next page.")
    previous = serializers.URLField(allow_null=True, help_text="Address of the page before.")
    results = ViolationSerializer(many=True, help_text="The violations of this page.")
