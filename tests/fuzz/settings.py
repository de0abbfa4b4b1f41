"""The settings of the server that is fuzzed: those under test, but its connections are kept.

It is a process of its own, gone before the test's database is; ten thousand new connections would
take longer than the questions asked over them.
"""

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

DATABASES["default"]["CONN_MAX_AGE"] = 600
