"""Names and orders that every answer needs: countries, types, groupings.

They change only with a revision, so they are read once for each state of the registry and kept.
"""

from dataclasses import dataclass
from functools import lru_cache

from agreements.models import AgreementType
from partners.models import Country, Grouping
from sosa_registry.ledger.reading import Pin


@dataclass(frozen=True)
class Reference:
    """Countries by code, types by slug in the order of columns, groupings by slug."""

    countries: dict[str, Country]
    types: dict[str, AgreementType]
    groupings: dict[str, Grouping]

    @property
    def regions(self) -> list[str]:
        """Every region that a country is in, in order."""
        return sorted({country.region for country in self.countries.values()})

    def country_order(self, codes) -> list[str]:
        """These codes, in the order of the countries' names."""
        return sorted(codes, key=self.name)

    def code_of(self, text: str) -> str:
        """The code of the country that a text names in any way; the text itself when none is."""
        words = text.strip().casefold()
        for code, country in self.countries.items():
            names = (code, country.alpha2, country.name, country.official_name)
            if words in (name.casefold() for name in (*names, *country.alias_list) if name):
                return code
        return text

    def name(self, code: str) -> str:
        """A country's name; the code itself for one that is no longer recorded."""
        return self.countries[code].name if code in self.countries else code


def reference(pinned: Pin) -> Reference:
    """The reference data of the registry's present state. Three statements the first time."""
    return _load(pinned.state)


@lru_cache(maxsize=2)
def _load(state: str) -> Reference:
    return Reference(
        countries={country.code: country for country in Country.objects.order_by("name")},
        types={kind.slug: kind for kind in AgreementType.objects.order_by("order", "slug")},
        groupings={grouping.slug: grouping for grouping in Grouping.objects.order_by("slug")},
    )
