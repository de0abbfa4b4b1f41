"""Listens to everything a browser context does and remembers what must never happen.

A console error, an uncaught exception, a violation of the Content-Security-Policy and a request
to any other host are problems on every page of the registry, whatever the test is about; so the
fixtures in `conftest.py` watch each context and fail the test at its end.
"""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

INLINE_SCHEMES = {"about", "blob", "data"}  # nothing leaves the machine for these


class Watch:
    """The problems of one browser context; `home` is the only origin it may talk to."""

    def __init__(self, context: BrowserContext, home: str):
        self.home = urlsplit(home).netloc
        self.seen: list[str] = []
        self.allowed: list[str] = []
        context.on("console", self.on_console)
        context.on("weberror", self.on_exception)
        context.on("request", self.on_request)

    def allow(self, pattern: str) -> None:
        """Let problems that match a regular expression pass: a test of the 404 page needs it."""
        self.allowed.append(pattern)

    def problems(self) -> list[str]:
        """What happened that no test allowed."""
        return [
            problem
            for problem in self.seen
            if not any(re.search(pattern, problem) for pattern in self.allowed)
        ]

    def on_console(self, message: ConsoleMessage) -> None:
        """Remember errors; Chromium reports violations of the CSP as errors too."""
        if message.type == "error":
            where = message.location.get("url", "")
            self.seen.append(f"console error: {message.text} ({where})")

    def on_exception(self, error: WebError) -> None:
        """Remember an exception that no script caught."""
        self.seen.append(f"uncaught exception: {error.error}")

    def on_request(self, request: Request) -> None:
        """Remember a request to another host, whether or not it was let through."""
        address = urlsplit(request.url)
        if address.scheme not in INLINE_SCHEMES and address.netloc != self.home:
            self.seen.append(f"request to another host: {request.url}")
