"""What the ledger stores: revisions and versions with their head, permalinks, and proposals."""

from .ledger import Head, Permalink, Revision, Version
from .proposals import Proposal, ProposedChange, Remark

__all__ = ["Head", "Permalink", "Proposal", "ProposedChange", "Remark", "Revision", "Version"]
