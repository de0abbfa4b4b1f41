"""The registry in and out: tables declared once, read, planned, applied and written."""
