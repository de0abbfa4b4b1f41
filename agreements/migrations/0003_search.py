"""What search looks through, and the engine's own index over it."""

from django.db import migrations, models

TABLE, FTS = "agreements_searchentry", "agreements_searchentry_fts"
POSTGRESQL = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    f"CREATE INDEX search_trigrams ON {TABLE} USING gin (names gin_trgm_ops)",
]
# SQLite drops these triggers when Django alters the table: such a migration makes them again.
SQLITE = [
    f"CREATE VIRTUAL TABLE {FTS} USING fts5("
    f"names, content='{TABLE}', content_rowid='id', tokenize='trigram')",
    f"CREATE TRIGGER search_added AFTER INSERT ON {TABLE} BEGIN "
    f"INSERT INTO {FTS}(rowid, names) VALUES (new.id, new.names); END",
    f"CREATE TRIGGER search_removed AFTER DELETE ON {TABLE} BEGIN "
    f"INSERT INTO {FTS}({FTS}, rowid, names) VALUES ('delete', old.id, old.names); END",
    f"CREATE TRIGGER search_changed AFTER UPDATE ON {TABLE} BEGIN "
    f"INSERT INTO {FTS}({FTS}, rowid, names) VALUES ('delete', old.id, old.names); "
    f"INSERT INTO {FTS}(rowid, names) VALUES (new.id, new.names); END",
]
UNDO = {
    "postgresql": ["DROP INDEX search_trigrams"],
    "sqlite": [
        *(f"DROP TRIGGER {name}" for name in ("search_added", "search_removed", "search_changed")),
        f"DROP TABLE {FTS}",
    ],
}


def make(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for sql in POSTGRESQL if vendor == "postgresql" else SQLITE:
        schema_editor.execute(sql, params=None)


def undo(apps, schema_editor):
    for sql in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(sql, params=None)


class Migration(migrations.Migration):
    dependencies = [("agreements", "0002_explanation")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(help_text="What kind of record.", max_length=24)),
                ("key", models.CharField(help_text="Its natural key.", max_length=80)),
                ("title", models.CharField(help_text="What to show.", max_length=500)),
                (
                    "text",
                    models.CharField(blank=True, help_text="What to show beneath.", max_length=300),
                ),
                ("url", models.CharField(help_text="Its page.", max_length=300)),
                ("names", models.TextField(help_text="Every name, folded, one a line.")),
                (
                    "weight",
                    models.PositiveSmallIntegerField(help_text="What counts first among equals."),
                ),
            ],
            options={"ordering": ("-weight", "title")},
        ),
        migrations.AddConstraint(
            model_name="searchentry",
            constraint=models.UniqueConstraint(fields=("kind", "key"), name="search_once"),
        ),
        migrations.RunPython(make, undo),
    ]
