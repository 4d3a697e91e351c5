"""The PDF of a publication, read when it is uploaded."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from lib import pdf
from lib.uploads import validate_pdf
from members.malware import refuse_unless_clean
from news.models import Edition


class EditionForm(forms.ModelForm):
    """An edition keeps its PDF: a corrected one is another edition."""

    class Meta:
        model = Edition
        fields = ["note", "file"]

    content: pdf.PdfContent | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.file:
            self.fields["file"].disabled = True

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            validate_pdf(file)
            refuse_unless_clean(file, Edition)
            self.content = pdf.read(file)
        return file

    def save(self, commit: bool = True) -> Edition:
        """The publication's contents are proposed from the PDF's bookmarks; who saves it comes next."""
        if self.content:
            self.instance.describe_upload(self.content)
            publication = self.instance.publication
            publication.contents = publication.contents or self.content.bookmarks[:5000]
        return super().save(commit)
