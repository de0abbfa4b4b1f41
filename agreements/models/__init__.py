"""The records of this floor. Each module holds one family; import them from here."""

from .agreements import Agreement, AgreementType, Commitment
from .codes import CodeOfConduct, Signatory
from .editions import ShippedEdition
from .evidence import Claim, ListEntry, PublishedList
from .imports import ImportJob
from .invocations import Invocation, ProcedureFact
from .notes import Note
from .search import SearchEntry
from .standing import Event, Standing
from .subscriptions import Subscription

__all__ = [
    "Agreement",
    "AgreementType",
    "Claim",
    "CodeOfConduct",
    "Commitment",
    "Event",
    "ImportJob",
    "Invocation",
    "ListEntry",
    "Note",
    "ProcedureFact",
    "PublishedList",
    "SearchEntry",
    "ShippedEdition",
    "Signatory",
    "Standing",
    "Subscription",
]
