"""The searches of the public directory and of the members' own, and who is named there."""

from django import forms
from django.db.models import QuerySet

from lib import prefectures
from lib.forms import ANY
from lib.text import words
from members import contacts, directory
from members.models import Organization, User


class DirectorySearch(forms.Form):
    """Search of `/members/`, as an address that can be shared."""

    q = forms.CharField(
        label="検索語",
        required=False,
        max_length=100,
        help_text="自治体・団体の名前、ふりがな、団体コードで探せます。例：まえばし",
    )
    prefecture = forms.ChoiceField(
        label="都道府県", choices=[ANY, *prefectures.CHOICES], required=False
    )

    @property
    def asks_for_something(self) -> bool:
        """False for an address without conditions, and for one that makes no sense."""
        return self.is_valid() and bool(
            words(self.cleaned_data["q"]) or self.cleaned_data["prefecture"]
        )

    @property
    def prefecture_name(self) -> str:
        """Empty when no prefecture has been chosen."""
        return dict(prefectures.CHOICES).get(self.cleaned_data.get("prefecture", ""), "")

    def search(self) -> list[directory.Body]:
        """Empty while nothing is asked for."""
        if not self.asks_for_something:
            return []
        return directory.search(self.cleaned_data["q"], self.cleaned_data["prefecture"])


class ContactSearch(forms.Form):
    """Search of `/members/directory/`; all bodies while nothing is asked for, or nothing sensible."""

    KINDS = [
        (kind.value, kind.label)
        for kind in Organization.Kind
        if kind != Organization.Kind.SECRETARIAT
    ]

    q = forms.CharField(
        label="検索語",
        required=False,
        max_length=100,
        help_text="団体名、ふりがな、団体コード、部署名。例：観光課",
    )
    prefecture = forms.ChoiceField(
        label="都道府県", choices=[ANY, *prefectures.CHOICES], required=False
    )
    kind = forms.ChoiceField(label="種別", choices=[ANY, *KINDS], required=False)

    @property
    def conditions(self) -> str:
        """As the head of a printed list says it; empty without conditions."""
        if not self.is_valid():
            return ""
        prefecture = dict(prefectures.CHOICES).get(self.cleaned_data["prefecture"], "")
        kind = dict(self.KINDS).get(self.cleaned_data["kind"], "")
        query = f"検索語「{self.cleaned_data['q']}」" if self.cleaned_data["q"] else ""
        return "、".join(filter(None, [prefecture, kind, query]))

    def search(self) -> "QuerySet[Organization]":
        if not self.is_valid():
            return contacts.bodies()
        data = self.cleaned_data
        return contacts.bodies(data["q"], prefecture=data["prefecture"], kind=data["kind"])


class NameChoiceForm(forms.ModelForm):
    """A person's own choice, on the page of the account."""

    class Meta:
        model = User
        fields = ["shows_name"]
        help_texts = {"shows_name": ""}
