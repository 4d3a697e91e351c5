"""個人情報: found across all apps, handed out, erased; afterwards nothing in any table names the person."""

import io
import json

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from board import posting
from board.models import Topic
from board.search import repair
from members import audit, care, handover, people, registration, second_factor
from members.models import (
    Application,
    ApplicationStep,
    AuditEntry,
    Delivery,
    Invitation,
    MailAddress,
    Notice,
    Seat,
    User,
)
from members.staff import Desk
from news.models import Entry
from renkei import erasure, holdings
from renkei.personal import Subject
from tests import factories
from tests.html import text_of

NAME, ADDRESS, TELEPHONE = "標印 花子", "hyoin.hanako@city.example.jp", "090-5555-4321"
USERNAME = "hyoin-hanako"
MARKERS = (NAME, "標印花子", ADDRESS, TELEPHONE, USERNAME)
# Tables that are not looked at, each with its reason.
UNREAD = {
    "django_session": "encoded; the person's own are deleted, the secretary's names nobody",
}


@pytest.fixture
def boss(db):
    return factories.make_staff(Desk.ALL, name="管理 一子")


@pytest.fixture
def admin(client, boss):
    client.force_login(boss)
    client.get("/contact/")
    return client


@pytest.fixture
def seat(db):
    body = factories.make_organization(name="標市", prefecture="10")
    seat = factories.make_seat(
        organization=body,
        section="企画課",
        mailbox="kikaku@shirushi.example.jp",
        telephone="00-1111-2222",
    )
    factories.make_user(seat=seat, name="同僚 次郎", role=User.Role.MANAGER)
    return seat


@pytest.fixture
def person(client_factory, seat, boss):
    """Applied, was invited, came, posted, answered, entered; and was written about."""
    invitation = registration.invite(seat, name=NAME, address=ADDRESS, role="manager", by=boss)
    application = factories.make_application(
        status=Application.Status.APPROVED,
        contact_name=NAME,
        email=ADDRESS,
        telephone=TELEPHONE,
        note=f"{NAME}さんから電話",
        purpose=f"{NAME}が担当します。連絡は{ADDRESS}まで。",
        invitation=invitation,
    )
    ApplicationStep.objects.create(application=application, status="approved", reason=f"{NAME}様")
    person = registration.accept(
        invitation, name=NAME, username=USERNAME, email=ADDRESS, password="correct-horse-9"
    )
    browser = client_factory()
    browser.force_login(person)
    browser.get("/contact/")
    return person


@pytest.fixture
def traces(person, seat, boss):
    """The markers in every app."""
    Authenticator.objects.create(user=person, type="totp", data={"name": f"{NAME}の電話"})
    EmailAddress.objects.create(user=person, email=ADDRESS)
    MailAddress.objects.create(address=ADDRESS, problem=f"<{ADDRESS}> unknown")
    second_factor.choose_mailed_code(person, wanted=True)
    Delivery.objects.create(
        address=seat.mailbox, key="x", subject="s", body=f"{NAME} 様（{USERNAME}）", seat=seat
    )
    factories.make_entry(name=NAME, email=ADDRESS, telephone=TELEPHONE, note=f"{NAME}です")
    topic = factories.make_topic(
        author=person, title="標市の相談", body=f"照会は{ADDRESS}、{TELEPHONE}へ。"
    )
    topic.summary = f"{TELEPHONE}へ"
    posting.edit(topic, **edit_of(topic), by=person)
    factories.make_reply(factories.make_topic(), author=person, body=f"{ADDRESS}です")
    factories.attach(topic, name=f"{ADDRESS}.txt")
    factories.make_answer(
        factories.make_topic(asks="apply"), author=person, message=f"{TELEPHONE}へお電話を"
    )
    factories.make_draft(person, title=f"{NAME}の案", data={"contact": [f"{NAME} {ADDRESS}"]})
    factories.make_proposal(by=person, contact=f"企画課 {TELEPHONE}")
    begun = handover.begin(person, name="後任 三郎", address="next@city.example.jp", by=person)
    care.write(
        seat.organization,
        text=f"{NAME}さん（{TELEPHONE}）から",
        spoken_to=NAME,
        form_key=factories.new_form_key(),
        by=boss,
    )
    Notice.objects.create(key="n", kind="membership", text=f"{NAME}さんの引継ぎ", to=seat)
    LogEntry.objects.create(
        user=boss,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(person.pk),
        object_repr=str(person),
        action_flag=CHANGE,
        change_message=json.dumps([{"changed": {"name": NAME}}]),
    )
    audit.record("send_back_topic", topic, by=boss, reason=f"{ADDRESS}を消してください")
    organization = seat.organization
    organization.introduction = f"連絡先 {ADDRESS}"
    organization.save()
    return {"topic": topic, "handover": begun}


def edit_of(topic):
    """What posting.edit asks besides."""
    related = posting.Related((), (), ())
    return {
        "related": related,
        "draft": factories.make_draft(topic.author),
        "expected": topic.edits,
    }


def places_of(*markers):
    """Every table and column, read as it is stored, in which a marker stands."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table in UNREAD:
                continue
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    text = str(value)
                    # Folded texts are stored in lower case.
                    if any(one.lower() in text.lower() or _escaped(one) in text for one in markers):
                        found.add(f"{table}.{column}")
    return found


def _escaped(text):
    return json.dumps(text)[1:-1]


def test_traces_stand_in_many_tables_before(traces):
    """Else the next test could not fail."""
    found = places_of(*MARKERS)

    for place in (
        *("members_user.name", "members_application.telephone", "members_invitation.address"),
        *("members_delivery.body", "members_delivery.address", "news_entry.note"),
        *("board_topic.body", "board_topic.body_html", "board_reply.body", "board_attachment.name"),
        *("board_searchentry.folded", "members_draft.data", "members_carenote.spoken_to"),
        *("members_notice.text", "django_admin_log.object_repr", "members_auditentry.detail"),
        *("members_historicalorganization.introduction", "mfa_authenticator.data"),
        *("account_emailaddress.email", "members_mailaddress.problem", "news_event.contact"),
        *("members_applicationstep.reason", "members_user.username"),
    ):
        assert place in found, place


def test_after_the_erasure_no_column_of_any_table_names_the_person(admin, traces, person):
    address = reverse("admin:personal_erase", args=["user", person.pk])

    asked = text_of(admin.get(address))
    answer = admin.post(address, {"confirmed": "on"}, follow=True)

    assert "次のことが起こります" in asked
    assert NAME in asked
    assert "消去しました。申請1件" in text_of(answer)
    assert places_of(*MARKERS) == set()


def test_posts_stay_under_the_body_and_the_person_becomes_the_predecessor(
    admin, boss, traces, person
):
    erasure.erase(Subject.of_user(person), by=boss)

    topic = Topic.objects.get(pk=traces["topic"].pk)
    assert (topic.title, topic.organization.name) == ("標市の相談", "標市")
    assert topic.body == "照会は（消去しました）、（消去しました）へ。"
    person = User.objects.get(pk=person.pk)
    assert (person.name, person.email, person.state) == ("前任者", None, "利用終了")
    assert not person.has_usable_password()
    page = text_of(admin.get(f"/board/topics/{topic.pk}/"))
    assert "標市 企画課 前任者" in page
    assert list(repair.check(lambda *_: None)) == []


def test_colleagues_and_the_section_keep_what_is_theirs(boss, traces, person, seat):
    other = factories.make_user(name="標印 太郎", email="x" + ADDRESS)
    mine = factories.make_topic(author=other, body=f"x{ADDRESS} と 1{TELEPHONE}")

    erasure.erase(Subject.of_user(person), by=boss)

    seat.refresh_from_db()
    assert (seat.mailbox, seat.telephone) == ("kikaku@shirushi.example.jp", "00-1111-2222")
    other.refresh_from_db()
    assert (other.name, other.email) == ("標印 太郎", "x" + ADDRESS)
    mine.refresh_from_db()
    assert mine.body == f"x{ADDRESS} と 1{TELEPHONE}"
    assert User.objects.get(name="同僚 次郎").is_active
    traces["handover"].refresh_from_db()
    assert traces["handover"].invitation.name == "後任 三郎"


def test_trail_keeps_numbers_and_no_values(boss, traces, person):
    before = AuditEntry.objects.filter(actor=person).count()

    done = erasure.erase(Subject.of_user(person), by=boss)

    entry = AuditEntry.objects.get(act="erase_person")
    assert (entry.actor, entry.target_type, entry.target_id) == (
        boss,
        "members.user",
        str(person.pk),
    )
    assert entry.detail == done
    assert all(isinstance(number, int) for number in entry.detail.values())
    assert done["applications"] == done["invitations"] == done["entries"] == 1
    own = AuditEntry.objects.filter(actor=person)
    assert own.count() == before > 0
    assert set(own.values_list("ip", flat=True)) == {None}


def test_waiting_mail_to_the_person_is_not_sent(boss, traces, person):
    erasure.erase(Subject.of_user(person), by=boss)

    mails = Delivery.objects.filter(address__startswith="erased-")
    assert mails.exists()
    assert set(mails.values_list("state", "body")) == {("skipped", "")}


def test_mailbox_that_is_the_persons_own_address_goes_too(boss):
    seat = factories.make_seat(mailbox=ADDRESS, telephone=TELEPHONE)
    person = factories.make_user(seat=seat, name=NAME, email=ADDRESS)
    factories.make_application(
        status=Application.Status.REFUSED, contact_name=NAME, email=ADDRESS, telephone=TELEPHONE
    )

    erasure.erase(Subject.of_user(person), by=boss)

    assert places_of(*MARKERS) == set()
    assert Seat.objects.get(pk=seat.pk).mailbox == ""


def test_mailbox_that_colleagues_use_is_the_sections(boss, seat):
    """A person without an own address logs in by 利用者ID; mails go to the shared mailbox."""
    person = factories.make_user(seat=seat, name=NAME, email=None, username=USERNAME)
    factories.make_invitation(
        seat=seat, name=NAME, address=seat.mailbox, accepted_at=person.joined_at
    )

    erasure.erase(Subject.of_user(person), by=boss)

    seat.refresh_from_db()
    assert seat.mailbox == "kikaku@shirushi.example.jp"
    assert places_of(NAME, USERNAME) == set()


def test_mailbox_of_a_section_stays_when_its_only_person_goes(boss):
    """As most town halls apply: by the section's mailbox and telephone."""
    seat = factories.make_seat(mailbox="kikaku@mura.example.jp", telephone="00-7777-8888")
    invitation = factories.make_invitation(seat=seat, name=NAME, address=seat.mailbox)
    factories.make_application(
        status=Application.Status.APPROVED,
        contact_name=NAME,
        email=seat.mailbox,
        telephone=seat.telephone,
        invitation=invitation,
    )
    person = registration.accept(
        invitation, name=NAME, username=USERNAME, email=None, password="correct-horse-9"
    )

    erasure.erase(Subject.of_user(person), by=boss)

    seat.refresh_from_db()
    assert (seat.mailbox, seat.telephone) == ("kikaku@mura.example.jp", "00-7777-8888")
    assert places_of(NAME, USERNAME) == set()


def test_former_address_and_records_of_a_former_body_are_reached(boss, seat, person):
    second_factor.choose_mailed_code(person, wanted=True)
    care.write(
        seat.organization,
        text=f"{NAME}さん",
        spoken_to="",
        form_key=factories.new_form_key(),
        by=boss,
    )
    person.email = "new.hanako@city.example.jp"
    person.save()
    people.move(person, factories.make_seat(), by=boss)

    erasure.erase(Subject.of_user(User.objects.get(pk=person.pk)), by=boss)

    assert places_of(*MARKERS, "new.hanako@city.example.jp") == set()


@pytest.mark.parametrize("kind", ["application", "entry", "invitation"])
def test_somebody_without_an_account_is_erased_from_any_trace(admin, boss, seat, kind):
    rows = {
        "application": factories.make_application(
            status=Application.Status.REFUSED, contact_name=NAME, email=ADDRESS, telephone=TELEPHONE
        ),
        "entry": factories.make_entry(name=NAME, email=ADDRESS, telephone=TELEPHONE),
        "invitation": factories.make_invitation(seat=seat, name=NAME, address=ADDRESS),
    }
    address = reverse("admin:personal_erase", args=[kind, rows[kind].pk])

    admin.post(address, {"confirmed": "on"})

    assert places_of(*MARKERS) == set()
    assert Invitation.objects.waiting().count() == 0
    assert Entry.objects.get().people == 1
    assert Application.objects.get().status == Application.Status.REFUSED


class TestRefusals:
    def test_without_the_mark_nothing_is_erased(self, admin, person):
        address = reverse("admin:personal_erase", args=["user", person.pk])

        answer = text_of(admin.post(address))

        assert "印を付けてください" in answer
        assert User.objects.get(pk=person.pk).name == NAME

    def test_last_manager_whom_colleagues_need_stays(self, boss, seat):
        manager = User.objects.get(name="同僚 次郎")
        factories.make_user(seat=seat)

        with pytest.raises(erasure.RefusedError, match="最後の管理担当者"):
            erasure.erase(Subject.of_user(manager), by=boss)
        assert User.objects.get(pk=manager.pk).is_active

    def test_only_person_of_a_body_may_go(self, boss, seat):
        manager = User.objects.get(name="同僚 次郎")

        erasure.erase(Subject.of_user(manager), by=boss)

        assert User.objects.get(pk=manager.pk).name == "前任者"

    def test_open_application_is_decided_first(self, boss):
        application = factories.make_application(contact_name=NAME)

        with pytest.raises(erasure.RefusedError, match="決定していない"):
            erasure.erase(Subject.of_row(application), by=boss)

    def test_whoever_uses_the_admin_and_oneself_stay(self, boss):
        for one in (boss, factories.make_staff(Desk.VIEWER)):
            with pytest.raises(erasure.RefusedError):
                erasure.erase(Subject.of_user(one), by=boss)

    @pytest.mark.parametrize("desk", [Desk.EDITOR, Desk.VIEWER])
    def test_other_groups_see_and_do_nothing(self, client, person, desk):
        clerk = factories.make_staff(desk)
        client.force_login(clerk)
        pages = [
            reverse("admin:personal"),
            *(
                reverse(f"admin:personal_{name}", args=["user", person.pk])
                for name in ("person", "export", "erase")
            ),
        ]

        answers = [client.get(address).status_code for address in pages]
        answers.append(client.post(pages[-1], {"confirmed": "on"}).status_code)

        assert answers == [403] * 5
        with pytest.raises(PermissionDenied):
            erasure.erase(Subject.of_user(person), by=clerk)
        change = reverse("admin:members_user_change", args=[person.pk])
        assert "/admin/personal/" not in client.get(change).content.decode()
        assert User.objects.get(pk=person.pk).name == NAME

    def test_pages_that_show_answer_no_post_and_members_get_none(self, admin, other_client, person):
        other_client.force_login(person)
        pages = [
            reverse(f"admin:personal_{name}", args=["user", person.pk])
            for name in ("person", "export")
        ]

        assert [admin.post(address).status_code for address in pages] == [405, 405]
        assert [other_client.get(address).status_code for address in pages] == [403, 403]

    def test_unknown_people_are_404(self, admin):
        assert admin.get("/admin/personal/user/999999/").status_code == 404
        assert admin.get("/admin/personal/animal/1/").status_code == 404


class TestSearch:
    def places(self, admin, q):
        answer = admin.get(reverse("admin:personal"), {"q": q})
        return {place.label for place in answer.context["places"]}

    @pytest.mark.parametrize("q", [NAME, "標印花子", "標印　花子"])
    def test_name_is_found_with_or_without_its_space(self, admin, traces, q):
        found = self.places(admin, q)

        assert {
            "利用者",
            "会員登録申請",
            "招待",
            "参加申込",
            "応対記録",
            "投稿",
            "回答",
            "引継ぎ",
        } <= found

    def test_address_is_found_in_people_mails_and_posts(self, admin, traces):
        assert {"利用者", "メール", "宛先", "投稿", "返信", "参加申込"} <= self.places(
            admin, ADDRESS
        )

    @pytest.mark.parametrize("q", [TELEPHONE, "09055554321", "０９０ー５５５５ー４３２１"])
    def test_telephone_is_found_however_it_is_written(self, admin, traces, q):
        assert {"会員登録申請", "参加申込"} <= self.places(admin, q)

    def test_user_name_is_found_and_leads_to_the_person(self, admin, traces, person):
        html = admin.get(reverse("admin:personal"), {"q": USERNAME}).content.decode()

        assert reverse("admin:personal_person", args=["user", person.pk]) in html

    def test_query_count_does_not_grow_with_the_hits(self, admin, seat):
        address = reverse("admin:personal")
        factories.make_user(seat=seat, name="増田 一")
        factories.make_entry(name="増田 一")
        admin.get(address, {"q": "増田"})
        with CaptureQueriesContext(connection) as one:
            admin.get(address, {"q": "増田"})
        for _ in range(2):
            factories.make_user(name="増田 二")
            factories.make_entry(name="増田 二")

        with CaptureQueriesContext(connection) as three:
            places = admin.get(address, {"q": "増田"}).context["places"]

        assert len(one) == len(three)
        assert {place.label: place.total for place in places} == {
            "利用者": 3,
            "参加申込": 3,
            "メール": 3,
        }

    def test_one_letter_asks_for_nothing(self, admin, person):
        answer = admin.get(reverse("admin:personal"), {"q": "標"})

        assert answer.context["places"] == []
        assert "2文字以上" in text_of(answer)


class TestExport:
    def test_sheet_holds_what_is_kept_and_is_recorded_without_values(
        self, admin, boss, traces, person
    ):
        answer = admin.get(reverse("admin:personal_export", args=["user", person.pk]))

        sheet = load_workbook(io.BytesIO(answer.content)).active
        head, *rows = sheet.iter_rows(values_only=True)
        assert head == holdings.HEADS
        told = {(row[0], row[2]): str(row[3]) for row in rows}
        assert told["利用者の登録", "メールアドレス"] == ADDRESS
        assert told["会員登録申請", "電話番号"] == TELEPHONE
        assert told["投稿", "件名"] == "標市の相談"
        assert "（消去" not in "".join(told.values())
        entry = AuditEntry.objects.get(act="export_person")
        assert (entry.actor, entry.target_id, entry.detail) == (
            boss,
            str(person.pk),
            {"facts": len(rows)},
        )

    def test_page_counts_what_is_kept(self, admin, traces, person):
        page = text_of(admin.get(reverse("admin:personal_person", args=["user", person.pk])))

        for line in ("会員登録申請 1件", "参加申込 1件", "二段階認証の登録 1件", "投稿 1件"):
            assert line in page

    def test_name_in_published_texts_is_counted_before(self, admin, person):
        factories.make_topic(author=person, body=f"担当：{NAME}")

        page = text_of(admin.get(reverse("admin:personal_erase", args=["user", person.pk])))

        assert "投稿1件の文の中に、この方の氏名があります" in page


def test_every_record_that_is_blotted_exists():
    for label, columns, _ in erasure.RECORDS:
        names = {field.name for field in apps.get_model(label)._meta.local_concrete_fields}
        assert set(columns) <= names
    labels = {model._meta.label for model in apps.get_models()}
    assert set(erasure.NOT_SEARCHED) <= labels
