"""Rows for tests: each function creates only what the row cannot exist without."""

import csv
import io
from datetime import date, timedelta
from itertools import count

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from PIL import Image

from agreements.models import Activity, CorporateAgreement, Party, RegionalAgreement
from board import answering, files, posting
from board.models import Attachment, Category, Topic
from board.search import index
from lib import prefectures
from lib.forms import new_form_key
from lib.local_government_codes import check_digit
from members import addresses, drafts, staff
from members.models import (
    Application,
    Draft,
    Handover,
    Invitation,
    LocalGovernment,
    Organization,
    Seat,
    SiteText,
    User,
    YearlyCheck,
)
from news import entering, proposing
from news.forms.article import NewsFileForm
from news.forms.publication import EditionForm
from news.models import Entry, Event, NewsCategory, NewsItem, Publication, Series
from renkei import groups
from tests.lib.pdf_files import make_pdf

_numbers = count(1)
TEXT_FILE = "配布資料".encode()
# What is found by the names of its files.
WRITES_ENTRY = {"topic": index.write, "reply": index.write_reply}


def make_local_government(
    *, prefecture="10", name=None, kind=LocalGovernment.Kind.TOWN, kana="てすとまち", **fields
):
    number = next(_numbers)
    first_five = f"{prefecture}{number % 1000:03}"
    return LocalGovernment.objects.create(
        code=fields.pop("code", first_five + check_digit(first_five)),
        prefecture=prefecture,
        name=f"第{number}町" if name is None else name,
        kana=kana,
        kind=kind,
        **fields,
    )


def make_organization(*, kind=Organization.Kind.MUNICIPALITY, name=None, prefecture="10", **fields):
    return Organization.objects.create(
        kind=kind, name=name or f"第{next(_numbers)}市", prefecture=prefecture, **fields
    )


def make_secretariat():
    return make_organization(
        kind=Organization.Kind.SECRETARIAT, name="特別区長会事務局", prefecture="13"
    )


def make_town(**fields):
    """A person of a body of its own, whose section has a mailbox."""
    body = make_organization(**fields)
    seat = make_seat(organization=body, mailbox=f"town{body.pk}@town.example.jp")
    return make_user(seat=seat, role="contributor")


def make_secretary():
    """Somebody of the secretariat who may do everything."""
    seat = make_seat(organization=make_secretariat())
    return make_user(seat=seat, is_staff=True, is_superuser=True, role=User.Role.MANAGER)


def make_staff(desk, **fields):
    """Somebody of the secretariat, in one of its groups."""
    groups.apply()
    body = Organization.objects.filter(kind=Organization.Kind.SECRETARIAT).first()
    seat = make_seat(organization=body or make_secretariat(), section=f"総務課{next(_numbers)}")
    person = make_user(seat=seat, is_staff=True, role=staff.ROLES[desk], **fields)
    person.groups.add(Group.objects.get(name=desk.value))
    return person


def make_seat(*, organization=None, section="企画課", **fields):
    return Seat.objects.create(
        organization=organization or make_organization(), section=section, **fields
    )


def make_user(*, seat=None, name="見本 太郎", password="correct-horse-9", **fields):
    email = fields.pop("email", f"person{next(_numbers)}@example.jp")
    return User.objects.create_user(
        seat=seat or make_seat(), name=name, email=email, password=password, **fields
    )


def make_member(kind, role):
    return make_user(seat=make_seat(organization=make_organization(kind=kind)), role=role)


def make_regional_agreement(
    *,
    parties=(("第一町村会", Party.Members.TOWNS_AND_VILLAGES),),
    prefecture="10",
    signed_on=date(2018, 4, 16),
    published_count=0,
    published_on=date(2026, 3, 12),
    **fields,
):
    agreement = RegionalAgreement.objects.create(
        number=fields.pop("number", next(_numbers)),
        prefecture=prefecture,
        signed_on=signed_on,
        published_count=published_count,
        published_on=published_on,
        **fields,
    )
    for position, (name, members) in enumerate(parties, start=1):
        Party.objects.create(agreement=agreement, name=name, members=members, position=position)
    return agreement


def make_corporate_agreement(*, company=None, activities=("講演会の開催",), **fields):
    agreement = CorporateAgreement.objects.create(
        company=company or f"第{next(_numbers)}株式会社",
        signed_on=fields.pop("signed_on", date(2019, 5, 31)),
        published_on=fields.pop("published_on", date(2026, 3, 12)),
        **fields,
    )
    for position, text in enumerate(activities, start=1):
        Activity.objects.create(agreement=agreement, text=text, position=position)
    return agreement


def make_site_text(slug, *, body="本文", title="見出し", asks_consent=False, **fields):
    """Whoever logs in meets these terms first, once they ask for consent."""
    return SiteText.objects.create(
        slug=slug, body=body, title=title, asks_consent=asks_consent, **fields
    )


def build_application(*, local_government, **fields):
    """Not saved yet: for registration.apply() and enter(). None: name and prefecture are given."""
    body = local_government
    values = {
        "prefecture": body and body.prefecture,
        "body_name": body and body.own_name,
        "section": "企画課",
        "contact_name": "見本 花子",
        "email": "kikaku@town.example.jp",
        "telephone": "00-0000-0000",
        "purpose": "連携事業の提案",
    }
    return Application(local_government=body, **{**values, **fields})


def make_application(*, status=Application.Status.RECEIVED, **fields):
    body = (
        fields.pop("local_government") if "local_government" in fields else make_local_government()
    )
    application = build_application(local_government=body, status=status, **fields)
    application.save()
    return application


def make_invitation(*, seat=None, **fields):
    values = {"name": "見本 花子", "address": "kikaku@town.example.jp", "role": User.Role.MANAGER}
    return Invitation.objects.create(seat=seat or make_seat(), **{**values, **fields})


def make_planned_invitation(*, seat=None, **fields):
    """As an import leaves it: nobody has been mailed."""
    seat = seat or make_seat(mailbox="kikaku@town.example.jp")
    return make_invitation(seat=seat, address="", sent_at=None, **fields)


def make_handover(*, predecessor=None, **fields):
    predecessor = predecessor or make_user()
    invitation = make_invitation(seat=predecessor.seat, role=predecessor.role)
    return Handover.objects.create(
        seat=predecessor.seat,
        predecessor=predecessor,
        **{"invitation": invitation, "started_by": predecessor, **fields},
    )


def make_yearly_check(*, fiscal_year=2027, **fields):
    days = {"starts_on": date(2027, 4, 15), "due_on": date(2027, 5, 31)}
    check = YearlyCheck.objects.create(fiscal_year=fiscal_year, **{**days, **fields})
    check.refresh_from_db()
    return check


def make_address_token(person=None, address="new@city.example.jp"):
    """What stands in the link that is mailed to a new address."""
    person = person or make_user()
    return addresses.make_token(person, address)


def load_master():
    kinds = {label: value for value, label in LocalGovernment.Kind.choices}
    with (settings.BASE_DIR / "data" / "local_governments.csv").open(encoding="utf-8") as file:
        bodies = [
            LocalGovernment(
                code=row["code"],
                prefecture=prefectures.by_name(row["prefecture"]).code,
                name=row["name"],
                kana=row["kana"],
                kind=kinds[row["kind"]],
                website=row["website"],
            )
            for row in csv.DictReader(file)
        ]
    for body in bodies:
        body.folded = body.searchable_text()
    LocalGovernment.objects.bulk_create(bodies)


def refresh_statistics():
    """After many rows at once. A server that ran for hours with empty tables plans for no row."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def load_registers():
    call_command("import_agreements", verbosity=0)


def make_category(slug="exchange", kind=None, **fields):
    kind = kind or (slug if slug in Category.Kind.values else Category.Kind.EXCHANGE)
    values = {"name": f"分類 {slug}", "kind": kind, **fields}
    return Category.objects.get_or_create(slug=slug, defaults=values)[0]


def make_draft(user, *, kind="topic", address="/board/topics/new/?category=exchange", **fields):
    values = {"data": {}, "title": "", **fields}
    return drafts.save(new_form_key(), kind=kind, address=address, by=user, **values)


def make_topic(
    *, author=None, category=None, themes=(), prefectures=(), organizations=(), **fields
):
    """Posted by the verb that the site uses."""
    author = author or make_user()
    topic = Topic(
        category=category or make_category(),
        **{"title": "交流の相談", "body": "本文です。", **fields},
    )
    related = posting.Related(themes, prefectures, organizations)
    return posting.publish(topic, related, draft=make_draft(author), by=author)


def make_reply(topic, *, author=None, body="返信です。"):
    author = author or make_user()
    draft = make_draft(author, kind="reply", address=f"/board/topics/{topic.pk}/reply/")
    return posting.reply(topic, body, draft=draft, by=author)


def make_answer(topic, *, author=None, expected=None, **fields):
    author = author or make_user()
    values = {"status": "yes", "quantity": None, "message": "", "details": {}, **fields}
    draft = make_draft(author, kind="answer", address=f"/board/topics/{topic.pk}/answer/")
    return answering.answer(topic, values, draft=draft, expected=expected, by=author)


def make_upload(name="資料.txt", content=TEXT_FILE):
    return SimpleUploadedFile(name, content)


def make_png(size=(8, 8)):
    target = io.BytesIO()
    Image.new("RGB", size, "navy").save(target, "PNG")
    return target.getvalue()


def attach(owner, *, by=None, name="資料.txt", content=TEXT_FILE):
    """A file of a topic, a reply or a draft."""
    author = by or getattr(owner, "author", None) or getattr(owner, "answered_by", None)
    draft = owner if isinstance(owner, Draft) else make_draft(author)
    errors = files.attach(draft, [make_upload(name, content)])
    assert errors == []
    attachment = draft.attachments.latest("uploaded_at")
    if not isinstance(owner, Draft):
        field = owner._meta.model_name
        Attachment.objects.filter(pk=attachment.pk).update(draft=None, **{field: owner})
        attachment.refresh_from_db()
        if field in WRITES_ENTRY:
            WRITES_ENTRY[field](owner)
    return attachment


def make_news_category(slug="notice"):
    return NewsCategory.objects.get_or_create(slug=slug, defaults={"name": f"分類 {slug}"})[0]


def make_news_item(*, category=None, **fields):
    """Published a moment ago."""
    values = {"title": "見本のお知らせ", "body": "本文です。", "is_draft": False, **fields}
    return NewsItem.objects.create(category=category or make_news_category(), **values)


def attach_to_news(owner, *, title="募集要項", name="要項.pdf", content=b"%PDF-1.7\n%%EOF\n"):
    """A file of a news item or an event, as the admin saves it."""
    form = NewsFileForm({"title": title}, {"file": make_upload(name, content)})
    setattr(form.instance, "event" if owner._meta.model_name == "event" else "news_item", owner)
    assert form.is_valid(), form.errors
    return form.save()


def make_series(slug="news", **fields):
    return Series.objects.get_or_create(slug=slug, defaults={"name": f"種類 {slug}", **fields})[0]


def make_publication(*, series=None, **fields):
    """Published a moment ago, without a PDF."""
    values = {"title": "見本の号", "issued_on": date(2026, 3, 1), "is_draft": False, **fields}
    return Publication.objects.create(series=series or make_series(), **values)


def make_edition(publication=None, *, content=None, name="第1号.pdf", note=""):
    """As the admin saves it."""
    form = EditionForm({"note": note}, {"file": make_upload(name, content or make_pdf())})
    form.instance.publication = publication or make_publication()
    assert form.is_valid(), form.errors
    edition = form.save()
    edition.publication.save()
    return edition


def make_event(**fields):
    """Published a moment ago; on one day, of which only the date is known."""
    values = {
        "name": "見本の催し",
        "body": "本文です。",
        "organizer": "特別区長会",
        "starts_on": date(2026, 12, 5),
        "is_draft": False,
        **fields,
    }
    return Event.objects.create(**{"ends_on": values["starts_on"], **values})


def make_open_event(**fields):
    """One of the project, to which people can come."""
    today = timezone.localdate()
    return make_event(**{"starts_on": today + timedelta(days=30), "takes_entries": True, **fields})


def build_entry(event, **fields):
    """Not saved yet: for entering.enter()."""
    values = {"name": "見本 太郎", "email": f"guest{next(_numbers)}@example.jp", **fields}
    return Entry(event=event, **{"form_key": new_form_key(), **values})


def make_entry(event=None, **fields):
    """Entered by the verb that the site uses."""
    return entering.enter(build_entry(event or make_open_event(), **fields))


def make_proposal(*, by=None, **fields):
    """Proposed by the verb that the site uses."""
    day = timezone.localdate() + timedelta(days=30)
    values = {"name": "町の祭り", "body": "本文です。", "organizer": "見本町", **fields}
    event = Event(**{"starts_on": day, "ends_on": day, **values})
    return proposing.propose(event, form_key=new_form_key(), by=by or make_user())
