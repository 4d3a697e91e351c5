"""Fictional topics of the demo bodies, posted by the verbs that the site uses."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from board import kinds, posting
from board.models import Category, Topic
from lib.forms import new_form_key
from lib.working_days import first_working_day
from members import drafts
from members.models import Theme, User


@dataclass(frozen=True)
class DemoTopic:
    slug: str
    author: str
    title: str
    body: str
    days: int | None = None
    details: dict[str, str] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    replies: tuple[tuple[str, str], ...] = ()
    themes: tuple[str, ...] = ()


TOPICS = (
    DemoTopic(
        "call",
        "ward",
        "【見本】秋の物産展に出展する自治体を募集します",
        "見本区では、区役所前の広場で物産展を開きます。\n特産品の販売や、観光の案内をしたい自治体を募集します。\n\n"
        "・テントと机は区で用意します。\n・販売する品物は、事前にお知らせください。\n\n"
        "多くの区民に、皆様の地域を知っていただく機会です。",
        days=24,
        details={
            "hours": "午前10時から午後4時まで",
            "fee": "無料",
            "provided": "テント、机2台、電源",
            "cost_bearer": "交通費・宿泊費は出展する団体の負担",
            "contact": "見本区 企画課　電話 00-0000-0000",
        },
        columns={"venue": "見本区役所前広場", "places": 12},
        themes=("観光振興", "農林水産・物産"),
        replies=(
            ("city", "出展を検討しています。冷蔵の品物を販売できますか。"),
            ("ward", ">>1\n冷蔵ケースを2台まで用意できます。必要な台数をお知らせください。"),
            ("town", "見本町も参加を希望します。りんごの直売を考えています。"),
        ),
    ),
    DemoTopic(
        "proposal",
        "city",
        "【見本】小学生の自然体験で交流する区を探しています",
        "見本市の山あいにある施設で、夏休みに2泊3日の自然体験を行っています。\n区の小学生を受け入れ、市の小学生との交流につなげたいと考えています。",
        details={
            "field": "子ども・教育",
            "sought": "夏休みに20人ほどの小学生を募集してくださる区",
            "offered": "宿泊施設、指導員、市内の送迎バス",
            "contact": "見本市 企画課 連携担当　電話 00-0000-0000",
        },
        themes=("教育", "環境"),
    ),
    DemoTopic(
        "pamphlet",
        "town",
        "【見本】冬の観光パンフレットの配布のお願い",
        "見本町の冬の観光パンフレットができました。\n窓口などに置いてくださる区・市町村を探しています。送料は町が負担します。",
        days=5,
        details={
            "pamphlet": "見本町 冬の旅",
            "copies": "1団体あたり50部",
            "paper_size": "A4判 8ページ",
            "contact": "見本町 総務課　電話 00-0000-0000",
        },
    ),
    DemoTopic(
        "policy",
        "city",
        "【見本】移住体験住宅の利用を始めました",
        "見本市に1週間から滞在できる移住体験住宅を始めました。区民の方へのご案内にご協力ください。\n\n"
        "詳しくは https://www.city.example.jp/iju/ をご覧ください。",
        details={"link": "https://www.city.example.jp/iju/"},
        themes=("移住・関係人口",),
    ),
    DemoTopic(
        "media",
        "town",
        "【見本】広報みほん12月号ができました",
        "特集は「雪とくらす」です。雪かきボランティアの取組を紹介しています。",
        details={
            "link": "https://www.town.example.jp/koho/",
            "issue": "令和8年12月号",
            "length": "24ページ",
        },
    ),
    DemoTopic(
        "exchange",
        "city2",
        "【見本】観光の案内板を多言語にした団体はありますか",
        "観光の案内板を英語・中国語・韓国語にする準備をしています。費用と、訳を確かめた方法を教えてください。",
        replies=(("ward", "見本区では、国際交流協会に訳の確認をお願いしました。"),),
    ),
    DemoTopic(
        "notice",
        "jimukyoku",
        "【見本】掲示板の使い方について",
        "掲示板では、分類を選んで投稿します。必ず入力するのは、分類・件名・本文です。\n\n"
        "1. 「新しく投稿する」を押します。\n2. 分類を選びます。\n3. 件名と本文を入力し、「プレビュー」で確かめます。\n4. 「投稿する」を押します。",
        columns={"requires_acknowledgement": True},
    ),
)


def post_all() -> int:
    """Once, while the board is empty; answers how many."""
    if Topic.objects.exists():
        return 0
    people = {user.username: user for user in User.objects.select_related("seat__organization")}
    for demo in TOPICS:
        _post(demo, people)
    return len(TOPICS)


def _post(demo: DemoTopic, people: dict[str, User]) -> None:
    author = people[demo.author]
    category = Category.objects.get(slug=demo.slug)
    topic = Topic(
        category=category,
        title=demo.title,
        body=demo.body,
        details=demo.details,
        asks=kinds.ASKS.get(category.kind, Topic.Asks.NOTHING),
        deadline=_deadline(demo.days),
        **demo.columns,
    )
    related = posting.Related(themes=Theme.objects.filter(name__in=demo.themes))
    draft = _draft("topic", "/board/topics/new/", author)
    made = posting.publish(topic, related, draft=draft, by=author)
    for name, body in demo.replies:
        draft = _draft("reply", made.get_absolute_url(), people[name])
        posting.reply(made, body, draft=draft, by=people[name])


def _deadline(days: int | None) -> datetime | None:
    """The end of a working day."""
    if days is None:
        return None
    day = first_working_day(timezone.localdate() + timedelta(days=days))
    return timezone.make_aware(datetime.combine(day, time(17)))


def _draft(kind: str, address: str, author: User) -> Any:
    return drafts.save(new_form_key(), kind=kind, address=address, data={}, by=author)
