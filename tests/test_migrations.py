"""Migrations say what the models say, and the guards are there when they are done."""

import pytest
from django.core.management import call_command
from django.db import connection

from sosa_registry.ledger import triggers


@pytest.mark.django_db
def test_the_models_have_no_change_without_a_migration():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.django_db
def test_every_trigger_is_there_after_migrating():
    assert triggers.missing(connection) == []
