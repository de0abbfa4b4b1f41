"""Figures of several processes are figures of one registry, whichever of them is asked."""

import os
import re
from signal import SIGKILL

ASKED = re.compile(r'registry_requests_total\{method="GET",place="/healthz",status="200"\} (\S+)')
TOOK = re.compile(r'registry_request_seconds_count\{place="/healthz"\} (\S+)')
TOKEN = {"Authorization": "Bearer a token for figures"}
OFTEN = 24


def figures(site) -> set[tuple[float, ...]]:
    """What is told, asked often enough that every worker is asked."""
    told = set()
    for _ in range(OFTEN):
        answer = site.client().ask("/metrics", **TOKEN)
        assert answer.status == 200
        text = answer.body.decode()
        told.add(tuple(float(kind.search(text)[1]) for kind in (ASKED, TOOK)))
    return told


def ask(site) -> None:
    for _ in range(OFTEN):
        assert site.client().ask("/healthz").status == 200


def test_two_workers_tell_the_same_figures_and_count_everything_once(site):
    ask(site)
    [before] = figures(site)
    ask(site)
    [after] = figures(site)
    assert after == tuple(figure + OFTEN for figure in before)


def test_what_a_worker_had_counted_when_it_was_killed_is_still_counted(site):
    ask(site)
    [before] = figures(site)
    first, second = site.workers()
    os.kill(first, SIGKILL)
    while len(now := site.workers()) < 2 or first in now:
        pass
    site.wait_until_ready()
    ask(site)
    [after] = figures(site)
    assert second in site.workers()
    assert after == tuple(figure + OFTEN for figure in before)


def test_the_registrys_own_figures_are_there_too(site):
    text = site.client().ask("/metrics", **TOKEN).body.decode()
    assert re.search(r"^registry_revision \d+\.0$", text, re.MULTILINE)
    assert 'registry_tasks{status="ready"} 0.0' in text


def test_without_the_token_there_are_none(site):
    assert site.client().ask("/metrics").status == 404
