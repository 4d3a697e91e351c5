"""回答 and 確認: once per body, to the minute of the deadline, and who has not."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from board import answering, ending, moderation
from board.answering import Roster
from board.models import Acknowledgement, Answer, Topic
from lib.conflicts import EditedMeanwhileError, StaleError
from lib.forms import new_form_key
from members.models import AuditEntry, Organization, Seat, User
from tests import factories
from tests.html import text_of


@pytest.fixture
def call(ward):
    category = factories.make_category("call")
    deadline = timezone.now() + timedelta(days=5)
    return factories.make_topic(author=ward, category=category, asks="apply", deadline=deadline)


@pytest.mark.parametrize(
    ("asks", "words"),
    [
        ("apply", ["応募する", "検討中", "応募しない", "該当なし"]),
        ("join", ["参加する", "検討中", "参加しない", "該当なし"]),
        ("distribute", ["配布できる", "検討中", "配布できない", "該当なし"]),
    ],
)
def test_states_are_said_in_the_words_of_the_topic(client, contributor, ward, asks, words):
    topic = factories.make_topic(author=ward, asks=asks)
    client.force_login(contributor)

    form = client.get(reverse("board:topic_answer", args=[topic.pk])).context["form"]

    assert [label for _, label in form.fields["status"].choices] == words


def test_answer_changes_until_the_deadline_and_again_after_an_extension(contributor, ward):
    with time_machine.travel("2026-12-01 09:00+09:00", tick=False) as clock:
        deadline = timezone.now() + timedelta(days=1)
        topic = factories.make_topic(author=ward, asks="apply", deadline=deadline)
        factories.make_answer(topic, author=contributor)
        clock.move_to("2026-12-02 08:59:59+09:00")
        factories.make_answer(topic, author=contributor, expected=0, status="considering")
        clock.move_to("2026-12-02 09:00+09:00")
        with pytest.raises(StaleError):
            factories.make_answer(topic, author=contributor, expected=1, status="no")
        assert Answer.objects.get().status == "considering"

        ending.extend(topic, deadline + timedelta(days=1), by=ward)
        factories.make_answer(topic, author=contributor, expected=1, status="no")

    assert (Answer.objects.get().status, Answer.objects.get().edits) == ("no", 2)


def test_colleague_sees_who_answered_and_is_told_when_too_late(client, call, contributor):
    factories.make_answer(call, author=contributor, quantity=2)
    colleague = factories.make_user(seat=contributor.seat)
    client.force_login(colleague)

    assert contributor.name in text_of(client.get(call.get_absolute_url()))
    with pytest.raises(EditedMeanwhileError):
        factories.make_answer(call, author=colleague, status="no")

    assert Answer.objects.get().status == "yes"


def test_answer_about_a_pamphlet_says_how_many_where_and_when(client, ward, contributor):
    category = factories.make_category("pamphlet")
    topic = factories.make_topic(author=ward, category=category, asks="distribute")
    delivery = {
        "copies": "50部",
        "place": "1階の情報コーナー",
        "address": "〒000-0000 見本県見本町1-1\n企画課 00-0000-0000",
        "period": "令和9年1月8日から15日まで",
    }
    client.force_login(contributor)
    form = {"form_key": new_form_key(), "publish": "1", "status": "yes"}

    client.post(reverse("board:topic_answer", args=[topic.pk]), {**form, **delivery})

    assert Answer.objects.get().details == delivery
    own = text_of(client.get(topic.get_absolute_url()))
    client.force_login(ward)
    roster = text_of(client.get(reverse("board:topic_roster", args=[topic.pk])))
    sheet = client.get(reverse("board:roster_file", args=[topic.pk, "csv"])).content.decode()
    for said in " ".join(delivery.values()).split():
        assert [said in page for page in (own, roster, sheet)] == [True] * 3


def test_preview_says_the_answer_and_gives_none(client, call, contributor):
    client.force_login(contributor)
    form = {"form_key": new_form_key(), "preview": "1", "status": "yes", "message": "伺います。"}

    page = client.post(reverse("board:topic_answer", args=[call.pk]), form)

    assert "伺います。" in str(page.context["preview"]["said"])
    assert not Answer.objects.exists()


def test_change_of_an_answer_that_was_never_given_is_no_answer(client, call, contributor):
    client.force_login(contributor)
    form = {"form_key": new_form_key(), "publish": "1", "status": "yes", "expected": "0"}

    page = client.post(reverse("board:topic_answer", args=[call.pk]), form)

    assert page.status_code == 409
    assert not Answer.objects.exists()
    assert page.context["form"]["status"].value() == "yes"


def test_asking_body_viewers_and_the_secretariat_do_not_answer(call, ward, viewer, secretary):
    for who in (ward, viewer, secretary):
        with pytest.raises(PermissionDenied):
            factories.make_answer(call, author=who)


@pytest.mark.parametrize(("shown", "seen"), [(False, False), (True, True)])
def test_other_bodies_see_answers_only_if_the_asker_said_so(client, ward, contributor, shown, seen):
    topic = factories.make_topic(author=ward, asks="apply", shows_answers=shown)
    answer = factories.make_answer(topic, message="LEAK")
    file = factories.attach(answer)
    client.force_login(contributor)

    roster = client.get(reverse("board:topic_roster", args=[topic.pk]))

    assert (roster.status_code == 200) == seen
    assert ("LEAK" in roster.content.decode()) == seen
    download = client.get(file.get_absolute_url())
    assert (b"".join(download) == factories.TEXT_FILE) == seen
    assert client.get(reverse("board:roster_file", args=[topic.pk, "csv"])).status_code == 403


def test_shown_answers_go_with_a_topic_that_is_withdrawn(client, ward, contributor):
    topic = factories.make_topic(author=ward, asks="apply", shows_answers=True)
    answer = factories.make_answer(topic)
    ending.withdraw(topic, note="中止", by=ward)

    client.force_login(contributor)
    assert client.get(reverse("board:topic_roster", args=[topic.pk])).status_code == 403
    assert not Answer.objects.visible_to(contributor).exists()
    assert Answer.objects.visible_to(answer.answered_by).get() == answer
    assert Answer.objects.visible_to(ward).get() == answer


def test_what_was_said_about_answers_stays_after_the_first(client, call, ward):
    factories.make_answer(call)
    client.force_login(ward)

    form = client.get(reverse("board:topic_edit", args=[call.pk])).context["form"]

    assert form.fields["shows_answers"].disabled
    assert form.fields["asks"].disabled


def test_roster_names_who_has_not_answered_and_no_cell_runs(client, call, ward):
    silent = factories.make_organization(prefecture="01", name="返事のない市")
    answer = factories.make_answer(call, message="=1+1", quantity=3)
    client.force_login(ward)
    address = reverse("board:topic_roster", args=[call.pk])

    missing = text_of(client.get(f"{address}?state=unanswered&prefecture=01"))
    sheet = client.get(reverse("board:roster_file", args=[call.pk, "xlsx"])).content

    assert silent.full_name in missing
    assert answer.organization.name not in missing
    rows = {row[2]: row for row in load_workbook(BytesIO(sheet)).active.values}
    assert rows[silent.name][4] == "未回答"
    assert AuditEntry.objects.get(act="export_roster").actor == ward
    assert rows[answer.organization.name][4:7] == ("応募する", 3, "'=1+1")


def test_roster_is_filtered_by_what_was_answered(call, contributor):
    factories.make_answer(call, author=contributor, status="no")
    factories.make_answer(call, status="considering")

    lines = Roster.of(call).filtered(state="no")

    assert [line.organization for line in lines] == [contributor.seat.organization]


def test_queries_of_a_roster_do_not_grow_with_its_rows(client, call, ward):
    client.force_login(ward)
    client.get("/contact/")
    counts = []
    for rows in (1, 30):
        for _ in range(rows):
            factories.attach(factories.make_answer(call))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("board:topic_roster", args=[call.pk]))
            client.get(reverse("board:roster_file", args=[call.pk, "xlsx"]))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_requests_stand_on_the_start_page_until_they_are_answered(client, call, contributor):
    notice = factories.make_topic(title="読んでください", requires_acknowledgement=True)
    client.force_login(contributor)
    asked = client.get("/board/").context["asked"]
    assert set(asked) == {call, notice}

    factories.make_answer(call, author=contributor)
    answering.acknowledge(notice, 1, by=contributor)

    assert client.get("/board/").context["asked"] == []
    done = client.get("/board/ours/?list=answered").context["topics"]
    assert set(done) == {call, notice}


def test_confirmation_is_one_per_body_and_version(contributor):
    topic = factories.make_topic(requires_acknowledgement=True)
    colleague = factories.make_user(seat=contributor.seat)
    for who in (contributor, colleague):
        answering.acknowledge(topic, 1, by=who)
    assert Acknowledgement.objects.get().user == contributor

    Topic.objects.update(version=2)

    assert len(Roster.of(Topic.objects.get()).confirmed) == 0
    with pytest.raises(StaleError):
        answering.acknowledge(topic, 1, by=colleague)
    answering.acknowledge(topic, 2, by=colleague)
    assert Acknowledgement.objects.count() == 2


@pytest.mark.parametrize("version", ["", "-1", "²", "9" * 5000])
def test_version_that_is_no_number_confirms_nothing(client, contributor, version):
    topic = factories.make_topic(requires_acknowledgement=True)
    client.force_login(contributor)

    answer = client.post(
        reverse("board:topic_acknowledge", args=[topic.pk]), {"version": version}, follow=True
    )

    assert "もう一度読んでから、確認してください。" in text_of(answer)
    assert not topic.acknowledgements.exists()


def test_secretariat_confirms_nothing(secretary):
    topic = factories.make_topic(requires_acknowledgement=True)

    with pytest.raises(PermissionDenied):
        answering.acknowledge(topic, 1, by=secretary)


class TestAdmin:
    def act(self, client, post, name, **data):
        model = post._meta.model_name
        return client.post(reverse(f"admin:board_{model}_act", args=[post.pk, name]), data)

    def test_hiding_needs_a_reason_and_can_be_undone(self, client, secretary):
        topic = factories.make_topic()
        client.force_login(secretary)

        self.act(client, topic, "hide", reason=" ")
        assert Topic.objects.get().hidden_at is None
        self.act(client, topic, "hide", reason="個人情報")
        assert Topic.objects.get().hidden_reason == "個人情報"
        self.act(client, topic, "restore", reason="本人の同意")
        assert Topic.objects.get().hidden_at is None

    def test_waiting_topic_is_approved_by_its_page(self, client, contributor, secretary):
        topic = factories.make_topic(
            author=contributor, category=factories.make_category(needs_approval=True)
        )
        client.force_login(secretary)
        page = client.get(reverse("admin:board_topic_change", args=[topic.pk]))
        assert "承認して公開する" in page.content.decode()

        self.act(client, topic, "approve", expected="0")

        assert Topic.objects.get().status == "open"

    def test_staff_who_only_look_change_nothing(self, client, secretary):
        topic = factories.make_topic()
        looking = factories.make_user(seat=secretary.seat, is_staff=True)
        client.force_login(looking)

        assert self.act(client, topic, "hide", reason="x").status_code == 403
        assert Topic.objects.get().hidden_at is None

    @pytest.mark.parametrize("model", ["topic", "reply", "report", "category"])
    def test_queries_of_a_list_do_not_grow(self, client, secretary, model):
        client.force_login(secretary)
        client.get("/contact/")
        counts = []
        for rows in (1, 3):
            for number in range(rows):
                topic = factories.make_topic(category=factories.make_category(f"c{rows}{number}"))
                factories.make_reply(topic)
                moderation.report(topic, "x", by=factories.make_user())
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse(f"admin:board_{model}_changelist")).status_code == 200
            counts.append(len(queries))

        assert counts[0] == counts[1]


def test_roster_holds_1788_answers_in_as_many_queries_as_one(client, call, ward):
    client.force_login(ward)
    client.get("/contact/")
    factories.make_answer(call)
    address = reverse("board:roster_file", args=[call.pk, "xlsx"])
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    answer_of_all_japan(call)

    with CaptureQueriesContext(connection) as many:
        sheet = client.get(address).content

    assert len(many) == len(few)
    assert load_workbook(BytesIO(sheet)).active.max_row == 1 + 1 + 1788


def answer_of_all_japan(topic):
    """1,788 bodies with a seat, a person and an answer each, without the verb's cost."""
    bodies = Organization.objects.bulk_create(
        Organization(kind="municipality", prefecture="01", name=f"第{n}町", folded=f"{n}")
        for n in range(1788)
    )
    seats = Seat.objects.bulk_create(Seat(organization=body, section="企画課") for body in bodies)
    people = User.objects.bulk_create(
        User(seat=seat, name="見本", username=f"all-{seat.pk}", password="!") for seat in seats
    )
    Answer.objects.bulk_create(
        Answer(
            topic=topic,
            organization=one.seat.organization,
            seat=one.seat,
            answered_by=one,
            status="yes",
        )
        for one in people
    )
    factories.refresh_statistics()


def test_text_that_changed_meanwhile_is_read_again_before_it_is_confirmed(client, contributor):
    topic = factories.make_topic(requires_acknowledgement=True)
    client.force_login(contributor)
    address = reverse("board:topic_acknowledge", args=[topic.pk])

    pages = [client.post(address, {"version": typed}, follow=True) for typed in ("0", "x", "1")]

    assert ["もう一度読んでから" in text_of(page) for page in pages] == [True, True, False]
    assert topic.acknowledgements.get().organization == contributor.seat.organization
