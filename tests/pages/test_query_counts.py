"""Lists ask the same number of statements for two rows and for two hundred."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.analysis import facet_sets
from agreements.models import Agreement, CodeOfConduct, Event, Invocation
from partners.models import Country, Firm, Source
from sosa_registry.ledger.revising import revision

LISTS = [
    *("/", "/countries/?show=all", "/agreements/", "/agreements/?grouping=nato&ordering=title"),
    *("/events/", "/agreements/?columns=evidence.grade&page_size=200&status=none"),
    *("/types/", "/groupings/", "/codes/", "/firms/", "/sources/", "/invocations/", "/changes/"),
    *("/search/?q=made", "/countries/AUS/", "/types/sosa/", "/groupings/nato/"),
]


def statements(client, address: str) -> int:
    """How many statements a page asks once the reference data are known, and nothing else is."""
    client.get("/")
    facet_sets.forget()
    with CaptureQueriesContext(connection) as captured:
        anew = {"Cache-Control": "no-cache"}
        assert client.get(address, headers=anew).status_code == 200
    return len(captured)


def add_many(number: int) -> None:
    """So many more of each record that a list shows."""
    codes = list(Country.objects.exclude(code="USA").values_list("code", flat=True))[:number]
    with revision(actor="tests", reason="Made up"):
        Source.objects.bulk_create(
            Source(
                slug=f"made-{n}", publisher="Made", title=f"Made {n}", kind="news", tier="primary"
            )
            for n in range(number)
        )
        Agreement.objects.bulk_create(
            Agreement(slug=f"made-{code.lower()}", type_id="mou", partner_id=code, title="Made up")
            for code in codes
        )
        Event.objects.bulk_create(
            Event(
                slug=f"made-{code.lower()}-e1",
                agreement_id=f"made-{code.lower()}",
                event="signed",
                date="2020",
            )
            for code in codes
        )
        Firm.objects.bulk_create(
            Firm(slug=f"made-{n}", name=f"Made {n}", country_id="AUS") for n in range(number)
        )
        CodeOfConduct.objects.bulk_create(
            CodeOfConduct(
                slug=f"made-{code.lower()}", country_id=code, title="Made", status="in_place"
            )
            for code in codes
        )
        Invocation.objects.bulk_create(
            Invocation(
                slug=f"made-{n}",
                occurred="2020",
                partner_id="AUS",
                requester_id="USA",
                item="Made",
                account="Made",
                outcome="honoured",
            )
            for n in range(number)
        )


@pytest.mark.parametrize("address", LISTS)
def test_a_list_asks_as_many_statements_for_many_rows_as_for_few(client, registry, address):
    add_many(2)
    few = statements(client, address)
    with revision(actor="tests", reason="Away"):
        for model in (Event, CodeOfConduct, Invocation, Firm, Source):
            model.objects.filter(slug__startswith="made-").delete()
        Agreement.objects.filter(slug__startswith="made-").delete()
    add_many(200)
    assert statements(client, address) == few


def test_the_matrix_asks_six_statements_at_most(client, registry):
    assert statements(client, "/?as_of=2021-08-10&grouping=nato&region=Europe") <= 6
