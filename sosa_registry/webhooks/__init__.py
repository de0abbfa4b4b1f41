"""Telling other systems of each revision: who is told (`models`), what and how (`sending`), when
(`tasks`, through the worker's queue). Admins register webhooks in the admin or through the API.
"""
