"""An act on many rows of an admin list: first a page that says what will happen to how many.

The one way to do it. Each row is acted upon by the site's own verb, in a transaction of its own, and
those to which the act does not apply are named with the reason, before and after.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from lib.admin import PortalModelAdmin
from lib.conflicts import StaleError
from lib.numbers import whole_number

MOST = 200
TOO_MANY = f"一度に操作できるのは{MOST}件までです。絞り込んでから選んでください。"
CHANGED = "先に変わっていたため"


class NotDoneError(Exception):
    """The row is not, or no longer, in a state for the act; says why to the one who acts."""


class NothingAsked(forms.Form):
    """An act that needs no words."""


class Bulk(NamedTuple):
    """An act on all chosen rows: its name in the menu, its button, and what will happen to how many."""

    label: str
    button: str
    sentence: str
    # What cannot be undone, or is easily misjudged.
    warning: str = ""
    form: type[forms.Form] = NothingAsked
    # Asked as has_<permission>_permission.
    permission: str = "change"


class BulkAdmin(PortalModelAdmin):
    bulk: dict[str, Bulk] = {}

    def refusals(self, act: str, rows: list[Any], request: HttpRequest) -> dict[Any, str]:
        """Of many rows; where a question to the database is needed, one for all of them."""
        return {row: reason for row in rows if (reason := self.refusal(act, row, request))}

    def refusal(self, act: str, row: Any, request: HttpRequest) -> str:
        """Why the act does not apply to the row; empty where it does."""
        return ""

    def do(self, act: str, row: Any, data: dict[str, Any], request: Any) -> None:
        """Raises NotDoneError."""
        # Each list has its own verbs.
        raise NotImplementedError

    def note(self, row: Any) -> str:
        """What stands behind the row's name on the page that asks."""
        return ""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        for act, bulk in self.bulk.items():
            may: Callable[[HttpRequest], bool] = getattr(self, f"has_{bulk.permission}_permission")
            # Not where a row is chosen in a window for another form.
            if may(request) and "_popup" not in request.GET:
                name = f"bulk_{act}"
                actions[name] = (partial(_on_many, act=act), name, bulk.label)
        return actions

    def do_to_many(self, act: str, form: forms.Form, request: Any) -> None:
        rows = list(_chosen(self, request))
        left = {
            row: reason for row in rows if (reason := self._reason_left(act, row, form, request))
        }
        if len(left) < len(rows):
            done = f"{self.bulk[act].button}：{len(rows) - len(left)}件を完了しました。"
            self.message_user(request, done, messages.SUCCESS)
        reasons: dict[str, list[str]] = {}
        for row, reason in left.items():
            reasons.setdefault(reason, []).append(f"「{row}」")
        for reason, names in reasons.items():
            text = f"次の{len(names)}件は、{reason}、そのままです。{'、'.join(names)}"
            self.message_user(request, text, messages.WARNING)

    def _reason_left(self, act: str, row: Model, form: forms.Form, request: Any) -> str:
        """Empty where the act was done."""
        data = form.cleaned_data
        if takes_edits(self.bulk[act].form):
            seen = whole_number(request.POST.get(f"expected-{row.pk}", ""))
            data = {**data, "expected": -1 if seen is None else seen}
        if reason := self.refusals(act, [row], request).get(row):
            return reason
        try:
            self.do(act, row, data, request)
        except NotDoneError as error:
            return str(error)
        except StaleError:
            return CHANGED
        return ""


def takes_edits(form_class: type[forms.Form]) -> bool:
    """Whether the act is bound to the text as it was read."""
    return "expected" in form_class.base_fields


def _chosen(model_admin: BulkAdmin, request: HttpRequest) -> QuerySet[Any]:
    """The rows that the page has shown: a filter no longer finds what was decided meanwhile.

    What they belong to is read row by row, as it is when the row's turn comes.
    """
    keys = map(whole_number, request.POST.getlist(ACTION_CHECKBOX_NAME))
    return model_admin.get_queryset(request).filter(pk__in=[key for key in keys if key is not None])


def _on_many(
    model_admin: BulkAdmin, request: HttpRequest, queryset: QuerySet[Any], *, act: str
) -> HttpResponse | None:
    """First a page that says what will happen; it posts the rows that it has shown."""
    is_confirmed = "confirmed" in request.POST
    form = model_admin.bulk[act].form(request.POST if is_confirmed else None)
    form.fields.pop("expected", None)
    if is_confirmed and form.is_valid():
        model_admin.do_to_many(act, form, request)
        return None
    if is_confirmed:
        queryset = _chosen(model_admin, request)
    related: Any = model_admin.list_select_related
    shown = queryset.select_related(*related) if related else queryset
    rows = list(shown[: MOST + 1])
    if len(rows) > MOST:
        model_admin.message_user(request, TOO_MANY, messages.ERROR)
        return None
    if is_confirmed:
        for row in rows:
            # As it was read, not as it stands now.
            row.edits = request.POST.get(f"expected-{row.pk}", "")
    return _confirmation(model_admin, request, act, form, rows)


def _confirmation(
    model_admin: BulkAdmin, request: HttpRequest, act: str, form: forms.Form, rows: list[Any]
) -> HttpResponse:
    bulk = model_admin.bulk[act]
    refused = model_admin.refusals(act, rows, request)
    fitting = [(row, model_admin.note(row)) for row in rows if row not in refused]
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": bulk.button,
        "sentence": bulk.sentence.format(len(fitting)),
        "warning": bulk.warning,
        "rows": fitting,
        "left": [(row, model_admin.note(row), reason) for row, reason in refused.items()],
        "form": form,
        "action": f"bulk_{act}",
        "checkbox": ACTION_CHECKBOX_NAME,
        "takes_edits": takes_edits(bulk.form),
    }
    return TemplateResponse(request, "admin/bulk.html", context)
