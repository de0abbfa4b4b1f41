"""A list costs the same number of statements for 2 rows and for 200."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import CodeOfConduct, Signatory
from partners.models import Firm, Organization
from sosa_registry.ledger.recording import revision
from tests.api.places import BELOW, LISTS, QUESTIONS, address, ask


@pytest.fixture
def crowded(registry):
    """The dataset, and 200 rows of what it has none of."""
    with revision(actor="tests", reason="A crowd"):
        numbers = range(200)
        Organization.objects.bulk_create(
            Organization(slug=f"org-{n}", name=f"Office {n}", country_id="SWE") for n in numbers
        )
        Firm.objects.bulk_create(
            Firm(slug=f"firm-{n}", name=f"Works {n}", country_id="SWE") for n in numbers
        )
        code = CodeOfConduct.objects.get(slug="coc-swe")
        Signatory.objects.bulk_create(
            Signatory(slug=f"signed-{n}", code=code, firm_id=f"firm-{n}") for n in numbers
        )


def statements(client, place: str, query: str = "") -> int:
    """How many statements an answer takes, once reference data is in memory."""
    ask(client, place, query)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(address(place, query), headers={"Cache-Control": "no-cache"})
    return len(captured)


@pytest.mark.parametrize("place", [*LISTS, *BELOW])
def test_a_list_costs_the_same_for_two_rows_and_for_two_hundred(client, crowded, place):
    few, many = (statements(client, place, f"page_size={size}") for size in (2, 200))

    assert few == many <= 9  # two of them ask where the registry is, before and after


@pytest.mark.parametrize("query", ["", "as_of=2021-08-10&type=sosa", "grouping=nato&rows=all"])
def test_the_matrix_takes_six_statements_at_most(client, registry, query):
    assert statements(client, "matrix", query) <= 6


@pytest.mark.parametrize("place", QUESTIONS)
def test_a_question_takes_few_statements(client, registry, place):
    # A diff is two matrices; pathways asks for codes, firms, procedure and occasions besides one,
    # countries side by side for codes and memberships; checks ask a statement or two a rule.
    most = {"diff": 12, "pathways": 10, "side-by-side": 8, "checks": 45}
    assert statements(client, place) <= most.get(place.partition("/")[0], 7)


def test_a_record_takes_few_statements(client, registry):
    assert statements(client, "agreements/sosa-jpn") <= 20
