"""Every address of the URLconf, with the keys of all rows that there are: own ones and those of others."""

import itertools

from django.apps import apps
from django.contrib import admin
from django.urls import URLPattern, get_resolver, reverse

from board.models import Attachment, Category, Reply, Topic
from members.models import Draft, Handover, Invitation, Organization, Seat, User
from news.models import Edition, Event, NewsFile, NewsItem, Publication
from renkei.api import ENDPOINTS
from tests.crawl.planting import WORD
from tests.test_access import (
    PATTERNS,
    arguments_for,
    arguments_of_board,
    arguments_of_body,
    arguments_of_news,
)

# What the number of an address is the key of, by how the address begins.
ROWS = {
    "topics/<int:pk>/replies/": Reply,
    "topics/<int:pk>/": Topic,
    r"^topics/": Topic,
    "board/topics/<int:pk>/event/": Topic,
    "drafts/<int:pk>/": Draft,
    "directory/<int:pk>/": Organization,
    "members/g<int:pk>/": Organization,
    "register/ask/<int:pk>/": Organization,
    "organization/seats/<int:pk>/": Seat,
    "organization/invitations/<int:pk>/": Invitation,
    "organization/people/<int:pk>/": User,
    "handover/new/<int:pk>/": User,
    "handover/<int:pk>/": Handover,
    "members/handover/<int:pk>/": Handover,
    "news/<int:pk>/": NewsItem,
    "publications/<int:pk>/": Publication,
    "events/proposals/<int:pk>/": Event,
    "events/<int:pk>": Event,
}
FILES = {"board:file": [Attachment], "board:thumbnail": [Attachment]} | {
    "public_file": [NewsFile, Edition, apps.get_model("agreements", "AgreementFile")]
}
WORDS_OF_ADMIN = {
    "extension": ("csv", "xlsx"),
    "act": ("hide",),
    "slug": ("invitation",),
    "name": ("suspend", "members"),
    "kind": ("person",),
    "app_label": ("members", "board"),
    "note": (1,),
}
# So many rows of a model are asked for, the youngest: what was planted last.
OF_THE_PORTAL, OF_THE_ADMIN = 4, 1
SEARCHES = (
    *("/search/", "/members/", "/board/search/", "/board/", "/members/directory/"),
    *("/agreements/constituents/", "/admin/personal/"),
)
KINDS = ("news", "events", "publications", "members", "regional", "corporate", "constituents")
EXTENSIONS = ("csv", "json", "xlsx")


def of_the_portal(people):
    """What the table of docs/access.md lists, for own rows, for those of others and for all others."""
    for name in PATTERNS:
        if name == "admin:*":
            continue
        for arguments in {tuple(one) for one in _arguments(name, people)}:
            yield reverse(name, args=arguments)
    for kind, extension in itertools.product(KINDS, EXTENSIONS):
        yield from (f"/{kind}.{extension}", f"/agreements/{kind}.{extension}")
    yield from (f"/api/v1/{name}/" for name in ENDPOINTS)
    yield from (topic.get_absolute_url() for topic in Topic.objects.all())
    for address in SEARCHES:
        yield f"{address}?q={WORD}"
    yield f"/board/search/?q={WORD}&sort=best"


def _arguments(name, people):
    yield from (kit[name] for kit in people["arguments"] if name in kit)
    if not any(name in kit for kit in people["arguments"]):
        yield []
    route = str(PATTERNS[name].pattern)
    model = next((model for start, model in ROWS.items() if route.startswith(start)), None)
    if model is Reply:
        yield from model.objects.values_list("topic", "seq").order_by("-pk")[:OF_THE_PORTAL]
    elif model is not None:
        extra = ["xlsx"] if "extension" in route else []
        yield from ([pk, *extra] for pk in youngest(model, OF_THE_PORTAL))
    for owner in FILES.get(name, ()):
        yield from ([pk] for pk in owner.objects.values_list("pk", flat=True))
    if name in {"board:category", "board:category_read"}:
        yield from Category.objects.values_list("slug")


def of_the_admin():
    """Each list, form, sheet, act and history of each model; beside them the pages of the site."""
    for route, pattern, model in _patterns_of_admin():
        for values in _values(pattern, model):
            if (address := _filled(route, values)) is not None:
                yield f"/admin/{address}"
    for model, page in admin.site._registry.items():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        yield f"{address}?q={WORD}"
        for field in page.autocomplete_fields:
            yield (
                f"/admin/autocomplete/?app_label={model._meta.app_label}"
                f"&model_name={model._meta.model_name}&field_name={field}&term={WORD}"
            )


def _patterns_of_admin():
    resolver = next(one for one in get_resolver().url_patterns if str(one.pattern) == "admin/")
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield str(one.pattern), one, Organization
            continue
        label = str(one.pattern).strip("/").replace("/", ".")
        for inner in one.url_patterns:
            yield f"{one.pattern}{inner.pattern}", inner, apps.get_model(label)


def _values(pattern, model):
    """One dictionary for each row, or for each word that an address may hold."""
    names = list(pattern.pattern.converters) or list(pattern.pattern.regex.groupindex)
    keys = youngest(model, OF_THE_ADMIN)
    choices = [WORDS_OF_ADMIN.get(name, keys) for name in names]
    return (dict(zip(names, values, strict=True)) for values in itertools.product(*choices))


def youngest(model, number):
    return model._default_manager.order_by("-pk").values_list("pk", flat=True)[:number]


def _filled(route, values):
    """None for addresses that only a regular expression knows."""
    if route.startswith("^") or "^" in route or "(?P" in route or "content_type_id" in route:
        return None
    for name, value in values.items():
        for kind in ("int:", "slug:", "path:", "uuid:", "str:", ""):
            route = route.replace(f"<{kind}{name}>", str(value))
    return route


def kits(own, other):
    """What tests/test_access.py opens, of the own body and of another one."""
    makers = (arguments_of_news, arguments_of_body, arguments_of_board)
    theirs = {name: values for make in makers for name, values in make(other).items()}
    return [arguments_for(own), theirs]
