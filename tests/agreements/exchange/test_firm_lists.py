"""A new edition of a list of firms: compared, decided row by row, recorded in one revision."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from agreements.exchange import firm_lists
from agreements.models import CodeOfConduct, Signatory
from partners.models import Firm
from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.recording import revision
from tests import cast

pytestmark = pytest.mark.django_db
LIST = (
    "name;cage_code;joined;left\n"
    "SAAB Aktiebolag;;;\n"
    "GKN Aerospace Sweden AB;S1234;;\n"
    "Nammo Sweden AB;S7777;2025-03;\n"
    "Kongsberg Maritime AB;;;\n"
)


@pytest.fixture
def code(world):
    """A code that four firms signed; a fifth is recorded and has not."""
    made = CodeOfConduct(slug="coc", country_id="DNK", title="The Danish code", status="in_place")
    with revision(actor="tests", reason="A list of old"):
        made.save()
        for slug, name, cage in (
            ("saab", "Saab AB", ""),
            ("volvo", "Volvo Aero AB", "S1234"),
            ("kongsberg", "Kongsberg Defence AB", ""),
            ("nammo", "Nammo Sweden", ""),
        ):
            Firm(slug=slug, name=name, country_id="DNK", cage_code=cage).save()
            if slug != "nammo":
                Signatory(slug=f"coc-{slug}", code=made, firm_id=slug, joined="2020").save()
    return made


def compared(code, text=LIST):
    return firm_lists.changes(code, firm_lists.read_list("list.csv", text.encode()))


def told(made) -> set[tuple]:
    return {(c.match.change, c.signatory and c.signatory.slug, c.row.get("name", "")) for c in made}


def record(code, made, confirmed, **values):
    says = {"as_of": "2026-05-01", "since": "2025-05-01", "actor": "editor", "reason": "New list"}
    return firm_lists.record(code, made, confirmed, **says | values)


def test_what_became_of_each_firm_is_told(code):
    assert told(compared(code)) == {
        ("unchanged", "coc-saab", "SAAB Aktiebolag"),
        ("renamed", "coc-volvo", "GKN Aerospace Sweden AB"),
        ("left", "coc-kongsberg", ""),
        ("joined", None, "Nammo Sweden AB"),
        ("joined", None, "Kongsberg Maritime AB"),
    }


def test_what_is_confirmed_becomes_one_revision(code):
    made, revisions = compared(code), Revision.objects.count()
    assert record(code, made, [change.id for change in made]) == revisions + 1

    left = Signatory.objects.get(slug="coc-kongsberg")
    assert (left.left, left.joined) == ("[2025-05-01..2026-05-01]", "2020")
    renamed = Firm.objects.get(slug="volvo")
    assert (renamed.name, renamed.aliases) == ("GKN Aerospace Sweden AB", "Volvo Aero AB")
    joined = Signatory.objects.get(firm="nammo")  # a firm that was recorded before
    assert joined.joined == "2025-03"
    new = Signatory.objects.get(firm__name="Kongsberg Maritime AB")
    assert (new.slug, new.joined) == (
        "coc-kongsberg-maritime-ab",
        "[2025-05-01..2026-05-01]",
    )


def test_what_is_not_confirmed_is_not_recorded(code):
    made = compared(code)
    record(code, made, [change.id for change in made if change.match.change == "left"])
    assert Firm.objects.get(slug="volvo").name == "Volvo Aero AB"
    assert Signatory.objects.filter(left="").count() == 2


def test_nothing_confirmed_makes_no_revision(code):
    revisions = Revision.objects.count()
    assert record(code, compared(code), []) is None
    assert Revision.objects.count() == revisions


def test_without_an_edition_before_an_end_is_on_or_before_the_lists_day(code):
    made = compared(code)
    record(code, made, [change.id for change in made], since="")
    assert Signatory.objects.get(slug="coc-kongsberg").left == "[..2026-05-01]"


def test_the_same_list_twice_changes_nothing(code):
    made = compared(code)
    record(code, made, [change.id for change in made])
    assert {change.match.change for change in compared(code)} == {"unchanged"}


def test_a_day_of_leaving_on_the_list_is_taken(code):
    made = compared(code, "name,left\nSaab,2025-12\nVolvo Aero,\nKongsberg Defence,\n")
    assert ("left", "coc-saab", "Saab") in told(made)
    record(code, made, [change.id for change in made])
    assert Signatory.objects.get(slug="coc-saab").left == "2025-12"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("firm\nSaab\n", "Unknown column “firm”"),
        ("cage_code\nS1234\n", "The column “name” is missing"),
        ("name,joined\nSaab,yesterday\n", "Line 2, joined: “yesterday” is not a day"),
        ("name,cage_code\nSaab,12\n", "Line 2, cage_code: “12”: Five capital letters"),
        ("name,joined\n,2020\n", "Line 2, name: empty, and needed"),
        ("", "Allowed: name, cage_code, joined, left"),
    ],
)
def test_a_list_that_is_none_is_refused_with_every_fault(text, said):
    with pytest.raises(ValidationError) as refused:
        firm_lists.read_list("list.csv", text.encode())
    assert said in " ".join(refused.value.messages)


def test_the_admin_compares_and_records_what_is_ticked(client, code):
    client.force_login(cast.account("erika", "editor"))
    address = reverse("admin:agreements_importjob_firms")
    assert client.get(address).status_code == 200
    file = io.BytesIO(LIST.encode())
    file.name = "list.csv"
    sent = {"code": code.pk, "file": file, "as_of": "2026-05-01", "reason": "New list"}
    page = client.post(address, sent)
    assert "Renamed" in page.content.decode()
    renamed = next(c.id for c in page.context["changes"] if c.match.change == "renamed")
    client.post(address, {"asked": page.context["asked"], "yes": [renamed]})
    assert Firm.objects.get(slug="volvo").name == "GKN Aerospace Sweden AB"
    assert Signatory.objects.filter(left="").count() == 3


def test_the_admin_refuses_a_list_by_field(client, code):
    client.force_login(cast.account("erika", "editor"))
    file = io.BytesIO(b"firm\nSaab\n")
    file.name = "list.csv"
    sent = {"code": code.pk, "file": file, "as_of": "2026-05-01", "since": "2026-06-01"}
    page = client.post(reverse("admin:agreements_importjob_firms"), sent | {"reason": "x"})
    shown = page.content.decode()
    assert "Unknown column" in shown
    assert "own day (2026-05-01)" in shown


@pytest.mark.parametrize("page", ["firms", "shipped"])
def test_who_may_not_import_is_refused(client, code, page):
    client.force_login(cast.account("anna", "analyst"))
    assert client.get(reverse(f"admin:agreements_importjob_{page}")).status_code == 403
