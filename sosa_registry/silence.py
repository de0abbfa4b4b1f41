"""A database that is there and says nothing: a web server gives up on it, and answers 503.

PostgreSQL's own limit of a statement does not help where PostgreSQL itself stands still (its
machine is paused, its disk hangs): the driver would wait for ever, a thread each. So in web servers
the waiting is ours, a little longer than the server's limit; to connect, `connect_timeout` long.
"""

import select
import time

import psycopg2
from django.conf import settings
from psycopg2 import extensions

TO_CONNECT = 3  # seconds, as in the settings
LONGER = 2  # than the server's own limit of a statement: it says more
REMEMBERED = 30  # seconds in which the other threads need not find out for themselves
EVENTS = {extensions.POLL_READ: select.POLLIN, extensions.POLL_WRITE: select.POLLOUT}


_silent_until = 0.0  # on this process's monotonic clock: so long nobody waits long


def wait(connection) -> None:
    """Wait until the database has answered. Raises OperationalError when it does not."""
    global _silent_until
    begun = time.monotonic()
    is_short = connection.status == extensions.STATUS_SETUP or begun < _silent_until
    ends = begun + (TO_CONNECT if is_short else settings.STATEMENT_SECONDS + LONGER)
    while (state := connection.poll()) != extensions.POLL_OK:
        poller = select.poll()  # unlike select() it takes any number of open files
        poller.register(connection.fileno(), EVENTS[state])
        left = ends - time.monotonic()
        if left <= 0 or not poller.poll(left * 1000):
            _silent_until = time.monotonic() + REMEMBERED
            raise psycopg2.OperationalError("The database is silent.")
    if _silent_until:
        _silent_until = 0.0


def give_up_on_silence(server, worker) -> None:
    """For gunicorn, in each worker that it starts."""
    if settings.STATEMENT_SECONDS:
        extensions.set_wait_callback(wait)
