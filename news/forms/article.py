"""Texts of the secretariat with pictures, and the files that belong to them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from lib.forms import LineField
from lib.images import reencode
from lib.markdown import images_in
from lib.uploads import inspect
from members.malware import refuse_unless_clean
from news.models import NewsFile

MOMENT_EXAMPLES = "例：令和8年3月12日 午前9時、2026-03-12 9:00"


class ArticleForm(forms.ModelForm):
    """Every picture is one of the row's own files, and says what it shows (WCAG 1.1.1)."""

    def clean_body(self) -> str:
        text: str = self.cleaned_data["body"]
        own = self._own_images()
        errors = []
        for image in images_in(text):
            if image.address not in own:
                errors.append(
                    f"画像「{image.address}」は、下の「ファイル」に登録したものではありません。"
                    "先に登録して保存してから、本文に入れてください。"
                )
            elif not image.alt:
                errors.append(
                    f"画像「{image.address}」の説明（代替テキスト）を、"
                    "「![何が写っているか](…)」のように書いてください。"
                )
        if errors:
            raise ValidationError(errors)
        return text

    def _own_images(self) -> set[str]:
        if not self.instance.pk:
            return set()
        return {file.get_absolute_url() for file in self.instance.files.all() if file.is_image}


class NewsFileForm(forms.ModelForm):
    class Meta:
        model = NewsFile
        fields = ["title", "file"]
        field_classes = {"title": LineField}

    content_type = ""

    def clean_title(self) -> str:
        # In Markdown a bracket would end it.
        title: str = self.cleaned_data["title"]
        return title.translate({ord("["): "［", ord("]"): "］"})

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if not isinstance(file, UploadedFile):
            return file
        found = inspect(file)
        refuse_unless_clean(file, NewsFile)
        self.content_type = found.content_type
        return reencode(file) if found.is_image else file

    def save(self, commit: bool = True) -> NewsFile:
        if self.content_type:
            self.instance.describe_upload(self.content_type)
        return super().save(commit)
