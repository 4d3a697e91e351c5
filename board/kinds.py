"""What each kind of post has besides title and text: one tuple of fields per kind, for form and page.

Columns of Topic are those that lists filter or sort by; everything else lies in Topic.details.
"""

from collections.abc import Callable
from dataclasses import dataclass

from board.models import Answer, Category, Topic
from lib.prefectures import by_code
from lib.wareki import format_date_weekday, format_deadline

Kind = Category.Kind


@dataclass(frozen=True)
class Line:
    """A field of Topic.details: one line, or several with `rows`; an address with `is_link`."""

    name: str
    label: str
    help_text: str = ""
    limit: int = 200
    rows: int = 0
    is_link: bool = False


@dataclass(frozen=True)
class Fact:
    """A row of 要点."""

    label: str
    text: str
    is_link: bool = False


def name_of(item: str | Line) -> str:
    return item.name if isinstance(item, Line) else item


CONTACT = Line("contact", "照会先", "例：企画課 連携担当　電話 00-0000-0000", rows=2, limit=300)
HOURS = Line("hours", "時間", "例：午後1時から4時まで", limit=100)
CONDITIONS = Line("conditions", "条件", rows=3, limit=1000)

# Names of columns and lines, in the order of the form and of 要点.
FIELDS: dict[str, tuple[str | Line, ...]] = {
    Kind.PROPOSAL: (
        Line("field", "分野", "例：防災、観光、子育て"),
        Line("sought", "求むこと", "相手の団体に求めること", rows=3, limit=1000),
        Line("offered", "できること", "自団体が提供できること", rows=3, limit=1000),
        Line("wanted", "希望する区・地域", "例：海のない区、どこでも"),
        "deadline",
        "starts_on",
        "ends_on",
        CONTACT,
    ),
    Kind.CALL: (
        "starts_on",
        "ends_on",
        HOURS,
        "venue",
        "places",
        Line("fee", "参加費・費用", "例：無料、1団体 10,000円"),
        Line("provided", "提供するもの", "例：テント、机2台、電源"),
        Line("cost_bearer", "費用の負担", "例：交通費は参加団体の負担"),
        CONDITIONS,
        CONTACT,
    ),
    Kind.POLICY: (
        "starts_on",
        "ends_on",
        HOURS,
        "venue",
        Line("link", "詳しいページ", "例：https://www.city.example.lg.jp/…", is_link=True),
        "deadline",
        CONTACT,
    ),
    Kind.PAMPHLET: (
        Line("pamphlet", "パンフレットの名称"),
        Line("copies", "部数", "例：1団体あたり50部", limit=50),
        Line("paper_size", "大きさ", "例：A4判 16ページ", limit=50),
        "deadline",
        "starts_on",
        "ends_on",
        CONDITIONS,
        CONTACT,
    ),
    Kind.MEDIA: (
        Line("link", "リンク", "広報誌や動画のアドレス", is_link=True),
        Line("issue", "号", "例：令和8年12月号", limit=50),
        Line("length", "長さ", "例：16ページ、3分20秒", limit=50),
        CONTACT,
    ),
    Kind.EXCHANGE: ("deadline", CONTACT),
    Kind.NOTICE: ("deadline", "starts_on", "ends_on", HOURS, "venue", CONTACT),
}
# Of a name that several kinds use, the first.
_BY_NAME = {name_of(item): item for fields in reversed(FIELDS.values()) for item in fields}
# What a post of the kind asks of the others, unless its author says otherwise.
ASKS: dict[str, Topic.Asks] = {Kind.CALL: Topic.Asks.APPLY, Kind.PAMPHLET: Topic.Asks.DISTRIBUTE}
# What an answer to a pamphlet says besides.
DELIVERY = (
    Line("copies", "配布可能部数", limit=50),
    Line("place", "配布場所", "例：区役所1階の情報コーナー"),
    Line("address", "送付先", "郵便番号、住所、部署名、電話番号", rows=3, limit=500),
    Line("period", "受取期間", "例：令和9年1月8日から15日まで", limit=100),
)
# A call without an end is no call.
NEEDS_DEADLINE = (Kind.CALL,)


def lines_of(kind: str) -> list[Line]:
    return [field for field in FIELDS[kind] if isinstance(field, Line)]


def columns_of(kind: str) -> list[str]:
    named = [field for field in FIELDS[kind] if isinstance(field, str)]
    return ["deadline", *named] if kind in NEEDS_DEADLINE else named


def brought(topic: Topic) -> list[str | Line]:
    """What was filled in under another kind, before the topic was moved: shown and edited as before."""
    own = {name_of(item) for item in FIELDS[topic.category.kind]}
    days = [name for name in ("starts_on", "ends_on") if topic.starts_on or topic.ends_on]
    others = [name for name in ("venue", "places") if getattr(topic, name)]
    names = (*days, *others, *topic.details)
    return [_BY_NAME[name] for name in names if name in _BY_NAME and name not in own]


def facts(topic: Topic) -> list[Fact]:
    """要点: what is filled in, the deadline first."""
    found = [Fact("締切", format_deadline(topic.deadline))] if topic.deadline else []
    for item in (*FIELDS[topic.category.kind], *brought(topic)):
        found += _fact_of(topic, item)
    return found


def _fact_of(topic: Topic, item: str | Line) -> list[Fact]:
    if isinstance(item, Line):
        value = str(topic.details.get(item.name, ""))
        return [Fact(item.label, value, item.is_link)] if value else []
    text = _COLUMN_TEXTS.get(item, _nothing)(topic)
    return [Fact(_COLUMN_LABELS[item], text)] if text else []


def _nothing(topic: Topic) -> str:
    return ""


def _period(topic: Topic) -> str:
    """One row for both days."""
    first = format_date_weekday(topic.starts_on) if topic.starts_on else ""
    last = format_date_weekday(topic.ends_on) if topic.ends_on else ""
    if first == last or not last:
        return first
    return f"{first}から{last}まで" if first else f"{last}まで"


_COLUMN_LABELS = {"starts_on": "日程", "venue": "会場", "places": "募集数"}
_COLUMN_TEXTS: dict[str, Callable[[Topic], str]] = {
    "starts_on": _period,
    "venue": lambda topic: topic.venue,
    "places": lambda topic: str(topic.places or ""),
}


def delivery(answer: Answer) -> list[Fact]:
    """What an answer to a pamphlet says besides, as far as it is filled in."""
    said = [Fact(line.label, str(answer.details.get(line.name, ""))) for line in DELIVERY]
    return [fact for fact in said if fact.text]


def facts_of_sheet(topic: Topic) -> list[Fact]:
    """要点 on paper, where nobody can look anything up: with 概要 before it and 照会先 in any case."""
    found = [Fact("概要", topic.summary), *facts(topic)]
    if CONTACT.label not in {fact.label for fact in found}:
        found.append(Fact(CONTACT.label, topic.seat.contact))
    return [fact for fact in found if fact.text]


def audience_text(topic: Topic) -> str:
    """For whom it is, in words: すべての会員 / 特別区のみ / 群馬県、長野県の会員 / 見本市、見本町."""
    if topic.audience == Topic.Audience.PREFECTURES:
        codes = sorted(row.prefecture for row in topic.audience_rows.all() if row.prefecture)
        return "、".join(by_code(code).name for code in codes) + "の会員"
    if topic.audience == Topic.Audience.CHOSEN:
        bodies = [row.organization for row in topic.audience_rows.all() if row.organization]
        return "、".join(body.full_name for body in bodies)
    return topic.get_audience_display()
