"""What is exported and imported again changes nothing, whatever the records say."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from agreements.exchange import importing, package, reading
from agreements.exchange.planning import UNCHANGED
from agreements.exchange.tables import TABLES
from agreements.models import CodeOfConduct, Signatory
from partners.models import Citation, Firm, Organization, Redirect
from sosa_registry.ledger.reading import pin
from sosa_registry.ledger.recording import revision

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dataset")]
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\t;,\"'="), max_size=60
)
SAID_IN = ("note", "value", "outcome", "official_name", "description", "instrument")


def said_in(model) -> str:
    """A column of free text."""
    names = {field.name for field in model._meta.fields if not field.choices}
    return next((name for name in SAID_IN if name in names), "")


@pytest.fixture(autouse=True)
def _no_empty_table(dataset):
    """Records of what the shipped dataset has none of."""
    with revision(actor="tests", reason="One of each"):
        Organization(slug="office", name="Office", country_id="SWE").save()
        Firm(slug="works", name="Works", country_id="SWE").save()
        code = CodeOfConduct.objects.get(slug="coc-swe")
        Redirect(kind="firm", old="workshop", new="works").save()
        Signatory(slug="sig", code=code, firm_id="works", joined="2010").save()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(text='=1+1;"a",\r\nb\r', sign=";")
@given(text=TEXTS, sign=st.sampled_from(",;"))
def test_export_and_import_change_nothing(table, text, sign):
    with transaction.atomic():
        with revision(actor="tests", reason="Anything at all"):
            record = table.model.objects.order_by("-pk").first()
            # A citation without a note is in its record's own row.
            empty = "Seen" if table.model is Citation else ""
            if column := said_in(table.model):
                setattr(record, column, text or empty)
            record.save()
        written = dict(package.files(pin()))[f"{table.name}.csv"]
        if sign != ",":
            written = resown(written, sign)
        read = reading.read_upload(f"{table.name}.csv", written.encode())
        tried = importing.rehearse(read, actor="tests", reason="The same")
        transaction.set_rollback(True)
    assert (tried.problems, tried.warnings) == ([], [])
    assert {line.action for line in tried.plan.lines()} == {UNCHANGED}
    assert sum(tried.counts[table.name]) == len(read.rows[table.name]) > 0


def resown(text: str, sign: str) -> str:
    """The same file with another delimiter; a cell that holds it is quoted."""
    lines = reading.rows_of(text, ",")
    return "".join(
        sign.join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"
        for _, cells in lines
    )
