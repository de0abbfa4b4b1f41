#!/usr/bin/env python3
"""Verifies a backup's ledger against a signed checkpoint, offline.

Usage: verify_checkpoint.py PUBLIC_KEY.pem CHECKPOINT.json BACKUP.zip

Needs Python 3.11 and the package `cryptography`, nothing of the registry. It recomputes every hash
from the rows in the backup, so it shows a row changed, added, taken out or put elsewhere, a tail
cut off, and a chain that was made anew. Exit status: 0 whole, 1 not, 2 cannot be read.
"""

import base64
import hashlib
import json
import sys
import zipfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

SIGNED = ("registry", "revision", "hash", "at", "signed_at")


class NotWhole(Exception):
    """The first thing that is not as it was signed."""


def canonical(content) -> bytes:
    """JSON as it is hashed: sorted keys, no white space."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def sha256(content) -> str:
    """Of the canonical JSON."""
    return hashlib.sha256(canonical(content)).hexdigest()


def verify_signature(key_pem: bytes, checkpoint: dict) -> None:
    """Raise NotWhole unless the checkpoint was signed with the key's private half."""
    said = canonical({name: checkpoint[name] for name in SIGNED})
    try:
        load_pem_public_key(key_pem).verify(base64.b64decode(checkpoint["signature"]), said)
    except InvalidSignature:
        raise NotWhole("The checkpoint was not signed with this key, or was changed.") from None


def lines(backup: zipfile.ZipFile, table: str):
    """The rows of a table."""
    with backup.open(f"{table}.ndjson") as packed:
        for text in packed:
            yield json.loads(text)


def versions_by_revision(backup: zipfile.ZipFile) -> dict[int, list]:
    """Each revision's digests with their places, every digest recomputed from the state."""
    found: dict[int, list] = {}
    for row in lines(backup, "ledger_version"):
        content = [row["record_type"], row["key"], row["operation"], row["state"]]
        if sha256(content) != row["digest"]:
            raise NotWhole(
                f"Revision {row['revision_id']}, version {row['position']} "
                f"({row['record_type']} {row['key']}) was changed."
            )
        found.setdefault(row["revision_id"], []).append((row["position"], row["digest"]))
    return found


def instant(text: str) -> str:
    """A time as the chain hashes it: with its offset, microseconds only where there are any."""
    return text.replace("Z", "+00:00")


def verify_chain(backup: zipfile.ZipFile) -> dict[int, str]:
    """The hash of each revision. Raise NotWhole for the first that does not follow."""
    versions = versions_by_revision(backup)
    revisions = sorted(lines(backup, "ledger_revision"), key=lambda row: row["number"])
    hashes, previous = {}, ""
    for expected, row in enumerate(revisions, start=1):
        number = row["number"]
        if number != expected:
            raise NotWhole(f"Revision {expected} is missing.")
        mine = sorted(versions.pop(number, []))
        if [place for place, _ in mine] != list(range(1, row["changes"] + 1)):
            raise NotWhole(f"Revision {number} does not have the versions that it counts.")
        if row["previous_hash"] != previous:
            raise NotWhole(f"Revision {number} does not follow the one before it.")
        content = {
            "number": number,
            "at": instant(row["at"]),
            "actor": row["actor_digest"],
            "kind": row["kind"],
            "reason": row["reason"],
            "previous": previous,
            "versions": [digest for _, digest in mine],
        }
        if row["approver_digest"]:
            content["approver"] = row["approver_digest"]
        if sha256(content) != row["hash"]:
            raise NotWhole(f"Revision {number} was changed.")
        hashes[number] = previous = row["hash"]
    if versions:
        raise NotWhole(f"Versions of revision {min(versions)} are there without it.")
    return hashes


def verify(key_pem: bytes, checkpoint: dict, backup: zipfile.ZipFile) -> str:
    """One sentence when all is whole. Raises NotWhole."""
    verify_signature(key_pem, checkpoint)
    hashes = verify_chain(backup)
    number = checkpoint["revision"]
    if number not in hashes:
        raise NotWhole(
            f"The tail was cut off: revision {number} was signed, {len(hashes)} is last."
        )
    if hashes[number] != checkpoint["hash"]:
        raise NotWhole(f"Revision {number} is not the one signed: the chain was made anew.")
    return (
        f"Whole: {len(hashes)} revisions, revision {number} as signed at {checkpoint['signed_at']}."
    )


def main(arguments: list[str]) -> int:
    """Read the three files, and say."""
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    key, checkpoint, backup = (Path(name) for name in arguments)
    try:
        with zipfile.ZipFile(backup) as packed:
            print(verify(key.read_bytes(), json.loads(checkpoint.read_text()), packed))
    except NotWhole as fault:
        print(f"NOT WHOLE. {fault}")
        return 1
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as fault:
        print(f"Cannot be read: {fault}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
