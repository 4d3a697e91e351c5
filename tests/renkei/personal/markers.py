"""By what the person of these tests is known, and where that stands in the database."""

import json

from django.db import connection

NAME, ADDRESS, TELEPHONE = "標印 花子", "hyoin.hanako@city.example.jp", "090-5555-4321"
USERNAME = "hyoin-hanako"
MARKERS = (NAME, "標印花子", ADDRESS, TELEPHONE, USERNAME)
# Tables that are not looked at, each with its reason.
UNREAD = {
    "django_session": "encoded; the person's own are deleted, the secretary's names nobody",
}


def places_of(*markers):
    """Every table and column, read as it is stored, in which a marker stands."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table in UNREAD:
                continue
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    text = str(value)
                    # Folded texts are stored in lower case.
                    if any(one.lower() in text.lower() or _escaped(one) in text for one in markers):
                        found.add(f"{table}.{column}")
    return found


def _escaped(text):
    return json.dumps(text)[1:-1]
