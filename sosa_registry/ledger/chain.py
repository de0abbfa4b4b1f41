"""The arithmetic of the hash chain: what is hashed, and how. Pure, no database.

A version's digest covers its table, key, operation and state; a revision's hash covers its own
fields, the digests of its versions in order and the hash before it. The actor enters by digest
only, so that a person's name can be erased without breaking the chain.
"""

import hashlib

import orjson


def _sha256(content) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def actor_digest(actor: str) -> str:
    """SHA-256 of an actor's name."""
    return hashlib.sha256(actor.encode()).hexdigest()


def version_digest(record_type: str, key: str, operation: str, state: dict) -> str:
    """SHA-256 of one version in canonical JSON (sorted keys, no white space)."""
    return _sha256([record_type, key, str(operation), state])


def revision_hash(revision, digests: list[str]) -> str:
    """SHA-256 of one revision, chained to the one before it through `previous_hash`."""
    return _sha256(
        {
            "number": revision.number,
            "at": revision.at.isoformat(),
            "actor": revision.actor_digest,
            "kind": str(revision.kind),
            "reason": revision.reason,
            "previous": revision.previous_hash,
            "versions": digests,
        }
    )
