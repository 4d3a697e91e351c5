"""Open data as programs of others take it."""

import csv
import io

from django.urls import reverse


def download(client, name, extension, **headers):
    return client.get(reverse("agreements:download", args=[name, extension]), headers=headers)


def csv_rows(client, name):
    text = download(client, name, "csv").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))
