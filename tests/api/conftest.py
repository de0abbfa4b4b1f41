"""What the shipped dataset has none of, so that every address of the API answers something."""

import pytest

from agreements.models import Signatory
from partners.models import Firm, Organization
from sosa_registry.ledger.reading import pin
from sosa_registry.ledger.recording import revision


@pytest.fixture
def full(registry):
    """The dataset, and an organization, a firm and a signatory made up beside it."""
    with revision(actor="tests", reason="Made up"):
        Organization(slug="ruritanian-ministry", name="Ministry", country_id="SWE").save()
        Firm(slug="ruritanian-works", name="Works", country_id="SWE").save()
        code = Signatory._meta.get_field("code").related_model.objects.get(slug="coc-swe")
        Signatory(slug="swe-works", code=code, firm_id="ruritanian-works", joined="2020").save()


@pytest.fixture
def registry(dataset, db):
    """The shipped dataset, loaded once a module: these tests read."""
    return pin()
