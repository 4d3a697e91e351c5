"""Text as people type it: folded for search, made half-width for codes, cleaned for storing."""

import re
import unicodedata
from codecs import BOM_UTF16_BE, BOM_UTF16_LE

MAX_WORDS = 10

# The classes below stand inside [] of regular expressions.
_CONTROLS = r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff"
# Default_Ignorable_Code_Point of Unicode (zero-width characters, bidi controls, soft hyphens, tags)
# without the two classes after it, and the bidi and annotation controls.
_UNSEEN = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
_SELECTORS = r"\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_JOINERS = r"\u200c\u200d"
# What a joiner may join: letters of Arabic to Burmese and Khmer, emoji.
_JOINED = (
    r"\u0600-\u109f\u1780-\u17ff\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff"
)

_NEVER_STORED = re.compile(f"[{_CONTROLS}{_UNSEEN}]+")
_LONE_JOINER = re.compile(f"(?<![{_JOINED}])[{_JOINERS}]|[{_JOINERS}](?![{_JOINED}])")
_HIDDEN = re.compile(f"[{_CONTROLS}{_UNSEEN}{_SELECTORS}{_JOINERS}]+")
_LINE_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")

# Hyphens, dashes, minus signs, the long vowel mark and lines drawn with the box characters ─ and ━.
_HYPHENS = r"\-\u02d7\u058a\u05be\u2010-\u2015\u2043\u207b\u208b\u2212\u2500\u2501\u2e3a\u2e3b\u30a0\u30fc\ufe58\ufe63\uff0d\uff70"
_WAVES = r"~\u02dc\u2053\u223c\u223e\u301c\u3030\uff5e"
_DASHES = re.compile(f"[{_HYPHENS}{_WAVES}]+")
_HYPHENS_BETWEEN = re.compile(f"(?<=[0-9A-Za-z])[{_HYPHENS}]+(?=[0-9A-Za-z])")
_DASH_AFTER_KANA = re.compile(r"(?<=[\u3041-\u309f])-")
_FINAL_LONG_MARK = re.compile(r"(?<=[\u3041-\u309fー]{3})ー\Z")

# Each group: the form that stays, then those that become it. First the 康熙字典体 that 常用漢字表
# （平成22年内閣告示第2号）sets beside today's forms; list compared with kyujipy 0.6.8.
_OLD_FORMS = (
    "亜亞 悪惡 圧壓 囲圍 医醫 為爲 壱壹 飲飮 隠隱 栄榮 営營 鋭銳 衛衞 駅驛 悦悅 閲閱 円圓 塩鹽 縁緣 艶艷 応應 欧歐 殴毆 桜櫻 奥奧 横橫 温溫 穏穩 仮假 価價 "
    "画畫 会會 絵繪 壊壞 懐懷 概槪 拡擴 殻殼 覚覺 学學 岳嶽 楽樂 渇渴 缶罐 巻卷 陥陷 勧勸 寛寬 関關 歓歡 観觀 顔顏 気氣 帰歸 亀龜 偽僞 戯戲 犠犧 旧舊 拠據 "
    "挙擧 虚虛 峡峽 挟挾 狭狹 教敎 郷鄕 暁曉 区區 駆驅 勲勳 薫薰 径徑 茎莖 恵惠 掲揭 渓溪 経經 蛍螢 軽輕 継繼 鶏鷄 芸藝 撃擊 欠缺 研硏 県縣 倹儉 剣劍 険險 "
    "圏圈 検檢 献獻 権權 顕顯 験驗 厳嚴 戸戶 呉吳 娯娛 広廣 効效 恒恆 黄黃 鉱鑛 号號 告吿 国國 黒黑 砕碎 済濟 斎齋齊斉 歳歲 剤劑 雑雜 参參 桟棧 蚕蠶 惨慘 産產 "
    "賛贊 残殘 糸絲 歯齒 児兒 辞辭 湿濕 実實 写寫 舎舍 釈釋 寿壽 収收 従從 渋澁 獣獸 縦縱 粛肅 処處 緒緖 叙敍 尚尙 将將 称稱 渉涉 焼燒 証證 奨奬 条條 状狀 "
    "乗乘 浄淨 剰剩 畳疊 縄繩 壌壤 嬢孃 譲讓 醸釀 触觸 嘱囑 真眞 寝寢 慎愼 尽盡 図圖 粋粹 酔醉 穂穗 随隨 髄髓 枢樞 数數 瀬瀨 声聲 青靑 清淸 静靜 税稅 窃竊 "
    "摂攝 説說 絶絕 専專 浅淺 戦戰 践踐 銭錢 潜潛 繊纖 禅禪 双雙 壮壯 争爭 荘莊 捜搜 挿插 巣巢 曽曾 痩瘦 装裝 総總 騒騷 増增 蔵藏 臓臟 即卽 属屬 続續 堕墮 "
    "対對 体體 帯帶 滞滯 台臺 滝瀧 択擇 沢澤 脱脫 担擔 単單 胆膽 団團 断斷 弾彈 遅遲 痴癡 虫蟲 昼晝 鋳鑄 庁廳 徴徵 聴聽 勅敕 鎮鎭 逓遞 鉄鐵 点點 転轉 伝傳 "
    "灯燈 当當 党黨 盗盜 稲稻 闘鬭鬥鬪鬬 徳德 独獨 読讀 届屆 内內 弐貳 悩惱 脳腦 覇霸 拝拜 廃廢 売賣 麦麥 発發 髪髮 抜拔 晩晚 蛮蠻 秘祕 浜濱濵 瓶甁 払拂 仏佛 併倂 "
    "並竝 餅餠 辺邊邉 変變 歩步 舗舖 宝寶 豊豐 褒襃 没沒 翻飜 毎每 万萬 満滿 麺麵 黙默 弥彌 訳譯 薬藥 与與 予豫 余餘 誉譽 揺搖 様樣 謡謠 来來 頼賴 乱亂 覧覽 "
    "竜龍 両兩 猟獵 緑綠 涙淚 塁壘 礼禮 励勵 戻戾 霊靈 隷隸 齢齡 暦曆 歴歷 恋戀 錬鍊 炉爐 労勞 郎郞 楼樓 録錄 湾灣"
)
# Then 人名用漢字, and forms met in names of places and families (塩竈/塩釜, 檮原/梼原, 渡邉/渡辺).
_NAME_FORMS = (
    "尭堯 巌巖 掴摑 彦彥 桧檜 槙槇 瑶瑤 祢禰 祷禱 禄祿 穣穰 箪簞 聡聰 遥遙 唖啞 嘘噓 頴穎 鴎鷗 躯軀 鴬鶯 撹攪 麹麴 鹸鹼 噛嚙 繍繡 蒋蔣 醤醬 掻搔 屏屛 并幷 "
    "沪濾 芦蘆 蝋蠟 弯彎 焔焰 砿礦 讃讚 顛顚 巔巓 醗醱 溌潑 輌輛 繋繫 涜瀆 侭儘 蝿蠅 媯嬀 騨驒 亘亙 凛凜 晃晄 晋晉 萌萠 弁辨辯瓣 高髙 崎﨑嵜 吉𠮷 島嶋嶌 園薗 藪薮籔 "
    "砺礪 釜竈竃 梼檮 桑桒 柳栁 館舘 淵渕渊 富冨 峰峯 野埜 栃杤 籠篭 諫諌 鯵鰺 枡桝 強强 剥剝 呑吞 填塡 頬頰 叱𠮟 莱萊 倶俱 靭靱 賎賤 涼凉 涛濤 壺壷"
)


def _same_letters() -> dict[int, str]:
    katakana = {code: chr(code - 0x60) for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
    voiced = {ord(kana): f"{base}\u3099" for kana, base in zip("ヷヸヹヺ", "わゐゑを", strict=True)}
    # 龍ヶ崎 and 龍ケ崎, 3ヵ月 and 3カ月. Not が (霞が関): it is the commonest particle.
    small = {ord(letter): "け" for letter in "ヶゖ"} | {ord(letter): "か" for letter in "ヵゕ"}
    groups = f"{_OLD_FORMS} {_NAME_FORMS}".split()
    kanji = {ord(variant): group[0] for group in groups for variant in group[1:]}
    return katakana | voiced | small | kanji


def _marks() -> str:
    """All characters that combine with the one before, or become such in NFKC (ﾞ, ﾟ)."""
    letters = map(chr, range(0x300, 0x1F000))
    return "".join(c for c in letters if unicodedata.combining(unicodedata.normalize("NFKD", c)[0]))


# Flags of countries are two of these; joiner, half-width ﾞ and ﾟ, and skin colours belong to the one before.
_FLAG_HALVES = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_TRAILING = "\u200dﾞﾟ" + "".join(map(chr, range(0x1F3FB, 0x1F400)))

_SAME_LETTER = _same_letters()
_VARIANTS = {group[0]: group[1:] for group in f"{_OLD_FORMS} {_NAME_FORMS}".split()}
_MARKS = _marks()
_EXCESS_MARKS = re.compile(f"([{_MARKS}]{{30}})[{_MARKS}]+")
# Without one of these nothing is in excess; a few ranges are looked through ten times as fast.
_MAYBE_EXCESS = re.compile(
    r"[^\x00-\u02ff\u3000-\u3029\u3030-\u3098\u309b-\ua66e\uff00-\uff9d]{31}"
)


def fold(text: str) -> str:
    """The form in which stored texts and questions are compared; fold(fold(x)) == fold(x).

    One form for width, case, hiragana and katakana, variant kanji and white space; invisible
    characters go. Every dash or wave, 〜 too, becomes ー after kana (サ-バ-) and - elsewhere
    (03ー5210): so dates, numbers and half-typed long vowels match and a Latin text keeps its
    hyphens. Long vowels stay: without them メール would find 求める. words() sees to サーバ.
    """
    text = _HIDDEN.sub("", text).replace("゛", "\u3099").replace("゜", "\u309a")
    text = _normalized(_normalized(text).casefold().translate(_SAME_LETTER))
    text = _DASH_AFTER_KANA.sub("ー", _DASHES.sub("-", text))
    return " ".join(text.split())


def words(query: str) -> list[str]:
    """At most MAX_WORDS different folded words; a text matches when its fold contains each.

    A dash in front and, after three or more kana, the long mark at the end are dropped:
    サーバー finds サーバ and サーバー alike, and whatever a text contains literally is found.
    """
    trimmed = (_FINAL_LONG_MARK.sub("", word.lstrip("-ー")) for word in fold(query).split())
    return list(dict.fromkeys(word for word in trimmed if word))[:MAX_WORDS]


def other_spellings(word: str) -> list[str]:
    """Some forms that fold() makes one with a folded word, to tell people: しお釜, シオ釜, しお竈."""
    katakana = word.translate({code: chr(code + 0x60) for code in range(0x3041, 0x3097)})
    kanji = [
        word.replace(letter, variant)
        for letter in dict.fromkeys(word)
        for variant in _VARIANTS.get(letter, "")[:2]
    ]
    return [form for form in dict.fromkeys([katakana, *kanji]) if form != word]


def half_width(text: str) -> str:
    """Telephone numbers, codes and addresses of mail as typed: ０３ー５２１０ becomes 03-5210."""
    text = _normalized(_HIDDEN.sub("", text))
    return _HYPHENS_BETWEEN.sub(lambda found: "-" * len(found[0]), text).strip()


def clean_line(text: str) -> str:
    """One line to store: clean_text, with line breaks as spaces and nothing around it."""
    return clean_text(text).replace("\n", " ").strip()


def clean_text(text: str) -> str:
    """Text to store: no control, zero-width or bidi characters; line breaks as LF, tabs as spaces.

    髙, 﨑, 𠮷, variation selectors and the joiners inside emoji and scripts that need them stay.
    """
    text = _LINE_BREAK.sub("\n", _NEVER_STORED.sub("", text)).replace("\t", " ")
    return _LONE_JOINER.sub("", text)


def decoded(content: bytes) -> str | None:
    """UTF-8 with or without BOM, else CP932 as Japanese Windows writes it; None when it is neither.

    Without the sign with which old systems end a file.
    """
    # CP932 gives a meaning to almost every byte: it would read UTF-16 as nonsense.
    encodings = () if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else ("utf-8-sig", "cp932")
    for encoding in encodings:
        try:
            return content.decode(encoding).rstrip("\x1a")
        except UnicodeDecodeError:
            continue
    return None


def cut(text: str, limit: int) -> str:
    """At most limit characters; no letter loses its marks, no emoji one of its parts."""
    end = min(limit, len(text))
    while 0 < end < len(text) and _belong_together(text, end):
        end -= 1
    return text[:end] or text[:limit]


def _belong_together(text: str, position: int) -> bool:
    """Whether the characters before and at the position are read as one."""
    before, after = text[position - 1], text[position]
    if before in _FLAG_HALVES and after in _FLAG_HALVES:
        halves = position - len(text[:position].rstrip(_FLAG_HALVES))
        return halves % 2 == 1
    is_mark = unicodedata.category(after).startswith("M") or after in _TRAILING
    return is_mark or before == "\u200d"


def _normalized(text: str) -> str:
    # Python sorts long runs of combining marks in quadratic time (80,000: 40 s); as in the
    # Stream-Safe Text Format (UAX 15), 30 are kept. Again afterwards, for NFKC makes some into two.
    return _few_marks(unicodedata.normalize("NFKC", _few_marks(text)))


def _few_marks(text: str) -> str:
    return _EXCESS_MARKS.sub(r"\1", text) if _MAYBE_EXCESS.search(text) else text
