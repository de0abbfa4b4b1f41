"""Refusals as sentences: what a door shows of an error that the registry raised.

A refusal may be of one form among several on a page: then it is sorted by form prefix and field.
"""

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import ProtectedError

from .revising import Doubts


class Objections(Exception):
    """What the rows of a save, written together, are refused for: by form prefix, by field."""

    def __init__(self, by_form: dict[str, dict[str, list[str]]]):
        super().__init__("These rows contradict one another.")
        self.by_form = by_form


REFUSALS = (Objections, ValidationError, ProtectedError, IntegrityError)


def refusals_of(error: Exception) -> dict[str | None, dict[str, list[str]]]:
    """A refusal as sentences by form and field; the main form's prefix is None."""
    if isinstance(error, Objections):
        return error.by_form
    if isinstance(error, Doubts):
        return {None: {"accept_warnings": error.messages}}
    if isinstance(error, ValidationError) and hasattr(error, "error_dict"):
        return {None: error.message_dict}
    return {None: {"__all__": sentences_of(error)}}


def sentences_of(error: Exception) -> list[str]:
    """A refusal as plain sentences, each naming its field where it has one."""
    if isinstance(error, Objections):
        return [told for fields in error.by_form.values() for told in _named(fields)]
    if isinstance(error, ValidationError):
        by_field = hasattr(error, "error_dict")
        return _named(error.message_dict) if by_field else error.messages
    if isinstance(error, ProtectedError):
        return [error.args[0]]
    return ["Two records would be one and the same: the registry has each only once."]


def object_to(form, error: Exception) -> None:
    """Say on a RevisionForm why what it asks is refused, or what has to be accepted first."""
    if isinstance(error, Doubts):
        form.doubt(error.messages)
    else:
        form.add_error(None, sentences_of(error))


def _named(fields: dict[str, list[str]]) -> list[str]:
    return [
        sentence if name == "__all__" else f"{name}: {sentence}"
        for name, told in fields.items()
        for sentence in told
    ]
