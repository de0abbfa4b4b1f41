"""The arithmetic of the hash chain: what is hashed, and how. Pure, no database.

A version's digest covers its table, key, operation and state; a revision's hash covers its own
fields, the digests of its versions in order and the hash before it. People enter by a salted digest
only: once name and salt are erased the chain still verifies, and nobody finds the name by trying. A
revision without an approver is hashed as if there were no such field.
"""

import hashlib
import secrets

import orjson


def _sha256(content) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def new_salt() -> str:
    """A salt for one name in one revision."""
    return secrets.token_hex(8)


def person_digest(name: str, salt: str = "") -> str:
    """SHA-256 of salt and name."""
    return hashlib.sha256(f"{salt}{name}".encode()).hexdigest()


def erased(digest: str) -> str:
    """What stands where a name was."""
    return f"sha256:{digest}"


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
            **({"approver": revision.approver_digest} if revision.approver_digest else {}),
            "kind": str(revision.kind),
            "reason": revision.reason,
            "previous": revision.previous_hash,
            "versions": digests,
        }
    )
