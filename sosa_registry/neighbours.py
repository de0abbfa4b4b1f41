"""Whom the registry talks to, and whether nobody between can read or change it.

`manage.py check --deploy` names each neighbour on another machine that is spoken to plainly, or
whose certificate is not held to its name. What stays on this machine needs neither.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Warning

HERE = {"", "localhost", "127.0.0.1", "::1", "[::1]"}


def _is_here(host: str) -> bool:
    return host in HERE or host.startswith("/")  # a socket's folder


def spoken_to_plainly() -> list[str]:
    """A sentence for each neighbour elsewhere whom somebody between could overhear or imitate."""
    told = []
    for name, database in settings.DATABASES.items():
        elsewhere = not _is_here(database.get("HOST", "")) and "sqlite" not in database["ENGINE"]
        if elsewhere and database["OPTIONS"].get("sslmode") != "verify-full":
            told.append(f"The database “{name}”: add ?sslmode=verify-full to its address.")
    for name, cache in settings.CACHES.items():
        address = urlsplit(str(cache.get("LOCATION", "")))
        if address.scheme == "redis" and not _is_here(address.hostname or ""):
            told.append(f"The cache “{name}”: its address must begin with rediss://.")
    by_smtp = settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")
    enciphered = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    if by_smtp and not enciphered and not _is_here(settings.EMAIL_HOST):
        told.append("The mail server: its address must begin with smtp+tls:// or smtp+ssl://.")
    if settings.CLAMD and not _is_here(settings.CLAMD.rpartition(":")[0]):
        told.append("The antivirus: its protocol is plain, so CLAMD must be on this machine.")
    return told


def check_neighbours(app_configs, **kwargs):
    """For Django's own check of a deployment."""
    return [Warning(sentence, id="registry.W001") for sentence in spoken_to_plainly()]
