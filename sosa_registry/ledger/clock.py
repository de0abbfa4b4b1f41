"""The one place that reads the clock. Everything else is told what day it is."""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, in UTC."""
    return timezone.now()


def today() -> date:
    """The present day, in UTC: an answer for “today” changes at midnight UTC."""
    return now().date()
