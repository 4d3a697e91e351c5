"""The audit trail in the words of the secretariat: what an act, a target and a detail are called.

Every act that is recorded anywhere has its words here; a test reads the code for those that have none.
"""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from lib import prefectures
from lib.wareki import format_date

if TYPE_CHECKING:
    from members.models import AuditEntry

# By subject, as the filter shows them.
GROUPS = {
    "会員登録": {
        "verify_application": "申請のメールアドレスを確認した",
        "enter_application": "申請を代理入力した",
        "resubmit_application": "申請を直して送り直した",
        "withdraw_application": "申請を取り下げた",
        "decide_application": "申請の状態を決めた",
        "invite": "招待した",
        "withdraw_invitation": "招待を取り消した",
        "accept_invitation": "招待に応じて登録した",
        "send_invitations": "招待をまとめて送った",
        "send_invitations_again": "招待をまとめてもう一度送った",
        "import_members": "会員の名簿を取り込んだ",
        "erase_applications": "保存期間を過ぎた申請の個人情報を消した",
    },
    "会員団体・担当部署": {
        "change_status": "会員団体の状態を変えた",
        "rename": "会員団体の名称を変えた",
        "merge": "会員団体を合併した",
        "succeed": "新しい自治体に引き継いだ",
        "edit_profile": "団体の紹介を変えた",
        "add_seat": "担当部署を加えた",
        "edit_seat": "担当部署を変えた",
        "delete_seat": "担当部署を削除した",
        "send_mail_again": "送れなかったメールをもう一度送ることにした",
        "leave_mail": "送れなかったメールを送らないことにした",
        "resume_mail": "宛先への送信を再開した",
        "show_names": "会員名簿の氏名を表示した",
        "choose_name": "会員名簿の氏名の載せ方を選んだ",
        "move_seat": "担当部署を別の会員団体に移した",
        "write_note": "応対記録を書いた",
        "strike_note": "応対記録を取り消した",
    },
    "利用者": {
        "add_user": "利用者を加えた",
        "change_user": "利用者を変えた",
        "change_role": "役割を変えた",
        "move": "所属（投稿では分類）を変えた",
        "suspend": "利用停止にした",
        "resume": "利用を再開した",
        "readmit": "利用中に戻した",
        "remove": "利用を終了した",
        "begin_handover": "引継ぎを始めた",
        "cancel_handover": "引継ぎを取りやめた",
        "finish_handover": "引継ぎが完了した",
        "agree_to_terms": "利用規約に同意した",
        "change_address": "メールアドレスを変えた",
        "change_password": "パスワードを変えた",
        "reset_password": "パスワードを決め直した",
        "assign_desk": "事務局での役割を決めた",
        "print_accounts": "利用者の棚卸しを表示した",
        "export_accounts": "利用者の棚卸しを書き出した",
        "export_person": "個人情報を書き出した",
        "erase_person": "個人情報を消去した",
    },
    "ウイルス検査": {
        "refuse_file": "ウイルスのあるファイルを受け付けなかった",
        "remove_file": "ウイルスの見つかったファイルを消した",
    },
    "二段階認証": {
        "totp_activated": "認証アプリを登録した",
        "totp_deactivated": "認証アプリの登録を取り消した",
        "webauthn_added": "パスキーを加えた",
        "webauthn_removed": "パスキーを削除した",
        "recovery_codes_generated": "予備コードを作り直した",
        "choose_mailed_code": "メールの確認コードを使うことにした",
        "end_mailed_code": "メールの確認コードをやめた",
        "remove_second_factor": "二段階認証の登録を取り消した",
    },
    "年次確認": {
        "add_yearly_check": "年次確認を加えた",
        "change_yearly_check": "年次確認を変えた",
        "start_yearly_check": "年次確認を開始した",
        "close_yearly_check": "年次確認を終了した",
        "confirm_yearly_check": "登録内容を確認した",
    },
    "掲示板": {
        "add_category": "分類を加えた",
        "change_category": "分類を変えた",
        "require_approval": "公開前の承認を求めることにした",
        "end_approval": "公開前の承認をやめた",
        "approve_topic": "投稿を承認した",
        "send_back_topic": "投稿を承認しなかった",
        "settle_report": "通報に対応した",
        "hide": "非表示にした",
        "restore": "再び表示した",
        "lock": "返信を止めた",
        "unlock": "返信を再び受け付けた",
        "pin": "先頭に表示した",
        "export_roster": "回答の名簿を書き出した",
    },
    "お知らせ・刊行物": {
        "publish_newsitem": "お知らせを公開した",
        "withdraw_newsitem": "お知らせを取り下げた",
        "pin_newsitem": "お知らせの固定を変えた",
        "delete_newsitem": "お知らせを削除した",
        "publish_publication": "刊行物を公開した",
        "withdraw_publication": "刊行物を取り下げた",
        "delete_publication": "刊行物を削除した",
    },
    "イベント・紹介": {
        "propose_event": "イベントを提案した",
        "amend_event": "イベントの提案を直した",
        "withdraw_event": "イベントまたは提案を取り下げた",
        "publish_event": "イベントを掲載した",
        "delete_event": "イベントを削除した",
        "refuse_event": "提案されたイベントを掲載しないと決めた",
        "cancel_entry": "参加申込を取り消した",
        "enter_for": "参加申込を代理入力した",
        "export_entries": "参加申込の名簿を書き出した",
        "erase_entries": "保存期間を過ぎた参加申込を消した",
        "draft_introduction": "紹介の文を保存した",
        "post_introduction": "公式Xで紹介した",
        "skip_introduction": "公式Xでの紹介を見送った",
    },
    "ポータル": {
        "add_site_notice": "サイトのお知らせを加えた",
        "change_site_notice": "サイトのお知らせを変えた",
        "delete_site_notice": "サイトのお知らせを削除した",
        "confirm_count": "構成自治体数の算定値を確かめた",
        "add_mail_text": "メールの文を加えた",
        "change_mail_text": "メールの文を変えた",
        "delete_mail_text": "メールの文を削除した",
        "export_list": "一覧を書き出した",
        "export_figures": "統計を書き出した",
        "export_audit": "監査記録を書き出した",
        "clear_audit": "保存期間を過ぎた監査記録を消した",
    },
}
ACTS = {act: words for group in GROUPS.values() for act, words in group.items()}

DETAILS = {
    "fields": "変更した項目",
    "before": "変更前",
    "after": "変更後",
    "reason": "理由",
    "result": "結果",
    "role": "役割",
    "seat": "担当部署の番号",
    "seats": "担当部署",
    "into": "合併した先の番号",
    "predecessor": "前任者の番号",
    "event": "イベントの番号",
    "yearly_check": "年次確認の番号",
    "people": "表示した利用者の番号",
    "organization": "会員団体の番号",
    "channel": "申請の方法",
    "version": "版",
    "until": "期限",
    "older_than": "消した記録の期限",
    "prefectures": "都道府県",
    "days": "日数",
    "mails": "メールの数",
    "entries": "件数",
    "accounts": "利用者の数",
    "rows": "行数",
    "period": "期間",
    "table": "表",
    "columns": "列",
    "mail": "メールの種類",
    "facts": "項目の数",
    "invitations": "招待の数",
    "names": "氏名を消した記録の数",
    "texts": "文の中から消した記録の数",
    "applications": "申請の数",
    "withdrawn": "取下げにした申請の数",
    "new": "新規",
    "changed": "更新",
    "same": "変更なし",
    "signature": "見つかったウイルス",
    "sha256": "ファイルのSHA-256",
}
# Which field of the target `before` and `after` are values of.
CHANGED_FIELD = {
    "decide_application": "status",
    "change_status": "status",
    "change_role": "role",
    "choose_name": "shows_name",
    "succeed": "local_government",
}
MOVED_FIELD = {"members.user": "seat", "board.topic": "category"}
DAYS = {"until", "older_than"}

# Gives a related object its name; lists leave it a number.
Namer = Callable[[type[models.Model], Any], str]


def act_words(act: str) -> str:
    """Of an act of an older version: as it was recorded."""
    return ACTS.get(act, act)


def kind_words(target_type: str) -> str:
    model = model_of(target_type)
    return str(model._meta.verbose_name) if model else target_type


def model_of(target_type: str) -> type[models.Model] | None:
    try:
        return apps.get_model(target_type)
    except (LookupError, ValueError):
        return None


def details(entry: "AuditEntry", name: Namer | None = None) -> list[tuple[str, str]]:
    """Label and text of all that was recorded beside the act, in the order of DETAILS."""
    # PostgreSQL gives the keys back in an order of its own.
    known = [key for key in DETAILS if key in entry.detail]
    keys = [*known, *sorted(key for key in entry.detail if key not in DETAILS)]
    return [(DETAILS.get(key, key), _said(entry, key, entry.detail[key], name)) for key in keys]


def summary(entry: "AuditEntry") -> str:
    """In one line: 変更前：受付、変更後：承認."""
    return "、".join(f"{label}：{text}" for label, text in details(entry))


def _said(entry: "AuditEntry", key: str, value: Any, name: Namer | None) -> str:
    if value in (None, "", []):
        return "なし"
    if isinstance(value, list):
        return "・".join(_said_one(entry, key, one, name) for one in value)
    return _said_one(entry, key, value, name)


def _said_one(entry: "AuditEntry", key: str, value: Any, name: Namer | None) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if key == "fields":
        found = _field(entry, str(value))
        return str(getattr(found, "verbose_name", value))
    if key == "prefectures":
        return prefectures.by_code(str(value)).name
    if key in DAYS:
        return format_date(date.fromisoformat(str(value)))
    return _value_of(_field(entry, _changed_field(entry, key)), value, name)


def _changed_field(entry: "AuditEntry", key: str) -> str:
    if key not in ("before", "after"):
        return key
    if entry.act == "move":
        return MOVED_FIELD.get(entry.target_type, key)
    return CHANGED_FIELD.get(entry.act, key)


def _field(entry: "AuditEntry", name: str) -> Any:
    model = model_of(entry.target_type)
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _value_of(field: Any, value: Any, name: Namer | None) -> str:
    """A choice in its words, a related object by its name or its number."""
    related = getattr(field, "related_model", None)
    if related and name:
        return name(related, value)
    choices = dict(getattr(field, "flatchoices", None) or ())
    return str(choices.get(value, value))
