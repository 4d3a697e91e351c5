"""Filters of the registers, and the upload of an agreement's text."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from agreements.models import AgreementFile, Party, RegionalAgreement
from agreements.registers import Register
from lib import prefectures
from lib.forms import ANY, LineField
from lib.uploads import validate_pdf
from members.malware import refuse_unless_clean


class RegionalFilter(forms.Form):
    """Filters of `/agreements/regional/`, as an address that can be shared."""

    SORTS = (
        ("", "協定番号順"),
        ("signed_on", "締結日の古い順"),
        ("-signed_on", "締結日の新しい順"),
    )

    prefecture = forms.ChoiceField(
        label="都道府県", choices=[ANY, *prefectures.CHOICES], required=False
    )
    kind = forms.ChoiceField(
        label="構成自治体の種別",
        choices=[ANY, *Party.Members.choices[:2]],
        required=False,
    )
    sort = forms.ChoiceField(label="並び順", choices=SORTS, required=False)

    def apply(self, register: Register) -> Register:
        """The same register narrowed and ordered; whole when the address makes no sense."""
        if not self.is_valid():
            return register
        sort = self.cleaned_data["sort"]
        found = [agreement for agreement in register.agreements if self._matches(agreement)]
        if sort:
            found.sort(key=lambda agreement: agreement.signed_on, reverse=sort.startswith("-"))
        return Register(found)

    def _matches(self, agreement: RegionalAgreement) -> bool:
        prefecture, kind = self.cleaned_data["prefecture"], self.cleaned_data["kind"]
        kinds = set(Party.KINDS[kind]) if kind else agreement.kinds
        return prefecture in {"", agreement.prefecture} and bool(kinds & agreement.kinds)


class ConstituentSearch(forms.Form):
    """Search of `/agreements/constituents/`."""

    q = forms.CharField(
        label="検索語",
        required=False,
        max_length=100,
        help_text="市町村名・ふりがな・団体コードで探せます。例：まえばし",
    )


class AgreementFileForm(forms.ModelForm):
    class Meta:
        model = AgreementFile
        fields = ["title", "file"]
        field_classes = {"title": LineField}

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            validate_pdf(file)
            refuse_unless_clean(file, AgreementFile)
        return file

    def save(self, commit: bool = True) -> AgreementFile:
        if "file" in self.changed_data:
            self.instance.describe_upload()
        return super().save(commit)
