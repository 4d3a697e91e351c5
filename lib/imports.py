"""The secretariat's imports: a sheet is taken whole or not at all, errors by row of the sheet."""

import csv
import re
from collections.abc import Callable, Mapping
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import Any

import tablib
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Choices
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from import_export.fields import Field
from import_export.resources import Diff, ModelResource
from import_export.results import Result, RowResult
from import_export.widgets import CharWidget
from tablib.exceptions import TablibException

from lib.clock import parse_time
from lib.moments import parse_moment
from lib.progress import shown_on
from lib.spreadsheets import XLSX, JapaneseCSV
from lib.text import half_width
from lib.wareki import parse_date

HEADER_ROWS = 1
# Excel hands 13:30 over as 13:30:00.
_SECONDS = re.compile(r"(\d{1,2}:\d{2}):\d{2}(?:\.\d+)?$")
# Excel hands dates over as 2026-03-12 00:00:00.
_MIDNIGHT = " 00:00:00"
SAMPLE_ROW = "見本の行です。消してから取り込んでください。"


class SheetResult(Result):
    """Numbers rows as Excel does: the first row below the heads is row 2."""

    def append_invalid_row(self, number: int, row: Any, validation_error: Any) -> None:
        super().append_invalid_row(number + HEADER_ROWS, row, validation_error)

    def append_error_row(self, number: int, row: Any, errors: Any) -> None:
        super().append_error_row(number + HEADER_ROWS, row, errors)


class PlainDiff(Diff):
    """Old and new value side by side, without the inline styles that our CSP forbids."""

    def as_html(self) -> list[SafeString]:
        return [
            _changed(old, new, self.new) for old, new in zip(self.left, self.right, strict=True)
        ]


def _changed(old: Any, new: Any, is_new_row: bool) -> SafeString:
    if is_new_row or old == new:
        return format_html("{}", new)
    return format_html("<del>{}</del> → <ins>{}</ins>", old, new)


class SheetResource(ModelResource):
    """Columns by their Japanese heads; `aliases` are the heads of our data files and former ones.

    Keyword `progress` of import_data is called with the number of rows read so far.
    """

    aliases: Mapping[str, str] = {}
    required_heads: tuple[str, ...] = ()
    # The row of the file to begin with, and what each column may say.
    sample: Mapping[str, str] = {}
    explanations: Mapping[str, str] = {}
    # Written into exports, and not read when they come back.
    shown_only: frozenset[str] = frozenset()

    def heads(self) -> list[str]:
        """Of what a sheet may say."""
        return [field.column_name for field in self.get_user_visible_fields()]

    def get_user_visible_fields(self) -> list[Field]:
        return [
            self.fields[name] for name in self.get_import_order() if name not in self.shown_only
        ]

    def get_result_class(self) -> type[Result]:
        return SheetResult

    def get_diff_class(self) -> type[Diff]:
        return PlainDiff

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        self._wait_for_others()
        try:
            self.check_heads(dataset)
        except ValidationError:
            # import-export would go on and find fault with every row.
            dataset.wipe()
            raise
        # Excel keeps rows below the last one that were only formatted or emptied.
        while len(dataset) and not any(dataset[-1]):
            del dataset[-1]

    def _wait_for_others(self) -> None:
        """One import of a model at a time: a second one reads what the first has saved."""
        kinds = ContentType.objects.select_for_update(no_key=True).order_by()
        kinds.get(pk=ContentType.objects.get_for_model(self._meta.model).pk)

    def check_heads(self, dataset: tablib.Dataset) -> None:
        heads = [str(head or "").strip() for head in dataset.headers or []]
        dataset.headers = [self.aliases.get(head, head) for head in heads]
        twice = {head for head in dataset.headers if head and dataset.headers.count(head) > 1}
        if twice:
            raise ValidationError(f"同じ名前の列があります：{'、'.join(sorted(twice))}")
        missing = [head for head in self.required_heads if head not in dataset.headers]
        if missing:
            raise ValidationError(f"列がありません：{'、'.join(missing)}")

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        for head, value in row.items():
            row[head] = "" if value is None else str(value).strip()
        if self.sample and all(row.get(head) == said for head, said in self.sample.items()):
            raise ValidationError(SAMPLE_ROW)
        self._check_keys(row)

    def _check_keys(self, row: dict[str, Any]) -> None:
        """What a row is found by is read before the rest: what is wrong there has its column, too."""
        errors: dict[str, list[str]] = {}
        for name in self.get_import_id_fields():
            field = self.fields[name]
            if field.column_name in row:
                try:
                    field.clean(row)
                except ValueError as error:
                    errors[name] = [str(error)]
        if errors:
            raise ValidationError(errors)

    def import_row(self, row: Any, instance_loader: Any, **kwargs: Any) -> RowResult:
        """Errors come under the column's head, which the secretariat sees, not the field's name."""
        row_result = super().import_row(row, instance_loader, **kwargs)
        errors = getattr(row_result.validation_error, "error_dict", None)
        if errors is not None:
            row_result.validation_error = ValidationError(
                {self._head_of(name): messages for name, messages in errors.items()}
            )
        return row_result

    def _head_of(self, name: str) -> str:
        return self.fields[name].column_name if name in self.fields else NON_FIELD_ERRORS

    def after_import_row(self, row: Any, row_result: Any, **kwargs: Any) -> None:
        progress: Callable[[int], None] | None = kwargs.get("progress")
        if progress:
            progress(kwargs["row_number"])


class ChoiceWidget(CharWidget):
    """A choice by its label, as 町村 or 群馬県; the stored value is understood, too."""

    def __init__(
        self, choices: type[Choices] | list[tuple[str, str]], *, empty: str | None = None
    ) -> None:
        """`empty` is what an empty cell says; without it one of the choices must be there."""
        super().__init__()
        self.empty = empty
        pairs = choices if isinstance(choices, list) else choices.choices
        self.labels = dict(pairs)
        self.values = {str(label): value for value, label in pairs}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        if not value and self.empty is not None:
            return self.empty
        if value in self.labels:
            return value
        if value not in self.values:
            raise ValueError(f"「{value}」は選べません。次のどれか：{'、'.join(self.values)}")
        return self.values[value]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(self.labels.get(value, ""))


class DateWidget(CharWidget):
    """和暦 or 西暦 in, 西暦 out; an empty cell is no date."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = str(value or "").removesuffix(_MIDNIGHT)
        return parse_date(text) if text else None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.isoformat() if value else ""


class MomentWidget(CharWidget):
    """A day with an optional time of day, as in the forms; 西暦 out."""

    def __init__(self, default: time = time(0)) -> None:
        super().__init__()
        self.default = default

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> datetime | None:
        # A cell that holds a day alone comes as midnight.
        text = _SECONDS.sub(r"\1", str(value or "").removesuffix(_MIDNIGHT))
        return parse_moment(text, default=self.default) if text else None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


class ClockWidget(CharWidget):
    """A time of day: 午後1時30分, 13:30."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> time | None:
        text = _SECONDS.sub(r"\1", str(value or ""))
        if not text:
            return None
        clock, days = parse_time(text)
        if days:
            raise ValueError("24時は、次の日の午前0時です。日付と時刻を分けて入力してください。")
        return clock

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return f"{value:%H:%M}" if value else ""


class TextWidget(CharWidget):
    """Text as the forms store it."""

    def __init__(self, cleaned: Callable[[str], str]) -> None:
        super().__init__()
        self.cleaned = cleaned

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return self.cleaned(str(value or ""))


class NumberWidget(CharWidget):
    """A whole number from 1 on, in any width; an empty cell is None."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        # Excel hands numbers over as 144.0 once a cell has been calculated.
        typed = half_width(str(value or "")).removesuffix(".0")
        if not typed:
            return None
        if not (typed.isascii() and typed.isdigit() and len(typed) <= 9 and int(typed) > 0):
            raise ValueError(f"「{value}」は1以上の整数で入力してください。")
        return int(typed)


class YesNoWidget(CharWidget):
    """はい or ○ is true; いいえ or an empty cell is false."""

    VALUES = {"はい": True, "○": True, "いいえ": False, "": False}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        if value not in self.VALUES:
            raise ValueError(f"「{value}」は「はい」か「いいえ」で入力してください。")
        return self.VALUES[value]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "はい" if value else "いいえ"


def read_sheet(path: Path) -> tablib.Dataset:
    """Raises CommandError when the file is neither a CSV nor an XLSX that can be read."""
    sheet_format = XLSX() if path.suffix.lower() == ".xlsx" else JapaneseCSV()
    try:
        return sheet_format.create_dataset(path.read_bytes())
    except ValidationError as error:
        raise CommandError(f"{path}: {error.message}") from error
    except (OSError, csv.Error, KeyError, TablibException) as error:
        raise CommandError(f"{path}: {error!r}") from error


class SheetCommand(BaseCommand):
    """Base of the import commands: the same resource as in the admin, from a file."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="check the file, save nothing")

    def import_sheet(self, resource: SheetResource, path: Path, **options: Any) -> None:
        dataset = read_sheet(path)
        result = resource.import_data(
            dataset,
            dry_run=options.pop("dry_run"),
            rollback_on_validation_errors=True,
            progress=partial(self._show, path.name, len(dataset)),
            **options,
        )
        if result.has_errors() or result.has_validation_errors():
            raise CommandError(
                "\n".join([f"{path.name}: nothing was saved.", *error_lines(result)])
            )
        counts = ", ".join(f"{count} {name}" for name, count in result.totals.items() if count)
        self.stdout.write(f"{path.name}: {counts or 'empty'}")

    def _show(self, name: str, total: int, done: int) -> None:
        if done % 100 == 0 or done == total:
            shown_on(self.stdout, f"rows of {name}")(done, total)


def error_lines(result: Result) -> list[str]:
    """All errors of an import, each with the row of the sheet."""
    lines = [str(error.error) for error in result.base_errors]
    lines += [
        f"{row.number}行目: {error.error}" for row in result.error_rows for error in row.errors
    ]
    for row in result.invalid_rows:
        for head, messages in row.field_specific_errors.items():
            lines += [f"{row.number}行目（{head}）: {message}" for message in messages]
        lines += [f"{row.number}行目: {message}" for message in row.non_field_specific_errors]
    return lines
