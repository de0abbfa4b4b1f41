"""The settings under test: the registry's own, but for what would only make tests slow or unsafe.

The shell's SITE_URL, SECRET_KEY and DEBUG are overruled, so that a test means the same on every
machine; DATABASE_URL chooses the engine (none: SQLite). The test database is a file of this
process, under `var/`: a file because several real processes write to it at once, of this process
because two test runs may overlap. A process that a test starts inherits DATABASE_URL and thereby
this file, never the registry somebody keeps in this folder.
"""

import os
from pathlib import Path

VAR_DIR = Path(__file__).resolve().parent.parent / "var"
TEST_DATABASE = VAR_DIR / f"test-{os.getpid()}.sqlite3"

os.environ.setdefault("DATABASE_URL", f"sqlite:///{TEST_DATABASE}")
for _name in ("ALLOWED_HOSTS", "PORT", "SITE_URL"):
    os.environ.pop(_name, None)
os.environ.update(DEBUG="false", SECRET_KEY="for tests only: " + "not a secret at all " * 3)

from sosa_registry.settings import *  # noqa: E402
from sosa_registry.settings import DATABASES, STORAGES  # noqa: E402

DATABASES["default"]["CONN_MAX_AGE"] = 0  # a live server's threads must let go of the database
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": TEST_DATABASE}
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# Static files straight from their sources: no collecting before a test.
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

# Every test asks from the same address. What limits do is a test of its own.
RATE_ADDRESS = RATE_TOKEN = None
