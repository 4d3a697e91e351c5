"""The cells of the sheet of members: what each may say, however it was typed."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from lib import prefectures
from lib.imports import ChoiceWidget, DateWidget
from lib.text import clean_line, half_width
from members.forms.application import TELEPHONE, X_ACCOUNT
from members.models import Invitation, Organization, Seat, User

SAMPLE_NAME = "見本町村会"
# The row below the heads of the sheet that is offered for download.
SAMPLE = {
    "都道府県": "群馬県",
    "団体名": SAMPLE_NAME,
    "ふりがな": "みほんちょうそんかい",
    "種別": "団体",
    "部署名": "総務課 連携担当",
    "代表メールアドレス": "soumu@mihon.example.jp",
    "電話番号": "027-000-0000",
    "内線": "123",
    "担当者名": "見本 花子",
    "役割": "管理担当者",
    "ウェブサイト": "https://mihon.example.jp/",
    "Xのアカウント": "mihon_example",
    "広報誌のURL": "https://mihon.example.jp/magazine/",
    "会員登録日": "令和8年4月1日",
}


EXPLANATIONS = {
    "団体コード": "全国地方公共団体コード。6桁でも5桁でも、全角でも読めます。コードのない団体は空にします。",
    "都道府県": "「群馬県」のように書きます。団体コードがあれば空でもかまいません。",
    "団体名": "「前橋市」のように書きます。団体コードがあれば空でもかまいません。",
    "ふりがな": "団体コードのない団体だけに書きます。",
    "種別": "団体コードのない団体は「団体」。ほかは空でかまいません。",
    "部署名": "この部署が、ポータルの窓口になります。",
    "代表メールアドレス": "部署のアドレス。招待と知らせの送り先です。",
    "電話番号": "0から書きます。ハイフンは全角でも半角でもかまいません。",
    "内線": "数字で書きます。",
    "担当者名": "書くと、招待を準備します。",
    "役割": "管理担当者、投稿担当者、閲覧のみ のどれか。空なら管理担当者です。",
    "ウェブサイト": "https:// はなくてもかまいません。",
    "Xのアカウント": "@ はあってもなくてもかまいません。",
    "広報誌のURL": "https:// はなくてもかまいません。",
    "会員登録日": "和暦でも西暦でも。空なら、新しい団体は取り込んだ日です。",
}


def _mailbox(typed: str) -> str:
    return half_width(typed).lower()


def _telephone(typed: str) -> str:
    number = half_width(typed)
    if not number.startswith(("0", "+", "(0")):
        raise ValidationError(
            "電話番号は0から始めてください。Excelでは、列を文字列にすると0が消えません。"
        )
    TELEPHONE(number)
    return number


def _extension(typed: str) -> str:
    """Excel hands a calculated number over as 144.0."""
    return half_width(typed).removesuffix(".0")


def _x_account(typed: str) -> str:
    account = half_width(typed)
    X_ACCOUNT(account)
    return account.removeprefix("@")


def _address(typed: str) -> str:
    """Without https://, too, as the forms of the portal take it."""
    address = half_width(typed)
    return address if "://" in address else f"https://{address}"


# Column of the resource: the model whose field checks it, and how its text is read.
CELLS: dict[str, tuple[type[Model], Callable[[str], Any]]] = {
    "prefecture": (Organization, ChoiceWidget(prefectures.CHOICES).clean),
    "name": (Organization, clean_line),
    "kana": (Organization, clean_line),
    "website": (Organization, _address),
    "x_account": (Organization, _x_account),
    "magazine_url": (Organization, _address),
    "joined_on": (Organization, DateWidget().clean),
    "section": (Seat, clean_line),
    "mailbox": (Seat, _mailbox),
    "telephone": (Seat, _telephone),
    "extension": (Seat, _extension),
    "person": (Invitation, clean_line),
    "role": (Invitation, ChoiceWidget(User.Role).clean),
}
