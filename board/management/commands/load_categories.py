"""The categories of the board: the use cases of the project's leaflet."""

from typing import Any

from django.core.management.base import BaseCommand

from board.models import Category

Kind, Writers = Category.Kind, Category.Writers

FIRST = (
    (
        "proposal",
        "連携・交流の提案",
        Kind.PROPOSAL,
        Writers.ALL,
        "東京23区等に対し、新たな連携・交流事業を提案したいとき。求めることと、できることを書くと、相手が見つかりやすくなります。",
    ),
    (
        "call",
        "イベント・事業の募集",
        Kind.CALL,
        Writers.ALL,
        "イベントや事業への参加・出展を募るとき。締切を必ず入力します。",
    ),
    (
        "policy",
        "施策・事業の周知",
        Kind.POLICY,
        Writers.ALL,
        "自治体の施策や事業を広く知らせたいとき。",
    ),
    (
        "pamphlet",
        "パンフレット配布の依頼",
        Kind.PAMPHLET,
        Writers.ALL,
        "自治体のパンフレットを東京23区等で配布したいとき。名称、部数、大きさを書いてください。",
    ),
    (
        "media",
        "広報誌・広報動画のPR",
        Kind.MEDIA,
        Writers.ALL,
        "自治体の広報誌や広報動画を紹介したいとき。リンクを書いてください。",
    ),
    (
        "exchange",
        "意見交換・相談",
        Kind.EXCHANGE,
        Writers.ALL,
        "ほかの団体の取組を尋ねたいとき、意見を聞きたいとき。",
    ),
    (
        "notice",
        "事務局からのお知らせ",
        Kind.NOTICE,
        Writers.SECRETARIAT,
        "事務局から会員へのお知らせです。",
    ),
)


class Command(BaseCommand):
    help = "Create the categories that are missing. What the secretariat has edited stays."

    def handle(self, *args: Any, **options: Any) -> None:
        made = 0
        for position, (slug, name, kind, writers, guidance) in enumerate(FIRST, start=1):
            _, is_new = Category.objects.get_or_create(
                slug=slug,
                defaults={
                    "name": name,
                    "kind": kind,
                    "writers": writers,
                    "guidance": guidance,
                    "position": position,
                },
            )
            made += is_new
        self.stdout.write(f"categories: {made} new")
