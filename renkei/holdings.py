"""What is kept of a person, kind by kind, and what an erasure does to it; the same as a sheet."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from board.models import Acknowledgement, Answer, Match, Reply, Report, Revision, Topic
from lib.spreadsheets import Row
from members.models import (
    Application,
    AuditEntry,
    Confirmation,
    Delivery,
    Draft,
    Handover,
    Invitation,
    MailAddress,
    MailSetting,
    TermsConsent,
    User,
)
from news.models import Entry, Event
from renkei.personal import Subject, any_of, notes_about

HEADS = ("種類", "番号", "項目", "内容")


class Holding(NamedTuple):
    """Rows of one kind that tell of the person, and what an erasure does to them."""

    label: str
    rows: QuerySet[Any]
    fields: tuple[str, ...]
    effect: str


STAYS = "番号と日時だけが残り、「前任者」と表示します。"
OF_THE_BODY = "団体のものとして残り、書いた人は「前任者」になります。"


def holdings(subject: Subject) -> list[Holding]:
    """Those without rows are left out by whoever shows them."""
    found = [
        Holding(
            "会員登録申請",
            Application.objects.filter(pk__in=subject.applications),
            (
                "created_at",
                "status",
                "section",
                "contact_name",
                "email",
                "telephone",
                "extension",
                "purpose",
                "note",
            ),
            "担当者名、メールアドレス、電話番号、受付メモを消します。団体、状態、日時は残ります。",
        ),
        Holding(
            "招待",
            Invitation.objects.filter(pk__in=subject.invitations),
            ("created_at", "name", "address", "role", "accepted_at", "withdrawn_at"),
            "氏名と送り先を消します。登録待ちのものは取り消します。",
        ),
        Holding(
            "参加申込",
            Entry.objects.filter(pk__in=subject.entries),
            ("created_at", "event", "state", *Entry.PERSONAL, "people"),
            "氏名、所属、連絡先、連絡事項を消します。参加の人数は残ります。",
        ),
        Holding(
            "本人へのメール",
            Delivery.objects.filter(subject.mails),
            ("created_at", "address", "subject", "state", "sent_at"),
            "宛先と本文を消します。まだ送っていないものは送りません。",
        ),
        Holding(
            "宛先の記録",
            MailAddress.objects.filter(any_of("address", subject.addresses)),
            ("address", "bounced_at", "problem"),
            "削除します。",
        ),
        Holding(
            "担当部署の代表メールアドレス",
            subject.own_mailboxes,
            ("organization", "section", "mailbox", "telephone", "extension"),
            "本人のアドレスなので、代表メールアドレスと電話番号を空にします。",
        ),
        Holding(
            "応対記録",
            notes_about(subject),
            ("at", "organization", "spoken_to", "text"),
            "氏名、メールアドレス、電話番号を消した文にします。",
        ),
    ]
    return found if subject.user is None else [*_of_account(subject.user), *found]


def _of_account(user: User) -> list[Holding]:
    own = {"user": user}
    return [
        Holding(
            "利用者の登録",
            User.objects.filter(pk=user.pk),
            ("name", "email", "username", "seat", "role", "joined_at", "last_seen_at", "left_at"),
            "氏名、メールアドレス、利用者ID、パスワードを消し、「前任者」とします。ログインできなくなります。",
        ),
        Holding(
            "二段階認証の登録",
            Authenticator.objects.filter(**own),
            ("type", "created_at"),
            "削除します。",
        ),
        Holding(
            "ログイン中の画面",
            UserSession.objects.filter(**own),
            ("created_at", "ip", "user_agent"),
            "ログアウトし、削除します。",
        ),
        Holding(
            "メールの設定",
            MailSetting.objects.filter(**own),
            ("mail_list", "rhythm"),
            "削除します。",
        ),
        Holding(
            "投稿",
            Topic.objects.filter(author=user),
            ("publish_at", "title", "summary", "body"),
            OF_THE_BODY,
        ),
        Holding(
            "返信",
            Reply.objects.filter(author=user),
            ("created_at", "topic", "seq", "body"),
            OF_THE_BODY,
        ),
        Holding(
            "投稿・返信の変更",
            Revision.objects.filter(by=user),
            ("at", "topic", "reason"),
            OF_THE_BODY,
        ),
        Holding(
            "回答",
            Answer.objects.filter(answered_by=user),
            ("answered_at", "topic", "message"),
            OF_THE_BODY,
        ),
        Holding("確認", Acknowledgement.objects.filter(**own), ("at", "topic"), STAYS),
        Holding(
            "成立の記録",
            Match.objects.filter(Q(proposed_by=user) | Q(agreed_by=user)),
            ("proposed_at", "note"),
            OF_THE_BODY,
        ),
        Holding("通報", Report.objects.filter(reported_by=user), ("at", "topic", "reason"), STAYS),
        Holding(
            "イベントの提案",
            Event.objects.filter(proposed_by=user),
            ("name", "starts_on", "contact"),
            OF_THE_BODY,
        ),
        Holding(
            "下書き",
            Draft.objects.open().filter(**own),
            ("updated_at", "title", "data"),
            "担当部署のものとして残ります。文の中の氏名、メールアドレス、電話番号を消します。",
        ),
        Holding(
            "引継ぎ",
            Handover.objects.filter(Q(predecessor=user) | Q(started_by=user)),
            ("started_at", "seat", "leaves_on", "finished_at"),
            STAYS,
        ),
        Holding("利用規約への同意", TermsConsent.objects.filter(**own), ("at", "text"), STAYS),
        Holding(
            "年次確認",
            Confirmation.objects.filter(confirmed_by=user),
            ("confirmed_at", "yearly_check", "note"),
            STAYS,
        ),
        Holding(
            "操作の監査記録",
            AuditEntry.objects.filter(actor=user),
            ("at", "act", "target_type", "target_id", "ip"),
            "番号だけで残ります。接続元を消します。",
        ),
    ]


def export_rows(subject: Subject) -> Iterator[Row]:
    """One line per fact: for the person who asks what is kept."""
    for holding in holdings(subject):
        for row in holding.rows:
            for name in holding.fields:
                label, text = _told(row, name)
                if text:
                    yield (
                        holding.label,
                        row.pk if isinstance(row.pk, int) else str(row.pk),
                        label,
                        text,
                    )


def _told(row: models.Model, name: str) -> tuple[str, str]:
    field: Any = row._meta.get_field(name)
    value = getattr(row, f"get_{name}_display")() if field.choices else getattr(row, name)
    if isinstance(field, models.DateTimeField) and value:
        value = f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return str(field.verbose_name), "" if value is None else str(value)
