"""Tokens of the API."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_counters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Token",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="What it is for, as in “nightly mirror”.", max_length=80
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("read", "Read"),
                            ("propose", "Read, and draft changes for review"),
                            ("write", "Read, draft, and change records"),
                            ("all", "Everything that the account may"),
                        ],
                        default="read",
                        help_text="What it may do, as far as its owner's roles allow.",
                        max_length=10,
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        default=90,
                        help_text="After how many days it ends: 365 at most.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                        verbose_name="days",
                    ),
                ),
                ("sha256", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "begins",
                    models.CharField(
                        editable=False,
                        help_text="How the token begins.",
                        max_length=12,
                        verbose_name="begins with",
                    ),
                ),
                (
                    "made_at",
                    models.DateTimeField(auto_now_add=True, help_text="When it was made, in UTC."),
                ),
                (
                    "last_used_at",
                    models.DateTimeField(
                        editable=False,
                        help_text="When it was last used, to five minutes.",
                        null=True,
                    ),
                ),
                ("revoked", models.BooleanField(default=False, editable=False)),
                (
                    "owner",
                    models.ForeignKey(
                        help_text="Whose token it is. What is done with it is recorded under this name.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("owner__username", "-made_at"),
            },
        ),
    ]
