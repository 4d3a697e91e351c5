"""The form of a post: its category decides which fields it has."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone

from board import kinds
from board.forms.fields import BodiesField
from board.models import MAX_BODY, Category, Topic
from board.posting import Related
from lib import prefectures
from lib.forms import LineField, TextField, WholeNumberField
from lib.moments import MomentField
from lib.text import half_width
from lib.wareki import WarekiDateField, format_date_weekday, last_day
from lib.working_days import is_working_day
from members.models import Theme, User

# 締切 without a time of day is the end of the working day.
END_OF_DAY = time(17)
START_OF_DAY = time(8, 30)


class TopicForm(forms.ModelForm):
    category = forms.ModelChoiceField(label="分類", queryset=Category.objects.all())
    body = TextField(
        label="本文",
        max_length=MAX_BODY,
        widget=forms.Textarea(attrs={"rows": 12, "data-count": MAX_BODY}),
        help_text="20,000字まで。アドレスはリンクになります。行の初めの「・」「1.」は箇条書きになります。",
    )
    deadline = MomentField(
        is_end=True,
        label="締切",
        required=False,
        default_time=END_OF_DAY,
        help_text="例：令和8年12月25日、R8.12.25 15時。時刻がないときは午後5時です。",
    )
    starts_on = WarekiDateField(label="開始日", required=False, help_text="例：令和9年2月1日")
    ends_on = WarekiDateField(label="終了日", required=False)
    places = WholeNumberField(
        label="募集数",
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text="例：10",
    )
    publish_at = MomentField(
        is_end=True,
        label="公開日時",
        required=False,
        default_time=START_OF_DAY,
        help_text="空のときは、すぐに公開します。例：令和8年12月1日 午前9時",
    )
    themes = forms.ModelMultipleChoiceField(
        label="テーマ",
        queryset=Theme.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    audience = forms.ChoiceField(
        label="公開範囲",
        choices=Topic.Audience,
        initial=Topic.Audience.ALL,
        required=False,
        widget=forms.RadioSelect,
    )
    prefectures = forms.MultipleChoiceField(
        label="公開する都道府県",
        choices=prefectures.CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    organizations = BodiesField(
        label="公開する団体",
        required=False,
        help_text="1行に1団体。団体名（例：群馬県前橋市）または団体コード。Excelの列を貼り付けられます。",
    )

    class Meta:
        model = Topic
        fields = [
            "category",
            "title",
            "summary",
            "body",
            "deadline",
            "starts_on",
            "ends_on",
            "venue",
            "places",
            "audience",
            "publish_at",
            "requires_acknowledgement",
            "asks",
            "shows_answers",
            "wants_introduction",
        ]
        field_classes = dict.fromkeys(("title", "summary", "venue"), LineField)
        widgets = {
            "title": forms.TextInput(attrs={"data-count": 100}),
            "summary": forms.TextInput(attrs={"data-count": 70}),
        }
        help_texts = {
            "title": "100字まで。何を、いつまでに、が分かるように。",
            "summary": "一覧とお知らせのメールに出ます。70字まで。空のときは、本文から作ります。",
            "requires_acknowledgement": "届いた団体ごとに「確認しました」を押してもらいます。",
            "wants_introduction": "事務局が公式Xで紹介することがあります。公開してよい内容のときに選んでください。",
        }

    def __init__(self, *args: Any, category: Category, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.by = category.kind, by
        chosen: Any = self.fields["category"]
        chosen.queryset = self._categories(category)
        self.initial.setdefault("category", category.pk)
        self.brought = kinds.brought(self.instance)
        self._keep_columns([*kinds.columns_of(category.kind), *map(kinds.name_of, self.brought)])
        for line in self.lines:
            self.fields[line.name] = field_of(line)
            self.initial.setdefault(line.name, self.instance.details.get(line.name, ""))
        if category.kind != Category.Kind.NOTICE:
            del self.fields["requires_acknowledgement"]
        self.fields["asks"].required = False
        self.initial.update(self._related_rows() if self.instance.pk else self._presets())

    def _presets(self) -> dict[str, Any]:
        return {
            "publish_at": None,
            "asks": kinds.ASKS.get(self.kind, Topic.Asks.NOTHING),
            "contact": self.by.seat.contact,
        }

    def _related_rows(self) -> dict[str, Any]:
        rows = self.instance.audience_rows.all()
        return {
            "themes": list(self.instance.themes.all()),
            "prefectures": [row.prefecture for row in rows if row.prefecture],
            "organizations": [row.organization for row in rows if row.organization],
        }

    @property
    def lines(self) -> list[kinds.Line]:
        brought = [item for item in self.brought if isinstance(item, kinds.Line)]
        return [*kinds.lines_of(self.kind), *brought]

    def _categories(self, category: Category) -> Any:
        open_to = [own.pk for own in Category.objects.open_to(self.by)]
        return Category.objects.filter(pk__in=[*open_to])

    def _keep_columns(self, used: list[str]) -> None:
        for name in ("deadline", "starts_on", "ends_on", "venue", "places"):
            if name not in used:
                del self.fields[name]
        self.has_optional_deadline = "deadline" in used and self.kind not in kinds.NEEDS_DEADLINE
        if self.kind in kinds.NEEDS_DEADLINE:
            self.fields["deadline"].required = True

    @property
    def optional(self) -> list[Any]:
        """What folds under 詳しい項目（任意）, in the order of the kind."""
        names = [kinds.name_of(item) for item in (*kinds.FIELDS[self.kind], *self.brought)]
        names += ["asks", "shows_answers"]
        themes: Any = self.fields["themes"]
        names += ["themes"] if themes.choices else []
        names += ["publish_at", "wants_introduction"]
        return [self[name] for name in names if name in self.fields]

    @property
    def has_optional_errors(self) -> bool:
        return any(field.errors for field in self.optional)

    def clean_asks(self) -> str:
        """Left out: what the kind asks for."""
        return self.cleaned_data["asks"] or kinds.ASKS.get(self.kind, Topic.Asks.NOTHING)

    def clean_audience(self) -> str:
        """Preset to all members; an edit that does not speak of it leaves it."""
        return self.cleaned_data["audience"] or self.instance.audience

    def clean_deadline(self) -> Any:
        deadline = self.cleaned_data["deadline"]
        is_new = deadline and deadline != self.instance.deadline
        if is_new and deadline <= timezone.now():
            raise ValidationError("締切は、今より後にしてください。")
        return deadline

    def clean_publish_at(self) -> Any:
        """Empty: now, or as before for one that is published already."""
        chosen = self.cleaned_data["publish_at"]
        if chosen is None:
            return self.instance.publish_at if self.instance.is_published else timezone.now()
        return max(chosen, timezone.now()) if self.instance.pk is None else chosen

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", "終了日は、開始日以後にしてください。")
        self._check_audience(data)
        self._check_deadline_after_publication(data)
        self.instance.details = {
            line.name: data[line.name] for line in self.lines if data.get(line.name)
        }
        return data

    def _check_audience(self, data: dict[str, Any]) -> None:
        """What was typed for another audience is nothing that is posted."""
        audience = data.get("audience")
        if audience != Topic.Audience.PREFECTURES:
            data["prefectures"] = []
        elif not data.get("prefectures"):
            self.add_error("prefectures", "公開する都道府県を選んでください。")
        if audience != Topic.Audience.CHOSEN:
            self.errors.pop("organizations", None)
            data["organizations"] = []
        elif not data.get("organizations") and "organizations" not in self.errors:
            self.add_error("organizations", "公開する団体を入力してください。")

    def _check_deadline_after_publication(self, data: dict[str, Any]) -> None:
        deadline, publish_at = data.get("deadline"), data.get("publish_at")
        if deadline and publish_at and deadline <= publish_at:
            self.add_error("publish_at", "公開日時は、締切より前にしてください。")

    @property
    def related(self) -> Related:
        data = self.cleaned_data
        return Related(
            themes=data["themes"],
            prefectures=data["prefectures"],
            organizations=data["organizations"],
        )

    @property
    def warnings(self) -> list[str]:
        """What is allowed, and perhaps not meant."""
        deadline = self.cleaned_data.get("deadline")
        return [] if deadline is None else deadline_warnings(deadline)


def deadline_warnings(deadline: datetime) -> list[str]:
    day = last_day(deadline)
    if is_working_day(day):
        return []
    return [
        f"締切の{format_date_weekday(day)}は、役所の休みの日です。よろしければ、そのまま投稿してください。"
    ]


class TopicEditForm(TopicForm):
    """`expected` is the state that the person read."""

    reason = LineField(
        label="変更の理由", required=False, max_length=200, help_text="変更の記録に残ります。"
    )
    asks_again = forms.BooleanField(
        label="確認をもう一度求める",
        required=False,
        help_text="内容が大きく変わったときに選びます。確認済みの団体も、未確認に戻ります。",
    )
    expected = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].disabled = True
        self.initial.setdefault("expected", self.instance.edits)
        if not (self.instance.is_scheduled or self.instance.status == Topic.Status.WAITING):
            # Others have read it, and mails have gone out.
            self.fields["publish_at"].disabled = True
        if not self.instance.requires_acknowledgement:
            del self.fields["asks_again"]
        if self.instance.answers.exists():
            # Who has answered did so under what was said then.
            self.fields["asks"].disabled = self.fields["shows_answers"].disabled = True

    def _categories(self, category: Category) -> Any:
        return Category.objects.filter(pk=category.pk)


def field_of(line: kinds.Line) -> forms.CharField:
    """An optional field of Topic.details or Answer.details."""
    widget = forms.Textarea(attrs={"rows": line.rows}) if line.rows else forms.TextInput()
    field = _LinkField if line.is_link else TextField
    return field(
        label=line.label,
        help_text=line.help_text,
        max_length=line.limit,
        required=False,
        widget=widget,
    )


class _LinkField(forms.CharField):
    def clean(self, value: Any) -> str:
        address = half_width(super().clean(value))
        if address and "://" not in address:
            address = f"https://{address}"
        if address:
            URLValidator(schemes=["http", "https"])(address)
        return address
