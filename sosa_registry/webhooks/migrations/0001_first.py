"""Webhooks and their deliveries."""

import django.db.models.deletion
from django.db import migrations, models

import sosa_registry.webhooks.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Webhook",
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
                        help_text="Whose it is, or what for.", max_length=80, unique=True
                    ),
                ),
                (
                    "url",
                    models.CharField(
                        help_text="Where each revision is posted to: an https address.",
                        max_length=500,
                        verbose_name="address",
                    ),
                ),
                ("active", models.BooleanField(default=True, help_text="Off: nothing is sent.")),
                (
                    "secret",
                    models.CharField(
                        default=sosa_registry.webhooks.models.new_secret,
                        editable=False,
                        max_length=80,
                    ),
                ),
                (
                    "made_at",
                    models.DateTimeField(auto_now_add=True, help_text="When it was made, in UTC."),
                ),
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.PositiveBigIntegerField(help_text="Of which revision.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("delivered", "Delivered"),
                            ("failed", "Given up"),
                        ],
                        default="waiting",
                        help_text="How far it is.",
                        max_length=9,
                    ),
                ),
                (
                    "tries",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="How often it was tried."
                    ),
                ),
                (
                    "status",
                    models.PositiveSmallIntegerField(
                        help_text="The HTTP status of the last answer; none when there was no answer.",
                        null=True,
                    ),
                ),
                (
                    "told",
                    models.CharField(
                        blank=True,
                        help_text="What the last try came to, in a sentence.",
                        max_length=300,
                    ),
                ),
                (
                    "tried_at",
                    models.DateTimeField(help_text="When it was last tried, in UTC.", null=True),
                ),
                (
                    "next_at",
                    models.DateTimeField(
                        help_text="When it will be tried again, in UTC.", null=True
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        help_text="Who is told.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="webhooks.webhook",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "ordering": ("-revision", "webhook"),
                "constraints": [
                    models.UniqueConstraint(fields=("webhook", "revision"), name="delivery_once")
                ],
            },
        ),
    ]
