"""The registry as a dataset: what there is to have, of when and where, in which files.

The page `/data/` shows it to people, `harvesting` tells it to programs. What is described is the
present state; the package of an earlier one is had with `known_at`.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Exists, Max, Min, OuterRef, Q
from django.urls import reverse

from agreements.models import Agreement, Event
from partners.models import Country
from sosa_registry.api.formats import TABLES as AS_TABLES
from sosa_registry.api.renderers import JSONRenderer
from sosa_registry.api.writing import writable
from sosa_registry.ledger.counting import count_of
from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.reading import Pin

from .package import LICENSE
from .tables import TABLES

NAME = "Registry of defence-supply agreements"
DESCRIPTION = (
    "Reciprocal defence-supply arrangements between the United States and other countries, and "
    "between any others that are recorded: agreements and their types, the dated events that give "
    "them their standing, what each side promises, national codes of conduct, occasions on which "
    "they were put to the test, published lists, and the source of every fact. Every state that "
    "the registry was ever in can be had. Independent; not an official publication."
)
KEYWORDS = (
    *("defence supply", "security of supply", "security of supply arrangement"),
    *("reciprocal defense procurement", "memorandum of understanding", "treaties", "DPAS"),
)


@dataclass(frozen=True)
class File:
    """Something to download: what its format is called, its media type, its path here."""

    format: str
    media_type: str
    path: str

    @property
    def url(self) -> str:
        """Its whole address."""
        return f"{settings.SITE_URL}{self.path}"


@dataclass(frozen=True)
class Part:
    """One table, as the API lists it: which tables of the package, how many rows, its files."""

    name: str
    title: str
    what: str
    tables: tuple[str, ...]
    rows: int
    files: tuple[File, ...]


@dataclass(frozen=True)
class Dataset:
    """What there is to have; days of coverage are those of dated events, None without any."""

    revision: int
    issued: datetime | None
    modified: datetime | None
    first: date | None
    last: date | None
    places: tuple[tuple[str, str], ...]
    package: File
    parts: tuple[Part, ...]

    @property
    def address(self) -> str:
        """Where it is described."""
        return f"{settings.SITE_URL}{reverse('data')}"

    @property
    def citation(self) -> str:
        """How to cite all of it, in the state described."""
        day = f" of {self.modified:%Y-%m-%d}" if self.modified else ""
        return (
            f"{NAME}. Data package, revision {self.revision}{day}. {LICENSE['title']}. "
            f"{self.package.url}?known_at={self.revision}"
        )


def dataset(pinned: Pin) -> Dataset:
    """What there is to have now. A statement for each table that was not counted yet, and three."""
    span = Event.objects.filter(date_latest__lt=date.max).aggregate(
        first=Min("date_latest"), last=Max("date_latest")
    )
    first = Revision.objects.order_by("number").values_list("at", flat=True).first()
    sides = Q(principal=OuterRef("code")) | Q(partner=OuterRef("code"))
    places = Country.objects.filter(Exists(Agreement.objects.filter(sides))).order_by("name")
    package = File("Data package", "application/zip", reverse("api:package"))
    parts = tuple(_part(name, kind.queryset.model, pinned) for name, kind in writable().items())
    return Dataset(
        revision=pinned.revision,
        issued=first,
        modified=pinned.at,
        places=tuple(places.values_list("code", "name")),
        package=package,
        parts=parts,
        **span,
    )


def _part(name: str, model, pinned: Pin) -> Part:
    path = reverse(f"api:{name}-list")
    files = [
        File(kind.format.upper(), kind.media_type, f"{path}?format={kind.format}")
        for kind in AS_TABLES
    ]
    return Part(
        name=name,
        title=str(model._meta.verbose_name_plural).capitalize(),
        what=(model.__doc__ or "").strip().split("\n")[0],
        tables=tuple(table.name for table in TABLES if table.model is model),
        rows=count_of(model.objects.all(), pinned),
        files=(*files, File("JSON", JSONRenderer.media_type, path)),
    )
