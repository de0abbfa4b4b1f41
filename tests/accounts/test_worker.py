"""Long work waits in the database and survives the worker that began it."""

import pytest
from django.core.management import call_command
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from partners.models import Country
from sosa_registry.accounts.management.commands.run_worker import take_up_again

pytestmark = pytest.mark.django_db(transaction=True)


@task()
def count_countries() -> int:
    """A piece of work."""
    return Country.objects.count()


@task()
def stumble() -> None:
    """A piece of work that fails."""
    raise ValueError("no such thing")


def work():
    call_command("run_worker", "--once", verbosity=0)


def test_what_waits_is_done_in_order():
    first, second = count_countries.enqueue(), count_countries.enqueue()
    work()
    for result in (first, second):
        result.refresh()
        assert result.return_value == 0


def test_a_task_that_fails_says_why_and_the_next_is_done():
    bad, good = stumble.enqueue(), count_countries.enqueue()
    work()
    bad.refresh()
    good.refresh()
    assert "no such thing" in bad.errors[0].traceback
    assert good.return_value == 0


def test_what_a_killed_worker_had_begun_is_begun_again_by_its_successor(capsys):
    begun = count_countries.enqueue()
    DBTaskResult.objects.get(pk=begun.id).claim("worker")
    work()
    begun.refresh()
    assert begun.return_value == 0
    assert "Begun again after a restart: 1" in capsys.readouterr().err


def test_what_another_worker_is_doing_is_left_to_it():
    begun = count_countries.enqueue()
    DBTaskResult.objects.get(pk=begun.id).claim("another")
    assert take_up_again("worker") == 0
