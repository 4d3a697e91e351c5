"""`/api/v1/`: the tables of the open data as pages of JSON, and the OpenAPI document that describes them.

The document is made of the same declarations as the answers, and tests hold the answers against it.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from agreements.exports import CONSTITUENTS, CORPORATE, REGIONAL
from lib.numbers import whole_number
from lib.open_data import Table
from members.access import public
from members.exports import MEMBERS
from news.exports import EVENTS, PUBLICATIONS

PER_PAGE, MOST_PER_PAGE = 50, 200

Row = dict[str, str | int | None]


class ParameterError(ValueError):
    """What the visitor asked makes no sense; the message names the parameter."""


@dataclass(frozen=True)
class Condition:
    """A parameter of the address, and which rows it lets through."""

    name: str
    meaning: str
    lets: Callable[[Row, str], bool]
    schema: dict[str, str]

    def check(self, value: str) -> None:
        if self.schema.get("format") == "date":
            try:
                date.fromisoformat(value)
            except ValueError as error:
                raise ParameterError(
                    f"{self.name}は「2026-03-12」のように指定してください。"
                ) from error


@dataclass(frozen=True)
class Endpoint:
    name: str
    table: Table
    conditions: tuple[Condition, ...] = ()

    @property
    def address(self) -> str:
        return reverse("api_table", args=[self.name])


def equal(key: str, meaning: str) -> Condition:
    return Condition(key, meaning, lambda row, value: str(row[key]) == value, {"type": "string"})


PREFECTURE = equal("prefecture_code", "都道府県コード（JIS X 0401 の2桁）")
_DATE = {"type": "string", "format": "date"}
SINCE = Condition(
    "since", "この日以後に終わるもの", lambda row, day: str(row["ends_on"]) >= day, _DATE
)
UNTIL = Condition(
    "until", "この日以前に始まるもの", lambda row, day: str(row["starts_on"]) <= day, _DATE
)
ENDPOINTS = {
    endpoint.name: endpoint
    for endpoint in (
        Endpoint("agreements", REGIONAL, (PREFECTURE,)),
        Endpoint("corporate-agreements", CORPORATE),
        Endpoint("constituents", CONSTITUENTS, (PREFECTURE, equal("kind", "市、町、村"))),
        Endpoint("members", MEMBERS, (PREFECTURE, equal("kind", "種別"))),
        Endpoint("publications", PUBLICATIONS, (equal("series", "刊行物の種類"),)),
        Endpoint("events", EVENTS, (PREFECTURE, equal("kind", "種別"), SINCE, UNTIL)),
    )
}


@require_safe
@public  # open data
def index(request: HttpRequest) -> HttpResponse:
    tables = {
        endpoint.name: {"title": endpoint.table.title, "url": settings.SITE_URL + endpoint.address}
        for endpoint in ENDPOINTS.values()
    }
    document = settings.SITE_URL + reverse("api_document")
    return _answer(
        request, {"openapi": document, "license": settings.OPEN_DATA_LICENSE, "tables": tables}
    )


@require_safe
@public  # open data
def document(request: HttpRequest) -> HttpResponse:
    return _answer(request, describe())


@require_safe
@public  # open data
def table(request: HttpRequest, name: str) -> HttpResponse:
    endpoint = ENDPOINTS.get(name)
    if endpoint is None:
        return _answer(request, {"error": "このデータはありません。"}, status=404)
    try:
        page = _page(endpoint, request.GET.dict())
    except ParameterError as error:
        return _answer(request, {"error": str(error)}, status=400)
    if page is None:
        return _answer(request, {"error": "このページはありません。"}, status=404)
    return _answer(request, page)


def _page(endpoint: Endpoint, query: dict[str, str]) -> dict[str, Any] | None:
    """None beyond the last page."""
    known = {"page", "per_page", *(condition.name for condition in endpoint.conditions)}
    if unknown := sorted(query.keys() - known):
        raise ParameterError(f"{unknown[0]}という条件はありません。")
    number = _number(query, "page", 1, 1_000_000)
    per_page = _number(query, "per_page", PER_PAGE, MOST_PER_PAGE)
    paginator = Paginator(_rows(endpoint, query), per_page)
    if number > paginator.num_pages:
        return None
    page = paginator.page(number)
    address = _neighbour(endpoint, query)
    return {
        "count": paginator.count,
        "page": number,
        "pages": paginator.num_pages,
        "per_page": per_page,
        "next": address(number + 1) if page.has_next() else None,
        "previous": address(number - 1) if page.has_previous() else None,
        "license": settings.OPEN_DATA_LICENSE,
        "results": page.object_list,
    }


def _number(query: dict[str, str], name: str, default: int, most: int) -> int:
    number = whole_number(query.get(name, str(default)), digits=7)
    if number is None or not 1 <= number <= most:
        raise ParameterError(f"{name}は1から{most}までの数で指定してください。")
    return number


def _rows(endpoint: Endpoint, query: dict[str, str]) -> list[Row]:
    asked = [condition for condition in endpoint.conditions if condition.name in query]
    for condition in asked:
        condition.check(query[condition.name])
    keys = endpoint.table.keys
    rows = (dict(zip(keys, row, strict=True)) for row in endpoint.table.values())
    return [
        row
        for row in rows
        if all(condition.lets(row, query[condition.name]) for condition in asked)
    ]


def _neighbour(endpoint: Endpoint, query: dict[str, str]) -> Callable[[int], str]:
    def address(number: int) -> str:
        asked = urlencode(query | {"page": str(number)})
        return f"{settings.SITE_URL}{endpoint.address}?{asked}"

    return address


def _answer(request: HttpRequest, data: dict[str, Any], status: int = 200) -> HttpResponse:
    """Weak: the answer may be compressed on its way."""
    content = json.dumps(data, ensure_ascii=False).encode()
    etag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    unchanged = get_conditional_response(request, etag=etag) if status == 200 else None
    if unchanged is not None:
        return unchanged
    response = HttpResponse(content, content_type="application/json; charset=utf-8", status=status)
    if status == 200:
        response.headers["ETag"] = etag
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def describe() -> dict[str, Any]:
    """OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "特別区全国連携プロジェクト オープンデータ",
            "version": "1.0.0",
            "description": f"ライセンス：{settings.OPEN_DATA_LICENSE}",
        },
        "servers": [{"url": settings.SITE_URL}],
        "paths": {
            endpoint.address: {"get": _operation(endpoint)} for endpoint in ENDPOINTS.values()
        },
        "components": {
            "schemas": {
                "error": _object({"error": {"type": "string"}}),
                **{name: _page_schema(endpoint) for name, endpoint in ENDPOINTS.items()},
            }
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    numbers = {
        "page": {"type": "integer", "minimum": 1, "default": 1},
        "per_page": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_PER_PAGE,
            "default": PER_PAGE,
        },
    }
    meanings = {"page": "何ページ目か", "per_page": "1ページの件数"}
    parameters = [_parameter(name, meanings[name], schema) for name, schema in numbers.items()]
    for condition in endpoint.conditions:
        parameters.append(_parameter(condition.name, condition.meaning, condition.schema))
    return {
        "operationId": endpoint.name,
        "summary": endpoint.table.title,
        "parameters": parameters,
        "responses": {
            "200": _response("1ページ分", endpoint.name),
            "400": _response("条件の誤り", "error"),
            "404": _response("ないページ", "error"),
        },
    }


def _parameter(name: str, meaning: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": meaning, "schema": schema}


def _response(meaning: str, schema: str) -> dict[str, Any]:
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {"description": meaning, "content": {"application/json": content}}


def _page_schema(endpoint: Endpoint) -> dict[str, Any]:
    row = _object(
        {
            column.key: {
                "type": [column.type, "null"],
                "title": column.head,
                "description": column.meaning,
            }
            for column in endpoint.table.columns
        }
    )
    number, address = {"type": "integer", "minimum": 0}, {"type": ["string", "null"]}
    return _object(
        {
            **dict.fromkeys(("count", "page", "pages", "per_page"), number),
            **dict.fromkeys(("next", "previous"), address),
            "license": {"type": "string"},
            "results": {"type": "array", "items": row},
        }
    )


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """Nothing missing and nothing besides."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
