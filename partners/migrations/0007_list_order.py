"""An index for every order of the list of citations."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0006_list_indexes"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="citation",
            name="citation_by_locator",
        ),
        migrations.RemoveIndex(
            model_name="citation",
            name="citation_by_position",
        ),
        migrations.AddIndex(
            model_name="citation",
            index=models.Index(fields=["locator", "id"], name="citation_by_locator"),
        ),
        migrations.AddIndex(
            model_name="citation",
            index=models.Index(fields=["position", "id"], name="citation_by_position"),
        ),
        migrations.AddIndex(
            model_name="citation",
            index=models.Index(fields=["subject_kind", "id"], name="citation_by_kind"),
        ),
    ]
