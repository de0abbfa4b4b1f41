"""The one exception by which the API refuses of its own accord.

Apart from `problems.py`, which needs DRF's views: those name the parsers, and a parser refuses.
"""

from rest_framework import exceptions


class Refused(exceptions.APIException):
    """A refusal with all that is wrong: `errors` are members of the problem's list."""

    kind = "about:blank"  # the problem's type: what the status says, and no more

    def __init__(self, code: int, detail: str, errors: list[dict] | None = None, **headers: str):
        super().__init__(detail)
        self.status_code, self.errors = code, errors or []
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class AskedAgain(Refused):
    """A session that must first give password or code again; `type` is where that is done."""

    kind = "/accounts/reauthenticate/"

    def __init__(self):
        told = f"Give your password or code again at {self.kind}, then repeat the request."
        super().__init__(403, told)
