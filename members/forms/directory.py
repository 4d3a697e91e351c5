"""The search of the directory."""

from django import forms

from lib import prefectures
from lib.forms import ANY
from lib.text import words
from members import directory


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
