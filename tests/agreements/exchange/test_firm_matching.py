"""Two editions of a list of 200 firms, made up with a fixed seed and the noise that lists have."""

import random
import unicodedata

import pytest

from agreements.exchange.firm_matching import (
    JOINED,
    LEFT,
    LIKELY,
    RENAMED,
    UNCHANGED,
    Named,
    compare,
    score,
    words,
)

PLACES = [
    "Kongsberg",
    "Raufoss",
    "Karlskoga",
    "Linköping",
    "Tampere",
    "Århus",
    "Zürich",
    "Málaga",
    "Łódź",
    "Besançon",
    "Tromsø",
    "Göteborg",
    "Jyväskylä",
    "Norrköping",
    "Münster",
    "Coruña",
    "Evora",
    "Tallinn",
    "Vilnius",
    "Daugava",
    "Gdańsk",
    "Brno",
    "Plzeň",
    "Szeged",
    "Ploiești",
    "Varna",
    "Patras",
    "Nicosia",
    "Valletta",
    "Namur",
]
TRADES = [
    "Defence",
    "Maritime",
    "Aerospace",
    "Optronics",
    "Ammunition",
    "Shipyard",
    "Avionics",
    "Propulsion",
    "Castings",
    "Electronics",
    "Vehicles",
    "Composites",
    "Logistics",
    "Turbines",
    "Radar",
    "Explosives",
    "Bearings",
    "Forgings",
]
FORMS = {
    "Limited": ("Ltd", "Ltd.", "LIMITED"),
    "GmbH": ("GmbH", "Gesellschaft mbH", "GMBH"),
    "AB": ("AB", "Aktiebolag", "A.B."),
    "S.A.": ("SA", "S.A.", "sa"),
    "A/S": ("AS", "A/S", "ApS"),
    "S.p.A.": ("SpA", "S.P.A.", "spa"),
}
SIZE = 200


def typing_error(rng, name: str) -> str:
    """Two letters of a long word the wrong way round, or one lost."""
    long = [word for word in name.split() if len(word) > 6]
    if not long:
        return name
    word = rng.choice(long)
    at = rng.randrange(2, len(word) - 2)
    spoilt = rng.choice(
        [word[:at] + word[at + 1] + word[at] + word[at + 2 :], word[:at] + word[at + 1 :]]
    )
    return name.replace(word, spoilt)


def without_accents(rng, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ø", "o").replace("ł", "l"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def turned(rng, name: str) -> str:
    parts = name.split()
    return " ".join([*parts[1:], parts[0]])


def shouted(rng, name: str) -> str:
    return name.upper()


def ampersand(rng, name: str) -> str:
    return name.replace(" and ", " & ")


NOISE = (typing_error, without_accents, turned, shouted, ampersand, lambda rng, name: name)


@pytest.fixture(scope="module")
def editions():
    """The old list, the new one, and what truly became of each firm."""
    rng = random.Random(20261122)
    every = [f"{place} {trade}" for place in PLACES for trade in TRADES]  # siblings everywhere
    every += [f"{one} and {other} Brothers" for one, other in zip(PLACES, PLACES[7:], strict=False)]
    rng.shuffle(every)
    names = [f"{name} {rng.choice(list(FORMS))}" for name in every]
    old = [
        Named(f"f{n}", name, f"{n:05d}" if rng.random() < 0.4 else "")
        for n, name in enumerate(names[:SIZE])
    ]
    # Parents beside their subsidiaries.
    old[-10:] = [
        Named(firm.key, f"{old[n].name.rpartition(' ')[0]} Holding {form}")
        for n, (firm, form) in enumerate(zip(old[-10:], [*FORMS, *FORMS], strict=False))
    ]
    new, truth = [], {}
    strangers = iter(names[SIZE:])
    for place, firm in enumerate(old):
        key, fate = f"n{place}", rng.random()
        if fate < 0.1:
            truth[firm.key] = (LEFT, None)
        elif fate < 0.2 and firm.identifier:
            new.append(Named(key, next(strangers), firm.identifier))
            truth[firm.key] = (RENAMED, key)
        else:
            name, _, form = firm.name.rpartition(" ")
            name = f"{rng.choice(NOISE)(rng, name)} {rng.choice(FORMS[form])}"
            new.append(Named(key, name, firm.identifier if rng.random() < 0.8 else ""))
            truth[firm.key] = (UNCHANGED, key)
    joined = [Named(f"j{n}", next(strangers)) for n in range(SIZE - len(new))]
    new += joined
    rng.shuffle(new)
    wanted = {(change, key, other) for key, (change, other) in truth.items()}
    wanted |= {(JOINED, None, firm.key) for firm in joined}
    return old, new, wanted


def test_the_editions_are_what_they_should_be(editions):
    old, new, wanted = editions
    assert len(old) == len(new) == SIZE
    assert {change for change, *_ in wanted} == {JOINED, LEFT, RENAMED, UNCHANGED}
    assert sum(one.name == other.name for one in old for other in new) < SIZE / 2


@pytest.mark.parametrize("change", [JOINED, LEFT, RENAMED, UNCHANGED])
def test_what_became_of_200_firms_is_told_with_precision_and_recall(editions, change):
    old, new, wanted = editions
    told = {
        (match.change, match.old and match.old.key, match.new and match.new.key)
        for match in compare(old, new)
    }
    told, wanted = ({one for one in found if one[0] == change} for found in (told, wanted))
    precision, recall = len(told & wanted) / len(told), len(told & wanted) / len(wanted)
    print(f"{change}: precision {precision:.3f}, recall {recall:.3f} of {len(wanted)}")
    assert precision >= 0.95
    assert recall >= 0.95


def test_every_firm_is_told_of_once(editions):
    old, new, _ = editions
    found = compare(old, new)
    assert sorted(match.old.key for match in found if match.old) == sorted(f.key for f in old)
    assert sorted(match.new.key for match in found if match.new) == sorted(f.key for f in new)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Saab AB", "SAAB Aktiebolag"),
        ("Nammo Raufoss AS", "Raufoss Nammo A/S"),
        ("Smith & Jones Ltd.", "Smith and Jones Limited"),
        ("Société Générale S.A.", "Societe Generale SA"),
        ("Rheinmetall Waffe Munition GmbH", "Rheinmettal Waffe Munition"),
        ("Øresund Aero Space", "Oresund Aerospace ApS"),
    ],
)
def test_one_firm_by_two_spellings(one, other):
    assert score(one, other) >= LIKELY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kongsberg Defence AS", "Kongsberg Maritime AS"),
        ("Thales", "Thales Norway"),
        ("Nordic Ship Services", "Nordic Ship Systems"),
        ("BAE Systems Bofors AB", "BAE Systems Hägglunds AB"),
        ("Patria Aviation Oy", "Patria Aerostructures Oy"),
    ],
)
def test_two_firms_with_names_alike(one, other):
    assert score(one, other) < LIKELY


def test_a_known_identifier_decides_before_any_name():
    old = [Named("a", "Volvo Aero", "S1234"), Named("b", "GKN Fasteners", "S9999")]
    new = [Named("x", "GKN Aerospace Sweden", "S1234"), Named("y", "GKN Fasteners", "S5555")]
    found = {(m.change, m.old and m.old.key, m.new and m.new.key) for m in compare(old, new)}
    assert found == {(RENAMED, "a", "x"), (LEFT, "b", None), (JOINED, None, "y")}


def test_an_alias_is_a_name_too():
    old = [Named("a", "GKN Aerospace Sweden", aliases=("Volvo Aero",))]
    [match] = compare(old, [Named("x", "VOLVO AERO AB")])
    assert (match.change, match.score) == (UNCHANGED, 100)


def test_a_name_of_a_legal_form_alone_is_still_a_name():
    assert words("AB") == ["ab"]
