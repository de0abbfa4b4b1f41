"""Old names go on working: pages redirect for good, the API with 308; others stay unknown."""

import pytest

from agreements.models import Agreement
from partners.models import Firm
from partners.naming import merge, rename
from sosa_registry.ledger.actions import keep
from tests import cast

pytestmark = pytest.mark.django_db

WHY = {"actor": "Carla", "reason": "A better name"}


@pytest.fixture
def renamed(world):
    cast.agreement()
    cast.event("sosa-xru", "signed", "2020-01-01")
    return rename(Agreement.objects.get(), to="sosa-rur", **WHY)


def test_an_old_page_redirects_for_good_and_keeps_the_question(renamed, client):
    answer = client.get("/agreements/sosa-xru/?as_of=2020-02-02")
    assert (answer.status_code, answer["Location"]) == (
        301,
        "/agreements/sosa-rur/?as_of=2020-02-02",
    )
    assert client.get(answer["Location"]).status_code == 200


def test_an_old_address_of_the_api_answers_308(renamed, client):
    answer = client.get("/api/v1/agreements/sosa-xru/?as_of=2020-02-02")
    assert (answer.status_code, answer["Location"]) == (
        308,
        "/api/v1/agreements/sosa-rur/?as_of=2020-02-02",
    )


def test_the_history_of_an_old_name_is_still_told(renamed, client):
    told = client.get("/api/v1/agreements/sosa-xru/history/").json()["results"]
    assert told[0]["operation"] == "deleted"


def test_a_firm_merged_away_leads_to_the_other(world, client):
    for slug in ("smiths", "smith-ltd"):
        keep(Firm(slug=slug, name=slug, country_id="XRU"), actor="Anna", reason="A firm")
    gone, kept = Firm.objects.order_by("slug")
    merge(gone, into=kept, **WHY)
    assert client.get("/firms/smith-ltd/")["Location"] == "/firms/smiths/"
    assert client.get("/api/v1/firms/smith-ltd/").status_code == 308


def test_an_unknown_name_stays_unknown(renamed, client):
    assert client.get("/agreements/sosa-nowhere/").status_code == 404
    assert client.get("/api/v1/agreements/sosa-nowhere/").status_code == 404
    assert client.get("/no/such/page/").status_code == 404


def test_a_feed_follows_too(renamed, client):
    answer = client.get("/agreements/sosa-xru/changes.atom")
    assert answer["Location"] == "/agreements/sosa-rur/changes.atom"
