"""The one page of the reference site, and its template."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loaders.locmem import Loader as Locmem
from django.urls import path

PAGE = """<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>20 rows</title></head>
<body><p>{{ user.first_name }}</p>
<ul>{% for row in rows %}<li><a href="/rows/{{ row.pk }}/">{{ row.first_name }}</a> <span>{{ row.username }}</span>
<time>{{ row.date_joined|date:"Y-m-d" }}</time></li>{% endfor %}</ul></body></html>"""


class Loader(Locmem):
    def __init__(self, engine: object) -> None:
        super().__init__(engine, {"rows.html": PAGE})  # type: ignore[arg-type]


@login_required
def rows(request: HttpRequest) -> HttpResponse:
    return render(request, "rows.html", {"rows": User.objects.order_by("-pk")[:20]})


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("", rows), path("healthz", healthz)]
