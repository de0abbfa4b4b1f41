"""An index for every order of the long lists, for standing by status, and for words in them."""

from django.db import migrations, models

# Column and tie. Lists put what is not known first; PostgreSQL's own order of an index puts it
# last, and only its own syntax says otherwise. SQLite's is the lists' order anyway.
NULLS_FIRST = {
    "agreements_agreement": ("slug", ["partner_id", "partner_grouping_id", "framework_id"]),
    "agreements_event": (
        "slug",
        ["date_latest", "until_latest", "date_earliest", "until_earliest"],
    ),
    "agreements_commitment": ("id", ["type_id", "agreement_id", "source_id"]),
}
BEFORE = {
    "agreements_event": ["date_latest", "until_latest"],
    "agreements_agreement": ["partner_id", "partner_grouping_id", "framework_id"],
}
# As the lists search: each column folded to capitals, anywhere in it.
WORDS = {
    "agreements_agreement": ["slug", "title", "note"],
    "agreements_event": ["slug", "note"],
    "agreements_commitment": ["note"],
    "partners_citation": ["subject", "source_id", "locator", "note"],
}


def make(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    nulls = " NULLS FIRST" if is_postgresql else ""
    for table, (tie, columns) in NULLS_FIRST.items():
        for column in columns:
            name = f"{table}_{column}_first"
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")
            schema_editor.execute(f"CREATE INDEX {name} ON {table} ({column}{nulls}, {tie})")
    for table, columns in WORDS.items() if is_postgresql else ():
        held = ", ".join(f"UPPER({column}::text) gin_trgm_ops" for column in columns)
        schema_editor.execute(f"CREATE INDEX {table}_words ON {table} USING gin ({held})")


def undo(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for table, (_, columns) in NULLS_FIRST.items():
        for column in columns:
            schema_editor.execute(f"DROP INDEX {table}_{column}_first")
    for table, columns in BEFORE.items() if is_postgresql else ():
        for column in columns:
            name = f"{table}_{column}_first"
            schema_editor.execute(f"CREATE INDEX {name} ON {table} ({column} NULLS FIRST)")
    for table in WORDS if is_postgresql else ():
        schema_editor.execute(f"DROP INDEX {table}_words")


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0011_standing_on_day"),
        ("partners", "0007_list_order"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="agreement",
            name="agreement_by_title",
        ),
        migrations.RemoveIndex(
            model_name="agreement",
            name="agreement_by_authority",
        ),
        migrations.RemoveIndex(
            model_name="agreement",
            name="agreement_by_other",
        ),
        migrations.RemoveIndex(
            model_name="agreement",
            name="agreement_by_basis",
        ),
        migrations.RemoveIndex(
            model_name="agreement",
            name="agreement_by_binding",
        ),
        migrations.RemoveIndex(
            model_name="agreement",
            name="agreement_by_term",
        ),
        migrations.RemoveIndex(
            model_name="agreement",
            name="agreement_by_extension",
        ),
        migrations.RemoveIndex(
            model_name="agreement",
            name="agreement_by_notice",
        ),
        migrations.RemoveIndex(
            model_name="agreement",
            name="agreement_by_confidence",
        ),
        migrations.RemoveIndex(
            model_name="event",
            name="event_by_kind",
        ),
        migrations.RemoveIndex(
            model_name="event",
            name="event_by_confidence",
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["title", "slug"], name="agreement_by_title"),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(
                fields=["principal_authority", "slug"], name="agreement_by_authority"
            ),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["partner_authority", "slug"], name="agreement_by_other"),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["legal_basis", "slug"], name="agreement_by_basis"),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["binding", "slug"], name="agreement_by_binding"),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["initial_term", "slug"], name="agreement_by_term"),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["extension_term", "slug"], name="agreement_by_extension"),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["notice_term", "slug"], name="agreement_by_notice"),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["confidence", "slug"], name="agreement_by_confidence"),
        ),
        migrations.AddIndex(
            model_name="commitment",
            index=models.Index(fields=["direction", "id"], name="commitment_by_direction"),
        ),
        migrations.AddIndex(
            model_name="commitment",
            index=models.Index(fields=["kind", "id"], name="commitment_by_kind"),
        ),
        migrations.AddIndex(
            model_name="commitment",
            index=models.Index(fields=["mechanism", "id"], name="commitment_by_mechanism"),
        ),
        migrations.AddIndex(
            model_name="commitment",
            index=models.Index(
                fields=["enforceability", "id"], name="commitment_by_enforceability"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["event", "slug"], name="event_by_kind"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["confidence", "slug"], name="event_by_confidence"),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(
                fields=["status", "possible_until", "possible_from"], name="standing_status"
            ),
        ),
        migrations.RunPython(make, undo),
    ]
