"""Sentences for a large demonstration: plausible, fictional, and as varied as a real board."""

import random
from dataclasses import dataclass

from lib import plain_text
from lib.text import fold

THEMES = (
    *(
        "防災",
        "観光",
        "子育て",
        "移住定住",
        "農業体験",
        "森林整備",
        "脱炭素",
        "伝統文化",
        "健康づくり",
    ),
    *(
        "空き家の活用",
        "公共交通",
        "学校給食",
        "図書館",
        "スポーツ交流",
        "特産品の販売",
        "多文化共生",
    ),
    *(
        "障害福祉",
        "介護予防",
        "デジタル化",
        "ふるさと納税",
        "商店街の活性化",
        "水源の保全",
        "獣害対策",
    ),
)
THINGS = (
    *(
        "りんご",
        "新米",
        "わかめ",
        "木工品",
        "漬物",
        "日本酒",
        "地ビール",
        "みかん",
        "こんにゃく",
        "和紙",
    ),
    *("パンフレット", "ポスター", "広報誌", "動画", "間伐材のベンチ", "そば打ち道具", "防災備蓄品"),
)
PLACES = (
    *(
        "区役所前の広場",
        "市民会館",
        "道の駅",
        "廃校を活用した施設",
        "温泉街",
        "駅前の商店街",
        "総合体育館",
    ),
    *(
        "中央図書館",
        "海岸の公園",
        "棚田",
        "森林公園",
        "物産館",
        "生涯学習センター",
        "オンライン会議",
    ),
)
EVENTS = (
    *(
        "物産展",
        "防災訓練",
        "自然体験",
        "職員研修",
        "意見交換会",
        "スタンプラリー",
        "写真展",
        "収穫祭",
    ),
    *("マラソン大会", "移住相談会", "出前講座", "清掃活動", "合同説明会", "シンポジウム", "交流会"),
)
TITLES = (
    "{theme}に関する{event}の参加団体を募集します",
    "【第{number}回】{place}での{event}のご案内",
    "{thing}を紹介する{event}への出展のお願い",
    "{theme}の取組で連携できる区・市町村を探しています",
    "{thing}のパンフレットの配布のお願い",
    "{theme}について教えてください",
    "{year}年度の{event}の実施結果のお知らせ",
)
SENTENCES = (
    "{place}で{event}を開きます。",
    "{theme}を担当する部署どうしで、情報を交換したいと考えています。",
    "昨年度は{number}団体に参加していただき、{thing}がたいへん好評でした。",
    "{month}月{day}日までに、参加の可否をお知らせください。",
    "{thing}を{number}部ほど置いていただける施設はありますか。",
    "費用は{number}万円を上限に、こちらで負担します。",
    "{theme}の計画を見直しているところで、先に取り組まれた団体のお話を伺いたいです。",
    "当日は{place}までバスで送迎します。",
    "雨の場合は{place}に会場を移します。",
    "{event}の様子は、令和{year}年{month}月号の広報誌でも紹介する予定です。",
    "宿泊を希望される場合は、{number}名まで受け入れられます。",
    "{theme}に関心のある職員が{number}名おります。",
    "要綱と様式を添付しましたので、ご確認ください。",
    "本市でも同じような{event}を行っており、{number}人ほどが参加しました。",
    "ご不明な点は、担当までお問い合わせください。",
    "ぜひ参加したいと思います。よろしくお願いします。",
    "{thing}の輸送には{number}日ほどかかります。",
    "小学校{number}校の児童が{event}に参加する見込みです。",
    "{theme}の補助金は、国の制度を使っています。",
    "アンケートでは、{number}パーセントの方がまた来たいと答えました。",
)


@dataclass(frozen=True)
class Text:
    """Typed, drawn and folded once; used by many posts."""

    body: str
    html: str
    folded: str


def sentence(chance: random.Random, pattern: str) -> str:
    return pattern.format(
        theme=chance.choice(THEMES),
        thing=chance.choice(THINGS),
        place=chance.choice(PLACES),
        event=chance.choice(EVENTS),
        number=chance.randint(2, 99),
        month=chance.randint(1, 12),
        day=chance.randint(1, 28),
        year=chance.randint(2, 9),
    )


def text(chance: random.Random, sentences: int) -> Text:
    """Paragraphs of about three sentences."""
    said = [sentence(chance, pattern) for pattern in chance.choices(SENTENCES, k=sentences)]
    body = "\n\n".join("".join(said[at : at + 3]) for at in range(0, len(said), 3))
    return Text(body, plain_text.render(body), fold(body))
