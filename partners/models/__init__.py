"""The records of this floor. Each module holds one family; import them from here."""

from .archive import ArchivedContent, ArchivedCopy
from .countries import Country, Grouping, Membership
from .firms import Firm, Organization
from .redirects import Redirect
from .sources import Citation, Confidence, Source

__all__ = [
    "ArchivedContent",
    "ArchivedCopy",
    "Citation",
    "Confidence",
    "Country",
    "Firm",
    "Grouping",
    "Membership",
    "Organization",
    "Redirect",
    "Source",
]
