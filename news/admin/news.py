"""お知らせ in the secretariat's admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms import ModelForm

from lib.admin import IN_ORDER, SLUG, PortalModelAdmin
from lib.bulk import Bulk
from lib.wareki import WarekiDateField
from news.admin.article import RELEASING, NewsFileInline, PreviewAdmin, StateFilter
from news.forms.article import ArticleForm
from news.models import NewsCategory, NewsItem
from news.views.news import news_item_context


class PinForm(forms.Form):
    until = WarekiDateField(
        label="固定表示の終わり", required=False, help_text="空にすると、初めに載せるのをやめます。"
    )


@admin.register(NewsItem)
class NewsItemAdmin(PreviewAdmin):
    form = ArticleForm
    preview_template = "news/news_item.html"
    list_display = ["title", "category", "state", "publish_at", "pinned_until", "page"]
    list_filter = [StateFilter, "category", "publish_at"]
    list_select_related = ["category"]
    search_fields = ["folded"]
    search_help_text = "件名、概要、本文で検索します。"
    export_columns = {
        "件名": "title",
        "分類": "category",
        "状態": "state",
        "公開日時": "publish_at",
        "公開終了日時": "expires_at",
        "先頭に表示する期限": "pinned_until",
        "概要": "summary",
        "ページ": "get_absolute_url",
    }
    inlines = [NewsFileInline]
    fieldsets = [
        (None, {"fields": ["category", "title", "summary", "body"]}),
        ("公開", {"fields": ["is_draft", "publish_at", "expires_at", "pinned_until"]}),
    ]

    bulk = {
        **RELEASING,
        "pin": Bulk(
            "選択したお知らせを、一覧の初めに載せる",
            "一覧の初めに載せる",
            "{}件のお知らせを、選んだ日まで、一覧の初めに載せます。",
            form=PinForm,
        ),
    }

    def preview_context(self, form: ModelForm) -> dict[str, Any]:
        return news_item_context(form.instance)


@admin.register(NewsCategory)
class NewsCategoryAdmin(PortalModelAdmin):
    help_texts = {
        "name": "公開のお知らせの一覧と配信に載ります。",
        "slug": SLUG,
        "position": IN_ORDER,
    }
    list_display = ["name", "slug", "position"]
    list_editable = ["position"]
    search_fields = ["name"]
