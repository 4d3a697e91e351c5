"""The 47 prefectures by their two-digit code (JIS X 0401), with the region each belongs to."""

from dataclasses import dataclass

from lib.text import fold


@dataclass(frozen=True)
class Prefecture:
    code: str
    name: str
    region: str

    @property
    def short(self) -> str:
        """Without 都, 府 or 県; 北海道 stays whole."""
        return self.name if self.code == "01" else self.name[:-1]


_NAMES_BY_REGION = {
    "北海道": "北海道",
    "東北": "青森県 岩手県 宮城県 秋田県 山形県 福島県",
    "関東": "茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県",
    "中部": "新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県",
    "近畿": "三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県",
    "中国": "鳥取県 島根県 岡山県 広島県 山口県",
    "四国": "徳島県 香川県 愛媛県 高知県",
    "九州・沖縄": "福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県",
}
_NAMES = [(name, region) for region, names in _NAMES_BY_REGION.items() for name in names.split()]
PREFECTURES = tuple(
    Prefecture(f"{number:02}", name, region)
    for number, (name, region) in enumerate(_NAMES, start=1)
)
CHOICES = [(prefecture.code, prefecture.name) for prefecture in PREFECTURES]

_BY_CODE = {prefecture.code: prefecture for prefecture in PREFECTURES}
_BY_NAME = {prefecture.name: prefecture for prefecture in PREFECTURES}


def by_code(code: str) -> Prefecture:
    """Raises KeyError for a code that is none of 01 to 47."""
    return _BY_CODE[code]


def name_of(code: str) -> str:
    """Empty for none: faster than get_prefecture_display(), which reads all 47 for each."""
    return _BY_CODE[code].name if code else ""


def by_name(name: str) -> Prefecture:
    """The full name, as 群馬県; raises KeyError for any other text."""
    return _BY_NAME[name]


def name_within(code: str, name: str) -> str:
    """To compare names of bodies of one prefecture: 群馬県町村会 is 町村会, 群馬県 itself is empty."""
    return fold(name).replace(" ", "").removeprefix(fold(by_code(code).name))
