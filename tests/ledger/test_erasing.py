"""Erasing a name: gone from every revision, the chain whole, the erasure itself on record."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from sosa_registry.ledger import chain, integrity
from sosa_registry.ledger.actions import keep
from sosa_registry.ledger.erasing import erase_person
from sosa_registry.ledger.models import Revision
from sosa_registry.ledger.recording import revision
from tests import cast

pytestmark = pytest.mark.django_db

WHY = {"actor": "Carla", "reason": "Asked for in writing"}


@pytest.fixture
def rita(db):
    """Rita, who wrote twice and approved once; Bert wrote too."""
    account = User.objects.create_user("rita", "rita@example.org", "pass", first_name="Rita")
    bert = User.objects.create_user("bert")
    keep(cast.source("s1"), actor=account, reason="One")
    keep(cast.source("s2"), actor=account, reason="Two")
    with revision(actor=bert, reason="Three", approver=account):
        cast.source("s3").save()
    return account


def test_a_name_is_gone_from_every_revision_and_the_chain_verifies(rita):
    assert erase_person("rita", **WHY) == 3
    told = " ".join(f"{made.actor} {made.approver}" for made in Revision.objects.all())
    assert "rita" not in told
    assert list(integrity.problems()) == []


def test_what_stands_in_its_place_is_what_the_chain_covers(rita):
    erase_person("rita", **WHY)
    made = Revision.objects.get(number=1)
    assert made.actor == f"sha256:{made.actor_digest}"
    assert (made.actor_salt, made.user_id) == ("", None)
    # Without its salt, a digest is not that of any name one could try.
    assert made.actor_digest != chain.person_digest("rita")


def test_others_keep_their_names(rita):
    erase_person("rita", **WHY)
    assert Revision.objects.get(number=3).actor == "bert"


def test_the_erasure_is_a_revision_of_its_own(rita):
    erase_person("rita", **WHY)
    made = Revision.objects.first()
    assert (made.number, made.kind, made.actor, made.changes) == (4, "erasure", "Carla", 0)
    assert made.reason == "A name was erased from 3 revisions. Asked for in writing"


def test_the_account_is_emptied_and_switched_off(rita):
    erase_person("rita", **WHY)
    account = User.objects.get(pk=rita.pk)
    assert (account.username, account.email, account.first_name) == (f"erased-{rita.pk}", "", "")
    assert not account.is_active
    assert not account.has_usable_password()


def test_a_chain_from_before_names_were_salted_still_verifies(db):
    keep(cast.source("s1"), actor="Rita", reason="One")
    made = Revision.objects.get()
    made.actor_salt, made.actor_digest = "", chain.person_digest("Rita")
    old = chain.revision_hash(made, [each.digest for each in made.versions.all()])
    assert old == chain.revision_hash(made, list(made.versions.values_list("digest", flat=True)))
    assert integrity._is_named("Rita", "", made.actor_digest)


def test_nobody_erases_their_own_name_nor_one_that_is_nowhere(rita):
    with pytest.raises(ValidationError, match="Another admin"):
        erase_person("Carla", **WHY)
    with pytest.raises(ValidationError, match="Nobody here is called “eve”"):
        erase_person("eve", **WHY)
    assert Revision.objects.count() == 3


def test_the_command_erases_and_says_so(rita, capsys):
    call_command("erase_person", "rita", by="Carla", reason="Asked for")
    assert "Erased from 3 revisions" in capsys.readouterr().out
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("erase_person", "rita", by="Carla", reason="Asked for")


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'eve'",
        "actor = 'sha256:0000'",
        "actor = 'sha256:' || actor_digest",
        "actor = 'sha256:' || actor_digest, actor_salt = '', user_id = NULL, reason = 'x'",
        "actor_salt = ''",
        "user_id = NULL",
        "approver = 'sha256:' || approver_digest, approver_salt = ''",
        "actor_digest = 'x', actor = 'sha256:x', actor_salt = '', user_id = NULL",
    ],
)
def test_the_database_lets_a_name_become_its_digest_and_nothing_else(rita, change):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(f"UPDATE ledger_revision SET {change} WHERE number = 1")
