"""Lists are written from bare rows: the very JSON that instances give, labels beside codes."""

import orjson
import pytest

from sosa_registry.api.renderers import as_json
from sosa_registry.api.serializers import RecordSerializer
from sosa_registry.api_urls import RESOURCES
from sosa_registry.asking import read_clocks
from tests.api.places import ask

RECORDS = {
    name: view
    for name, view in RESOURCES.items()
    if issubclass(view.serializer_class, RecordSerializer)
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_bare_row_says_what_its_instance_says(full, name):
    view = RECORDS[name]
    clocks = read_clocks({})
    context = {"clocks": clocks, "revision": clocks.revision, "present": clocks.pin}
    queryset = view.queryset.order_by("pk")

    bare = view.serializer_class(queryset, many=True, context=context).data
    instances = view.serializer_class(list(queryset), many=True, context=context).data

    assert bare
    assert as_json(bare) == as_json(instances)
    assert [list(row) for row in bare] == [list(row) for row in instances]


@pytest.mark.parametrize("name", RECORDS)
def test_a_row_has_the_members_that_its_schema_types(full, name):
    view = RECORDS[name]
    clocks = read_clocks({})
    context = {"clocks": clocks, "present": clocks.pin}
    one = view.serializer_class(view.queryset[:1], many=True, context=context)
    assert list(orjson.loads(as_json(one.data))[0]) == list(one.child.fields)


def test_a_code_has_its_label_beside_it(client, registry):
    row = ask(client, "agreements", "country=NOR&type=sosa")["results"][0]
    members = list(row)
    for code, label, words in (
        ("type", "type_name", "SOSA"),
        ("principal", "principal_name", "United States"),
        ("partner", "partner_name", "Norway"),
        ("binding", "binding_label", "Not binding"),
        ("confidence", "confidence_label", "High"),
    ):
        assert members.index(label) == members.index(code) + 1
        assert row[label] == words
    assert row["partner_grouping"] is row["partner_grouping_name"] is None
