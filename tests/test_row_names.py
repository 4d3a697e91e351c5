"""What rows are called that no list names: in the shell, and where Django's admin says what else it would delete."""

from datetime import UTC, datetime

import pytest

from board.models import (
    Acknowledgement,
    CategoryMark,
    Match,
    ReadMark,
    Reply,
    Revision,
    SearchEntry,
    TodoMark,
    Topic,
    TopicAudience,
    Watch,
)
from members.models import (
    ApplicationStep,
    Confirmation,
    MailSetting,
    Notice,
    Notification,
    NotificationRead,
    Organization,
    Seat,
    UnusedWarning,
    User,
    YearlyCheck,
)
from renkei.models import Restoration

TOPIC = Topic(pk=1, title="件名")
BODY = Organization(name="見本市", prefecture="10")
CHECK = YearlyCheck(fiscal_year=2027)
MOMENT = datetime(2026, 11, 25, 1, tzinfo=UTC)


NAMES = [
    (Acknowledgement(organization=BODY, version=2), "群馬県見本市 第2版"),
    (TopicAudience(organization=BODY), "群馬県見本市"),
    (TopicAudience(prefecture="10"), "群馬県"),
    (Match(consultation=TOPIC), "件名：成立"),
    (Revision(topic=TOPIC, number=3), "件名 第3版"),
    (Revision(reply=Reply(topic=TOPIC, seq=4), number=1), "件名 4 第1版"),
    (ReadMark(topic=TOPIC, seq=5), "1 5"),
    (CategoryMark(category_id=2, read_until=MOMENT), f"2 {MOMENT}"),
    (Watch(seat_id=2, topic=TOPIC), "2 1"),
    (TodoMark(seat_id=2, topic=TOPIC), "2 1"),
    (SearchEntry(topic=TOPIC, seq=0), "1 0"),
    (ApplicationStep(status="received", at=MOMENT), "受付 令和8年11月25日（水）午前10時"),
    (Notification(notice=Notice(text="通報がありました。")), "通報がありました。"),
    (NotificationRead(notification_id=1, user_id=2), "1 2"),
    (MailSetting(mail_list="own", rhythm="never"), "own：メールで受け取らない"),
    (Confirmation(organization=BODY, yearly_check=CHECK), "群馬県見本市（令和9年度の年次確認）"),
    (
        UnusedWarning(
            user=User(name="見本 太郎", seat=Seat(organization=BODY, section="企画課")),
            yearly_check=CHECK,
        ),
        "見本 太郎（群馬県見本市 企画課）（令和9年度の年次確認）",
    ),
    (Restoration(made_at=MOMENT), "2026-11-25 01:00"),
]


@pytest.mark.parametrize(("row", "name"), NAMES, ids=[type(row).__name__ for row, _ in NAMES])
def test_row_says_what_it_is(row, name):
    assert str(row) == name
