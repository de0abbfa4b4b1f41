"""Conventions that every endpoint of the API shares: errors, pages, filters, clocks, schema.

What lives here knows no resource but the ledger's revisions; the endpoints are in each app's `api`.
"""
