"""Each table of the data package, its columns declared once: what we export, we can import.

Columns are those of the starting dataset; `added` ones came later and may be absent. A column is
the model's field of the same name (the key's excepted) or `sources`: the documents that the record
cites as a whole, separated by `;`, which are citations.
"""

from dataclasses import dataclass
from functools import cached_property

from agreements import models
from partners import models as partners
from sosa_registry.ledger.fields import ImpreciseDateField
from sosa_registry.ledger.recording import Recorded

SOURCES = "sources"


@dataclass(frozen=True)
class Table:
    """One CSV file: its name, its model, its columns in order, and what identifies a row."""

    name: str
    model: type[Recorded]
    columns: tuple[str, ...]
    key: tuple[str, ...]
    added: tuple[str, ...] = ()
    only: str = ""  # of a model split over two tables, the column that is never empty in this one

    @cached_property
    def fields(self) -> dict:
        """The model's field for each column; `sources` has none."""
        meta, own = self.model._meta, self.model.key_column
        return {
            column: meta.get_field(self.model.key_field if column == own else column)
            for column in self.columns
            if column != SOURCES
        }

    @cached_property
    def required(self) -> frozenset[str]:
        """Columns that a new row cannot do without."""
        return frozenset(
            column
            for column, field in self.fields.items()
            if not (field.blank or field.has_default() or field.null) or column == self.only
        )

    @property
    def has_sources(self) -> bool:
        """Whether the table lists each record's sources."""
        return SOURCES in self.columns

    def kind_of(self, column: str) -> str:
        """The column's type in the data package."""
        field = self.fields.get(column)
        if field is None or isinstance(field, ImpreciseDateField):
            return "string"
        return {"DateField": "date", "PositiveSmallIntegerField": "integer"}.get(
            field.get_internal_type(), "string"
        )


def _table(name, model, columns, key="", **more) -> Table:
    names = tuple(columns.split())
    return Table(name, model, names, tuple(key.split()) or names[:1], **more)


# In the order in which rows can be written: what is referred to comes first.
TABLES = (
    _table(
        "sources",
        partners.Source,
        "source publisher title url published_on retrieved_on kind tier note verified_on",
        added=("verified_on",),
    ),
    _table("countries", partners.Country, "country alpha2 name official_name region aliases"),
    _table("groupings", partners.Grouping, "grouping name kind founded source note"),
    _table(
        "memberships",
        partners.Membership,
        "id grouping country joined left source confidence note",
    ),
    _table("organizations", partners.Organization, "organization name country aliases url note"),
    _table("firms", partners.Firm, "firm name country cage_code aliases note"),
    _table(
        "agreement_types",
        models.AgreementType,
        "type abbreviation name legal_basis instrument order description",
    ),
    _table(
        "type_commitments",
        models.Commitment,
        "type direction kind mechanism enforceability note source",
        key="type direction kind mechanism",
        added=("source",),
        only="type",
    ),
    _table(
        "agreements",
        models.Agreement,
        "agreement type principal partner partner_grouping framework title principal_authority "
        "partner_authority legal_basis binding initial_term extension_term notice_term sources "
        "confidence note",
    ),
    _table(
        "agreement_commitments",
        models.Commitment,
        "agreement direction kind mechanism enforceability note source",
        key="agreement direction kind mechanism",
        only="agreement",
    ),
    _table("events", models.Event, "id agreement event date until sources confidence note"),
    _table(
        "codes_of_conduct",
        models.CodeOfConduct,
        "code country agreement title status since sponsor industry_body sources confidence note",
    ),
    _table("signatories", models.Signatory, "id code firm joined left source note"),
    _table(
        "invocations",
        models.Invocation,
        "invocation occurred agreement partner requester supplier item account outcome instrument "
        "sources confidence",
    ),
    _table(
        "published_lists",
        models.PublishedList,
        "list type grouping as_of kind exhaustive stated_count source confidence note principal "
        "explanation",
        added=("principal", "explanation"),
    ),
    _table(
        "published_list_entries",
        models.ListEntry,
        "list country qualifier note",
        key="list country",
    ),
    _table(
        "claims",
        models.Claim,
        "claim subject_kind subject property value source as_of locator stance note",
    ),
    _table(
        "dpas_facts", models.ProcedureFact, "fact property value source locator confidence note"
    ),
    _table(
        "citations",
        partners.Citation,
        "subject_kind subject source locator position note",
        key="subject_kind subject source locator",
    ),
    _table("redirects", partners.Redirect, "kind old new", key="kind old"),
)
BY_NAME = {table.name: table for table in TABLES}
