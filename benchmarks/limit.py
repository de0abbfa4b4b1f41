"""The physical limit: PostgreSQL builds the JSON itself, a bare WSGI function hands it on."""

import os
from threading import local
from urllib.parse import parse_qs

import psycopg2

LIST = """
SELECT json_build_object('results', json_agg(row))::text FROM (
  SELECT a.*, row_to_json(t) AS type, row_to_json(c) AS partner
  FROM agreements_agreement a
  JOIN agreements_agreementtype t ON t.slug = a.type_id
  LEFT JOIN partners_country c ON c.code = a.partner_id
  WHERE %(type)s = '' OR a.type_id = %(type)s
  ORDER BY a.slug LIMIT 100 OFFSET %(start)s) row
"""
ONE = "SELECT row_to_json(a)::text FROM agreements_agreement a WHERE slug = %(slug)s"
_own = local()


def _cursor():
    if not hasattr(_own, "connection"):
        _own.connection = psycopg2.connect(os.environ["DATABASE_URL"])
        _own.connection.autocommit = True
    return _own.connection.cursor()


def application(environ, start_response):
    """`/limit/agreements/?page=N&type=T`, and `/limit/agreements/<slug>/`."""
    asked = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    slug = environ["PATH_INFO"].strip("/").partition("agreements")[2].strip("/")
    start = 100 * (int(asked.get("page", 1)) - 1)
    with _cursor() as cursor:
        values = {"type": asked.get("type", ""), "start": start, "slug": slug}
        cursor.execute(ONE if slug else LIST, values)
        body = cursor.fetchone()[0].encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
