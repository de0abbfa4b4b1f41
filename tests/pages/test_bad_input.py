"""Questions that cannot be answered: a calm page, the field named, the rest of the form kept."""

import re
from html import unescape

import pytest

from agreements.models import Agreement
from sosa_registry.ledger.revising import revision


@pytest.fixture
def ask(client, registry):
    """The status and text of a page."""

    def asked(address):
        response = client.get(address)
        return response.status_code, unescape(response.content.decode())

    return asked


@pytest.mark.parametrize(
    ("address", "field", "said"),
    [
        ("/?as_of=2021-02-30", "as_of", "“2021-02-30” is not in the calendar."),
        ("/?as_of=99999-01-01", "as_of", "is not a day. Allowed: YYYY-MM-DD"),
        ("/?known_at=2100-01-01T00:00:00Z", "known_at", "It lies in the future"),
        ("/?known_at=99", "known_at", "No revision 99. Allowed: 1 to 1."),
        ("/?known_at=1999-01-01", "known_at", "The registry knew nothing then."),
        ("/?type=soso", "type", "Did you mean sosa?"),
        ("/?grouping=natto", "grouping", "Did you mean nato?"),
        ("/?region=Atlantis", "region", "Allowed: "),
        ("/agreements/?status=alive", "status", "Allowed: "),
        ("/agreements/?partner=ZZZ", "partner", "Unknown value “ZZZ”."),
        ("/groupings/nato/?assume=TWN", "assume", "is not COUNTRY:type, as in TWN:sosa."),
        ("/agreements/?page_size=7", "page_size", "Allowed: "),
        ("/agreements/?min_grade=F", "min_grade", "Allowed: A, B, C, D, E."),
        ("/agreements/?search=" + "x" * 10_000, "search", "At most 200 characters"),
        ("/events/?decade=2011", "decade", "Did you mean"),
        ("/events/?agreement=sosa-auss", "agreement", "Did you mean sosa-aus?"),
        ("/firms/?country=ZZZ", "country", "Unknown value “ZZZ”."),
        ("/sources/?tier=best", "tier", "Allowed: primary, secondary, tertiary."),
        ("/search/?q=" + "x" * 10_000, "q", "Too long. Allowed: 200 characters."),
    ],
)
def test_a_value_that_cannot_be_is_said_beside_its_field(ask, address, field, said):
    status, page = ask(address)
    assert status == 400
    assert f'aria-describedby="error-{field}"' in page
    assert said in re.search(rf'<p class="error" id="error-{field}">(.*?)</p>', page, re.S)[1]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/?asof=2021-01-01", "Unknown parameter. Did you mean as_of?"),
        ("/?as_of=2021-01-01&as_of=2022-01-01", "Given more than once."),
        ("/about/?as_of=2021-01-01", "Unknown parameter."),
        ("/agreements/?known_at=1", "Unknown parameter."),
        ("/agreements/?page=1000000000", "Allowed: 1 to 2."),
        ("/agreements/?page=0", "Allowed: 1 to 2."),
        ("/agreements/?page=two", "Allowed: 1 to 2."),
        ("/agreements/?ordering=colour", "Allowed: "),
        ("/agreements/?columns=colour", "Allowed: "),
    ],
)
def test_a_parameter_without_a_field_is_said_at_the_top(ask, address, said):
    status, page = ask(address)
    assert status == 400
    assert said in page


def test_the_rest_of_the_form_is_kept(ask):
    _, page = ask("/?as_of=2021-02-30&known_at=zz&region=europe&type=sosa")
    assert 'value="2021-02-30"' in page
    assert 'value="zz"' in page
    assert '<option value="Europe" selected>' in page
    assert '<option value="sosa" selected>' in page
    assert page.count('class="error"') == 2


@pytest.mark.parametrize(
    "address",
    [
        *("/countries/ZZZ/", "/agreements/sosa-xxx/", "/types/none/", "/groupings/none/"),
        *("/codes/none/", "/firms/none/", "/sources/none/", "/invocations/none/"),
        *("/changes/99/", "/changes/99999999999999999999/", "/nowhere/"),
    ],
)
def test_a_record_that_is_not_there_is_404(ask, address):
    status, page = ask(address)
    assert status == 404
    assert "Not found" in page


def test_a_country_code_in_small_letters_leads_to_the_country(client, registry):
    response = client.get("/countries/aus/")
    assert response.status_code == 301
    assert response.url == "/countries/AUS/"


def test_markup_and_right_to_left_text_in_a_question_stay_text(client, registry):
    page = client.get(
        "/search/?q=<script>alert(1)</script>%D7%A9%D7%9C%D7%95%D7%9D"
    ).content.decode()
    assert "<script>alert" not in page
    assert "“<bdi>&lt;script&gt;alert(1)" in page


def test_markup_in_a_record_stays_text(client, registry):
    with revision(actor="an editor", reason="Hostile title"):
        agreement = Agreement.objects.get(slug="sosa-aus")
        agreement.title = "<script>alert(1)</script>\u202eelpmaxe"
        agreement.save()
    for address in ("/agreements/sosa-aus/", "/agreements/", "/changes/2/"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<bdi>&lt;script&gt;alert(1)" in page
