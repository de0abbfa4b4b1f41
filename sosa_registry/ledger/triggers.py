"""The database's own refusal to rewrite the ledger, on SQLite and PostgreSQL.

Revisions, versions and permalinks can be added, never changed or deleted. There are two exceptions:
the column that closes a version, once; and the erasure of a person's name from a revision, when it
becomes `sha256:` and the digest that the chain covers, its salt goes, and nothing else changes.

SQLite drops a table's triggers whenever Django alters the
table, so their presence is checked (`missing`) by `verify_ledger` and by readiness; migrations that
alter these tables must call `install` again.
"""

REVISIONS, VERSIONS, PERMALINKS = "ledger_revision", "ledger_version", "ledger_permalink"
TABLES = (REVISIONS, VERSIONS, PERMALINKS)
# The columns of them that may be changed: a version is closed, once; a name is erased with its
# salt.
CHANGEABLE = {
    VERSIONS: ("superseded_by",),
    REVISIONS: ("actor", "actor_salt", "user_id", "approver", "approver_salt"),
}
_FROZEN = ("id", "revision_id", "position", "record_type", "key", "operation", "state", "digest")
_KEPT = (
    *("number", "at", "kind", "reason", "changes"),
    *("actor_digest", "approver_digest", "previous_hash", "hash"),
)
_MESSAGE = "the ledger is append-only"


def _rewritten(differs: str) -> str:
    """The condition under which an update of a revision is no erasure of a name."""
    changed = [f"NEW.{column} {differs} OLD.{column}" for column in _KEPT]
    for role, account in (("actor", "user_id"), ("approver", "")):
        own = [role, f"{role}_salt", *([account] if account else [])]
        same = " AND ".join(f"NOT (NEW.{column} {differs} OLD.{column})" for column in own)
        gone = f"NEW.{role} = 'sha256:' || OLD.{role}_digest AND NEW.{role}_salt = ''"
        gone += f" AND OLD.{role}_digest <> ''" + (f" AND NEW.{account} IS NULL" if account else "")
        changed.append(f"NOT (({same}) OR ({gone}))")
    return " OR ".join(changed)


def _sqlite(frozen) -> dict[str, str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in frozen)
    reopened = "OLD.superseded_by IS NOT NULL OR NEW.superseded_by IS NULL"
    made = {
        f"{table}_no_delete": f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}"
        for table in TABLES
    }
    made[f"{PERMALINKS}_no_update"] = (
        f"CREATE TRIGGER {PERMALINKS}_no_update BEFORE UPDATE ON {PERMALINKS} {refuse}"
    )
    made[f"{REVISIONS}_no_update"] = (
        f"CREATE TRIGGER {REVISIONS}_no_update BEFORE UPDATE ON {REVISIONS} "
        f"WHEN {_rewritten('IS NOT')} {refuse}"
    )
    made[f"{VERSIONS}_no_update"] = (
        f"CREATE TRIGGER {VERSIONS}_no_update BEFORE UPDATE ON {VERSIONS} "
        f"WHEN {changed} OR {reopened} {refuse}"
    )
    return made


def _postgresql(frozen) -> dict[str, str]:
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in frozen)
    reopened = "OLD.superseded_by IS NOT NULL OR NEW.superseded_by IS NULL"
    call = "EXECUTE FUNCTION ledger_refuse()"
    made = {}
    for table in TABLES:
        made[f"{table}_no_delete"] = (
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {call}"
        )
        made[f"{table}_no_truncate"] = (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT {call}"
        )
    made[f"{PERMALINKS}_no_update"] = (
        f"CREATE TRIGGER {PERMALINKS}_no_update BEFORE UPDATE ON {PERMALINKS} FOR EACH ROW {call}"
    )
    made[f"{REVISIONS}_no_update"] = (
        f"CREATE TRIGGER {REVISIONS}_no_update BEFORE UPDATE ON {REVISIONS} "
        f"FOR EACH ROW WHEN ({_rewritten('IS DISTINCT FROM')}) {call}"
    )
    made[f"{VERSIONS}_no_update"] = (
        f"CREATE TRIGGER {VERSIONS}_no_update BEFORE UPDATE ON {VERSIONS} "
        f"FOR EACH ROW WHEN ({changed} OR {reopened}) {call}"
    )
    return made


def _wanted(vendor: str) -> dict[str, str]:
    return _postgresql(_FROZEN) if vendor == "postgresql" else _sqlite(_FROZEN)


def _present(connection) -> set[str]:
    if connection.vendor == "postgresql":
        sql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    else:
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {row[0] for row in cursor.fetchall()}


def _table_of(name: str) -> str:
    return next(table for table in TABLES if name.startswith(table))


def missing(connection) -> list[str]:
    """The names of the triggers that should guard the ledger and do not."""
    return sorted(set(_wanted(connection.vendor)) - _present(connection))


def install(connection) -> None:
    """Make every trigger that is missing, on the tables that the migrations have made so far."""
    wanted, absent = _wanted(connection.vendor), missing(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger AS $$ "
                f"BEGIN RAISE EXCEPTION '{_MESSAGE}'; END $$ LANGUAGE plpgsql",
                None,
            )
        tables = set(connection.introspection.table_names(cursor))
        for name in absent:
            if _table_of(name) in tables and not _is_early(name, connection, cursor):
                cursor.execute(wanted[name], None)


def _is_early(name: str, connection, cursor) -> bool:
    """Whether a migration has yet to make the columns that a trigger speaks of."""
    if name != f"{REVISIONS}_no_update":
        return False
    columns = connection.introspection.get_table_description(cursor, REVISIONS)
    return "actor_salt" not in {column.name for column in columns}


def remove(connection) -> None:
    """Drop them: for a migration that must, and for tests that empty the database."""
    with connection.cursor() as cursor:
        for name in set(_wanted(connection.vendor)) & _present(connection):
            on = f" ON {_table_of(name)}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on}", None)
