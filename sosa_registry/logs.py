"""What is written down about running, apart from the history of changes: one JSON line an entry.

Two logs. `registry.requests` has a line for each request; `registry.security` one for everything
that bears on who may do what: signing in and out, refusals, lock-outs, accounts, tokens, exports,
approvals. Every line carries the id of the request it belongs to. Nothing secret is written: no
password, no token, no cookie, no query string, and no name that is not an account's.
"""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from secrets import token_hex

security = logging.getLogger("registry.security")
_id: ContextVar[str] = ContextVar("request_id", default="")
_address: ContextVar[str] = ContextVar("request_address", default="")
# What a caller may name a request by: nothing that could break a log line or a header.
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def begin(given: str, address: str) -> str:
    """Take the caller's id for a request where it is fit, else make one; remembers the address."""
    _id.set(given if GIVEN_ID.fullmatch(given) else token_hex(16))
    _address.set(address)
    return _id.get()


def note(event: str, *, account=None, **facts) -> None:
    """Write one line of the security log; `account` is who it is about, if somebody."""
    name = account.get_username() if account is not None and account.pk else None
    security.info(event, extra={"facts": {"account": name} | facts})


class JSONLines(logging.Formatter):
    """A log record as one line of JSON."""

    def format(self, record):
        """Time, level, logger, event, the request's id and address, then the facts."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "event": record.getMessage(),
            "request_id": _id.get() or None,
            "address": _address.get() or None,
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps({k: v for k, v in line.items() if v is not None}, default=str)


def configuration(requests: str, security: str) -> dict:
    """Django’s LOGGING: the two logs, each to a file or to standard error (“-”)."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": "sosa_registry.logs.JSONLines"}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "level": "WARNING"},
            "requests": _lines_to(requests),
            "security": _lines_to(security),
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "registry.requests": {
                "handlers": ["requests"] if requests else [],
                "level": "INFO" if requests else "WARNING",
            },
            "registry.security": {"handlers": ["security"], "level": "INFO"},
        },
    }


def _lines_to(place: str) -> dict:
    if place in ("", "-"):
        return {"class": "logging.StreamHandler", "formatter": "lines"}
    return {
        "class": "logging.handlers.WatchedFileHandler",
        "filename": place,
        "formatter": "lines",
    }
