"""The application of a body: one form, tolerant of how people type."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property

from lib import prefectures
from lib.forms import FormKeyField, LineField, TextField
from lib.local_government_codes import readings
from lib.text import fold, half_width
from members.models import (
    Application,
    LocalGovernment,
    Organization,
    SiteText,
    Standing,
    Theme,
)

ALREADY_MEMBER = "すでに会員です。担当部署の追加は、貴団体の管理担当者へご連絡ください。分からないときは、事務局にお問い合わせください。"
ALREADY_OPEN = (
    "この団体からの申請を、すでに受け付けています。内容については、事務局にお問い合わせください。"
)
NO_ASSOCIATION = "{}は市区町村・都道府県です。ここのチェックを外してください。"
WARDS_ARE_MEMBERS = "東京23区は、はじめから会員です。申請は要りません。"


TELEPHONE = RegexValidator(
    r"^[+(]?[0-9][0-9() -]{7,17}$",
    "市外局番から、数字とハイフンで入力してください。例：03-1234-5678",
)
X_ACCOUNT = RegexValidator(
    r"^@?[A-Za-z0-9_]{1,15}$", "「@」に続く英数字と「_」で入力してください。"
)


class WideInput(forms.TextInput):
    """Full width, any hyphen and blanks around are welcome: folded before the field looks."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return half_width(value) if isinstance(value, str) else value


class WideEmailInput(WideInput):
    input_type = "email"


class WideTelephoneInput(WideInput):
    input_type = "tel"


class WideURLInput(WideInput):
    input_type = "url"


class WideURLField(forms.URLField):
    """Optional; without a scheme it is https."""

    widget = WideURLInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "assume_scheme": "https", **kwargs})


class ApplicationForm(forms.ModelForm):
    """Resolves 団体名 within 都道府県; several hits come back as a choice."""

    form_key = FormKeyField()
    prefecture = forms.ChoiceField(
        label="都道府県",
        choices=[("", "選んでください"), *prefectures.CHOICES],
        error_messages={"required": "都道府県を選んでください。"},
    )
    # Offered when the name has several hits; checked by the form, which alone knows them.
    which_body = forms.CharField(label="該当する団体", required=False, widget=forms.RadioSelect)
    website = WideURLField(label="ウェブサイト")
    magazine_url = WideURLField(label="広報誌のURL")
    is_association = forms.BooleanField(
        label="市区町村・都道府県ではない団体（町村会、広域連合など）です", required=False
    )
    wishes = forms.MultipleChoiceField(
        label="活用したいこと",
        choices=Application.Wish,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    themes = forms.ModelMultipleChoiceField(
        label="関心のあるテーマ",
        queryset=Theme.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    consent = forms.BooleanField(
        label="利用規約に同意する",
        error_messages={"required": "申請するには、利用規約への同意が必要です。"},
    )

    class Meta:
        model = Application
        fields = [
            "prefecture",
            "body_name",
            "section",
            "contact_name",
            "email",
            "telephone",
            "extension",
            "website",
            "x_account",
            "magazine_url",
            "purpose",
            "themes",
        ]
        field_classes = {
            **dict.fromkeys(("body_name", "section", "contact_name"), LineField),
            "purpose": TextField,
        }
        widgets = {
            "body_name": forms.TextInput(attrs={"list": "bodies", "autocomplete": "organization"}),
            "email": WideEmailInput(attrs={"autocomplete": "email"}),
            "telephone": WideTelephoneInput(attrs={"autocomplete": "tel"}),
            "extension": WideInput,
            "x_account": WideInput,
            "purpose": forms.Textarea(attrs={"rows": 5}),
        }
        help_texts = {
            "body_name": "市町村名・ふりがな・団体コードのどれでも入力できます。例：前橋市",
            "section": "例：企画課 連携担当",
            "email": "部署の代表メールアドレス。申請の確認のメールを送ります。",
            "telephone": "例：03-1234-5678",
            "purpose": "会員専用ホームページをどのように使いたいか、お書きください。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The body that was typed, where it is a member: the page offers a way to ask it.
        self.member: Organization | None = None
        self.fields["telephone"].validators.append(TELEPHONE)
        self.fields["x_account"].validators.append(X_ACCOUNT)
        if self.instance.pk:
            # A correction is sent once because it moves the state.
            del self.fields["form_key"]

    @property
    def bodies(self) -> QuerySet[LocalGovernment]:
        """For the datalist, once a prefecture has been chosen; members are marked."""
        typed = self["prefecture"].value()
        # Of a form with errors it is as it was sent; PostgreSQL cannot even look for some of that.
        chosen = typed if typed in dict(prefectures.CHOICES) else ""
        existing = LocalGovernment.objects.existing(timezone.localdate())
        found = existing.filter(prefecture=chosen)
        named = found.exclude(kind=LocalGovernment.Kind.WARD)
        return named.select_related("organization")

    @cached_property
    def terms(self) -> SiteText | None:
        return SiteText.objects.current(SiteText.Slug.TERMS)

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        prefecture, typed = data.get("prefecture"), data.get("body_name")
        if prefecture and typed:
            self.instance.local_government = None
            if data.get("is_association"):
                self._refuse_local_government(prefecture, typed)
            else:
                self._resolve(prefecture, typed)
            if not self.errors.get("body_name"):
                self._refuse_members_and_open(prefecture, typed)
        return data

    def _resolve(self, prefecture: str, typed: str) -> None:
        """Sets the instance's local government, or asks which one is meant."""
        found = matching(prefecture, typed)
        chosen = found[0] if len(found) == 1 else self._chosen_of(found)
        if chosen is None and found:
            self.add_error("which_body", "当てはまる団体を選んでください。")
        elif chosen is None:
            self.add_error("body_name", _not_found(prefecture, typed))
        elif chosen.kind == LocalGovernment.Kind.WARD:
            ward = Organization.objects.filter(local_government=chosen).first()
            self._refuse_member(ward, WARDS_ARE_MEMBERS)
        else:
            self.instance.local_government = chosen
            self.instance.body_name = chosen.own_name
            self.cleaned_data["body_name"] = chosen.own_name

    def _refuse_local_government(self, prefecture: str, typed: str) -> None:
        """As a body without a code it would bear the name of one that has it."""
        name = prefectures.name_within(prefecture, typed)
        for body in matching(prefecture, typed):
            if name == fold(body.name):
                self.add_error("is_association", NO_ASSOCIATION.format(body))

    def _chosen_of(self, found: list[LocalGovernment]) -> LocalGovernment | None:
        """The radio buttons offer what was found; their answer is a code."""
        choices = [(body.code, f"{body}（団体コード {body.code}）") for body in found]
        self.fields["which_body"].widget = forms.RadioSelect(choices=choices)
        # Only its mark: what was sent has been looked at already.
        self.fields["which_body"].required = bool(found)
        typed = self.data.get("which_body")
        return next((body for body in found if body.code == typed), None)

    def _refuse_members_and_open(self, prefecture: str, name: str) -> None:
        body, members = self.instance.local_government, Organization.objects.active()
        applications = Application.objects.open().exclude(pk=self.instance.pk)
        if body:
            member = members.filter(local_government=body).first()
            applications = applications.filter(local_government=body)
        else:
            member = members.group_named(prefecture, name)
            applications = applications.filter(
                prefecture=prefecture, folded_name=fold(name), local_government=None
            )
        if member:
            self._refuse_member(member, ALREADY_MEMBER)
        elif applications.exists():
            self.add_error("body_name", ALREADY_OPEN)

    def _refuse_member(self, member: Organization | None, text: str) -> None:
        self.add_error("body_name", text)
        if member and member.standing != Standing.NONE:
            self.member = member

    def finish(self) -> Application:
        """The application as it will be saved by registration.apply() or resubmit()."""
        application = self.instance
        application.wishes = self.cleaned_data["wishes"]
        application.terms = self.terms
        application.x_account = application.x_account.removeprefix("@")
        application.form_key = self.cleaned_data.get("form_key", application.form_key)
        return application


def matching(prefecture: str, typed: str) -> list[LocalGovernment]:
    """Bodies of the prefecture whose name, kana or code is what was typed."""
    existing = LocalGovernment.objects.existing(timezone.localdate()).filter(prefecture=prefecture)
    name = prefectures.name_within(prefecture, typed)
    if not name:
        return list(existing.filter(kind=LocalGovernment.Kind.PREFECTURE))
    named = existing.exclude(kind=LocalGovernment.Kind.PREFECTURE)
    same = [body for body in named if name in {fold(body.name), fold(body.kana)}]
    return same or list(existing.filter(code__in=_codes(typed)))


def _codes(typed: str) -> list[str]:
    try:
        return readings(typed)
    except ValidationError:
        return []


def _not_found(prefecture: str, typed: str) -> str:
    """With the nearest names, where there are some."""
    near = LocalGovernment.objects.existing(timezone.localdate()).filter(prefecture=prefecture)
    names = [body.own_name for body in near.search(typed)[:5]]
    hint = (
        f"近い名前：{'、'.join(names)}。"
        if names
        else "名前の一部だけを入力すると、近い名前を示します。"
    )
    name = prefectures.by_code(prefecture).name
    return f"{name}に「{typed}」は見つかりません。{hint}"
