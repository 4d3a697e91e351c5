"""A row for every list of the admin."""

from datetime import date, timedelta

from django.utils import timezone

from agreements.models import CorporateAgreement, Matter, RegionalAgreement
from board import moderation
from board.models import Answer, ApprovalRule, Attachment, Category, Reply, Report, Topic
from lib.forms import new_form_key
from members.models import (
    Application,
    AuditEntry,
    CareNote,
    Delivery,
    Handover,
    Introduction,
    Invitation,
    InvitationWave,
    LocalGovernment,
    MailAddress,
    MailText,
    Notice,
    Organization,
    Seat,
    SiteText,
    TermsConsent,
    Theme,
    User,
    YearlyCheck,
)
from news.models import Entry, Event, NewsCategory, NewsItem, Publication, Series
from renkei.jobs import JOBS
from renkei.models import JobRun, SiteNotice
from tests import factories


def _introduction(number):
    seat = factories.make_seat()
    values = {"key": f"topic-{number}", "title": "祭り", "url": "/board/topics/1/", "text": "祭り"}
    return Introduction.objects.create(organization=seat.organization, seat=seat, **values)


def _delivery(number):
    seat = factories.make_seat(mailbox=f"kikaku{number}@town.example.jp")
    return Delivery.objects.create(
        address=seat.mailbox, key=f"k{number}", subject="お知らせ", body="本文", seat=seat
    )


def _audit_entry(number):
    return AuditEntry.objects.create(
        actor=factories.make_user(), act="suspend", target_type="members.user", target_id=number
    )


def _category(number):
    category = factories.make_category(f"category-{number}", kind="exchange")
    factories.make_topic(category=category)
    return category


def _consent(number):
    text = factories.make_site_text("terms", version=number)
    return TermsConsent.objects.create(user=factories.make_user(), text=text)


def _note(_number):
    return CareNote.objects.create(
        organization=factories.make_organization(),
        text="電話で確かめました。",
        spoken_to="見本",
        form_key=new_form_key(),
        by=factories.make_user(),
    )


def _site_notice(number):
    now = timezone.now()
    return SiteNotice.objects.create(
        text=f"保守{number}", starts_at=now, ends_at=now + timedelta(hours=1)
    )


def _held_back(_number):
    """A file that the scanner has not seen."""
    file = factories.attach(factories.make_reply(factories.make_topic()))
    Attachment.objects.filter(pk=file.pk).update(scan=Attachment.Scan.WAITING)
    return file


def _with_form(_number):
    """An event with what its page shows of entries."""
    return factories.make_open_event()


MAKE = {
    RegionalAgreement: lambda number: factories.make_regional_agreement(number=number),
    CorporateAgreement: lambda number: factories.make_corporate_agreement(),
    CareNote: _note,
    SiteNotice: _site_notice,
    Matter: lambda number: Matter.objects.create(name=f"項目{number}"),
    Answer: lambda number: factories.make_answer(factories.make_topic(asks=Topic.Asks.APPLY)),
    ApprovalRule: lambda number: ApprovalRule.objects.create(
        organization=factories.make_organization(), reason="理由"
    ),
    Attachment: _held_back,
    Category: _category,
    Reply: lambda number: factories.make_reply(factories.make_topic()),
    Report: lambda number: moderation.report(
        factories.make_reply(factories.make_topic()), "理由", by=factories.make_user()
    ),
    Topic: lambda number: factories.make_topic(),
    Application: lambda number: factories.make_application(),
    AuditEntry: _audit_entry,
    Delivery: _delivery,
    Handover: lambda number: factories.make_handover(),
    Introduction: _introduction,
    Invitation: lambda number: factories.make_invitation(),
    InvitationWave: lambda number: InvitationWave.objects.create(
        name=f"送信{number}", started_by=factories.make_user()
    ),
    LocalGovernment: lambda number: factories.make_local_government(),
    MailAddress: lambda number: MailAddress.objects.create(
        address=factories.make_seat(mailbox=f"soumu{number}@town.example.jp").mailbox
    ),
    MailText: lambda number: MailText.objects.create(
        slug="invitation", version=number, subject="件名", body="本文"
    ),
    Notice: lambda number: Notice.objects.create(key=f"n{number}", kind="topic", text="知らせ"),
    Organization: lambda number: factories.make_seat().organization,
    Seat: lambda number: factories.make_seat(),
    SiteText: lambda number: factories.make_site_text("privacy", version=number),
    TermsConsent: _consent,
    Theme: lambda number: Theme.objects.create(name=f"テーマ{number}"),
    User: lambda number: factories.make_user(password=None),
    YearlyCheck: lambda number: factories.make_yearly_check(fiscal_year=2026 + number),
    Entry: lambda number: factories.make_entry(),
    Event: _with_form,
    NewsCategory: lambda number: factories.make_news_category(f"category-{number}"),
    NewsItem: lambda number: factories.make_news_item(),
    Publication: lambda number: factories.make_publication(
        number=number, issued_on=date(2026, 3, number)
    ),
    Series: lambda number: factories.make_series(f"series-{number}"),
    JobRun: lambda number: JobRun.objects.create(job=next(iter(JOBS)), period=f"2026-{number}"),
}
