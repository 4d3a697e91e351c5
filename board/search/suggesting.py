"""Where nothing is found: which condition to drop, and which spellings were looked for as well."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from board.forms.search import SearchForm
from lib.text import other_spellings
from members.models import User

SPELLINGS_SHOWN = 6
COUNTED = 100


@dataclass(frozen=True)
class WayOut:
    """Without this condition something is found."""

    label: str
    value: str
    query: str
    count: str


def ways_out(form: SearchForm) -> list[WayOut]:
    """One query or two per condition; asked only where the page would be empty."""
    if not form.query:
        return []
    filters = {name: value for name, value in form.chosen.items() if name != "q"}
    found = [_without_filter(form, name) for name in filters]
    if len(form.query.wanted) > 1 and not filters:
        found = [_without_word(form, word) for word in form.query.wanted]
    return [way for way in found if way]


def spellings(form: SearchForm) -> list[str]:
    found = [spelling for word in form.query.wanted for spelling in other_spellings(word)]
    return found[:SPELLINGS_SHOWN]


def _without_filter(form: SearchForm, name: str) -> WayOut | None:
    field = form.fields[name]
    value = dict(getattr(field, "choices", ())).get(form.data.get(name), "")
    shown = str(value or form.chosen[name]) if form.chosen[name] is not True else ""
    return _way(str(field.label), shown, _typed(form, **{name: ""}), form.user)


def _without_word(form: SearchForm, word: str) -> WayOut | None:
    rest = " ".join(f'"{other}"' for other in form.query.wanted if other != word)
    return _way("検索語", word, _typed(form, q=rest), form.user)


def _typed(form: SearchForm, **changed: str) -> dict[str, str]:
    typed = {name: form.data.get(name, "") for name in form.fields}
    return {name: value for name, value in {**typed, **changed}.items() if value}


def _way(label: str, value: str, data: dict[str, Any], user: User) -> WayOut | None:
    count = len(SearchForm(data, user=user).search().newest(COUNTED + 1))
    shown = f"{COUNTED}件以上" if count > COUNTED else f"{count}件"
    return WayOut(label, value, urlencode(data), shown) if count else None
