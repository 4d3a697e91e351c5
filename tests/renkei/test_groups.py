"""事務局（管理）, （編集）, （閲覧）: every page of the admin, asked as each of them."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import RequestFactory
from django.urls import reverse

from board.models import Topic
from members import handover, people, registration, staff
from members.models import Application, AuditEntry, Organization, User
from members.staff import Desk
from renkei import groups
from tests import factories
from tests.html import text_of
from tests.renkei.admin_rows import MAKE
from tests.test_access import NEEDED_TO_ADD, WRITTEN_BY_THE_PORTAL

CONTENT = {
    *("agreements.regionalagreement", "agreements.corporateagreement", "agreements.matter"),
    *("board.approvalrule", "board.category", "board.reply", "board.report", "board.topic"),
    *("members.application", "members.introduction", "members.theme"),
    *("news.entry", "news.event", "news.newscategory", "news.newsitem", "news.publication"),
    *("news.series", "renkei.sitenotice"),
}
# Of the portal's own writing: nobody changes these, whatever the table gives.
READ_ONLY = {
    *("auth.group", "board.answer", "board.attachment", "members.auditentry", "members.carenote"),
    "members.delivery",
    *("members.handover", "members.invitationwave", "members.mailaddress", "members.notice"),
    *("members.termsconsent", "renkei.jobrun"),
}
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)
NAMES = [model._meta.label_lower for model in REGISTERED]


@pytest.fixture(params=list(Desk), ids=lambda desk: desk.name)
def desk(request, db):
    return request.param


@pytest.fixture
def clerk(client, desk):
    person = factories.make_staff(desk)
    client.force_login(person)
    return person


def test_table_names_every_model_of_the_admin_and_no_other():
    inlines = {
        inline.model._meta.label_lower
        for page in admin.site._registry.values()
        for inline in page.inlines
    }

    assert set(groups.TABLE) == {*NAMES, *inlines}


@pytest.mark.parametrize("model", REGISTERED, ids=NAMES)
def test_each_group_changes_what_it_should_and_sees_everything(clerk, desk, model):
    request = RequestFactory().get("/admin/")
    request.user = User.objects.get(pk=clerk.pk)
    page, label = admin.site._registry[model], model._meta.label_lower

    may = {
        "view": page.has_view_permission(request),
        "change": page.has_change_permission(request),
    }

    changes = label not in READ_ONLY and (
        desk == Desk.ALL or (desk == Desk.EDITOR and label in CONTENT)
    )
    assert may == {"view": True, "change": changes}


def test_lists_open_and_add_pages_obey(client, clerk, desk):
    answers, expected = {}, {}
    for model in REGISTERED:
        label, name = (
            model._meta.label_lower,
            f"admin:{model._meta.app_label}_{model._meta.model_name}",
        )
        answers[label] = client.get(reverse(f"{name}_changelist")).status_code
        expected[label] = 200
        if model in WRITTEN_BY_THE_PORTAL:
            continue
        answers[f"{label} add"] = client.get(
            reverse(f"{name}_add") + NEEDED_TO_ADD.get(model, "")
        ).status_code
        adds = desk == Desk.ALL or (desk == Desk.EDITOR and label in CONTENT)
        expected[f"{label} add"] = 200 if adds else 403

    assert answers == expected


def test_viewer_is_offered_no_act_on_any_list(client, db):
    client.force_login(factories.make_staff(Desk.VIEWER))

    offered = {
        model._meta.label_lower: text
        for model in REGISTERED
        for text in ("addlink", "import_link", 'name="action"')
        if text
        in client.get(
            reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        ).content.decode()
    }

    assert offered == {}


def other_pages():
    """Address, method and which groups it answers; the rest: 403."""
    body, event = factories.make_organization(), factories.make_open_event()
    person = factories.make_user(seat=factories.make_seat(organization=body))
    check, application = factories.make_yearly_check(), factories.make_application()
    topic = factories.make_topic()
    both, all_only = {Desk.ALL, Desk.EDITOR}, {Desk.ALL}
    waves = "/admin/members/invitationwave/"
    return [
        ("get", reverse("admin:merge", args=[body.pk]), all_only),
        ("get", f"{waves}choose/", set(Desk)),
        ("post", f"{waves}send/", all_only),
        ("get", f"/admin/members/yearlycheck/{check.pk}/start/", all_only),
        ("get", f"/admin/members/yearlycheck/{check.pk}/result/", set(Desk)),
        ("get", f"/admin/members/yearlycheck/{check.pk}/result.xlsx", both),
        ("get", "/admin/members/organization/export/", set(Desk)),
        ("get", "/admin/members/organization/export/excel/", set(Desk)),
        ("get", "/admin/members/organization/import/", all_only),
        ("get", "/admin/members/localgovernment/import/", all_only),
        ("get", "/admin/agreements/regionalagreement/import/", both),
        ("get", f"/admin/news/event/{event.pk}/roster.xlsx", both),
        ("post", f"/admin/members/application/{application.pk}/decide/", both),
        ("post", "/admin/members/introduction/collect/", both),
        ("get", "/admin/members/introduction/statistics/", set(Desk)),
        ("post", f"/admin/board/topic/{topic.pk}/act/hide/", both),
        ("get", f"/admin/members/user/{person.pk}/password/", all_only),
        ("get", f"/members/handover/new/{person.pk}/", all_only),
    ]


def test_pages_beside_the_lists_obey(client, clerk, desk):
    pages = other_pages()

    refused = {
        address
        for method, address, _ in pages
        if getattr(client, method)(address).status_code == 403
    }

    assert refused == {address for _, address, desks in pages if desk not in desks}


def test_command_brings_back_what_somebody_changed_and_is_idempotent(db):
    call_command("apply_groups", verbosity=0)
    viewer = Group.objects.get(name=Desk.VIEWER.value)
    viewer.permissions.add(Permission.objects.get(codename="change_organization"))
    viewer.permissions.remove(Permission.objects.get(codename="view_topic"))

    assert groups.apply() == 2
    assert groups.apply() == 0
    held = viewer.permissions.values_list("content_type__app_label", "codename")
    assert {".".join(pair) for pair in held} == groups.permissions_of(Desk.VIEWER)


class TestWhoIsInAGroup:
    def give(self, client, person, **fields):
        address = reverse("admin:members_user_change", args=[person.pk])
        values = {
            "name": person.name,
            "email": person.email,
            "username": person.username,
            "seat": person.seat_id,
            "role": person.role,
            "is_active": "on",
        }
        return client.post(address, {**values, **fields}, follow=True)

    def test_role_is_given_in_words_on_the_page_of_the_person(self, client, db):
        boss, clerk = factories.make_staff(Desk.ALL), factories.make_user()
        clerk.seat = boss.seat
        clerk.save()
        client.force_login(boss)

        page = client.get(reverse("admin:members_user_change", args=[clerk.pk]))
        self.give(client, clerk, desk=Desk.VIEWER.value)

        assert "すべて見るだけです" in text_of(page)
        clerk = User.objects.get(pk=clerk.pk)
        assert (clerk.is_staff, clerk.role) == (True, "viewer")
        assert staff.desk_of(clerk) == Desk.VIEWER
        entry = AuditEntry.objects.get(act="assign_desk")
        assert (entry.actor, entry.target_id) == (boss, str(clerk.pk))
        assert entry.detail == {"before": "", "after": Desk.VIEWER.value}

    def test_a_member_is_not_put_into_a_group(self, client, secretary, manager):
        client.force_login(secretary)

        answer = self.give(client, manager, desk=Desk.ALL.value)

        assert "事務局の担当部署の利用者だけです" in text_of(answer)
        assert not User.objects.get(pk=manager.pk).is_staff
        with pytest.raises(staff.NotAtSecretariatError):
            staff.assign(manager, Desk.ALL, by=secretary)

    def test_role_taken_away_leads_out_of_the_admin_at_once(self, client, other_client, secretary):
        clerk = factories.make_staff(Desk.EDITOR)
        other_client.force_login(clerk)
        assert other_client.get("/admin/").status_code == 200
        client.force_login(secretary)

        self.give(client, clerk, desk="")

        assert other_client.get("/admin/").status_code == 302
        other_client.force_login(User.objects.get(pk=clerk.pk))
        assert other_client.get("/admin/").status_code == 403

    def test_nobody_raises_themselves_or_a_superuser(self, client, secretary):
        boss = factories.make_staff(Desk.ALL)
        client.force_login(boss)

        self.give(client, boss, desk="", is_superuser="on")
        refused = client.get(reverse("admin:auth_user_password_change", args=[secretary.pk]))
        self.give(client, secretary, name="改名")

        boss, secretary = User.objects.get(pk=boss.pk), User.objects.get(pk=secretary.pk)
        assert (boss.is_superuser, staff.desk_of(boss)) == (False, Desk.ALL)
        assert refused.status_code == 403
        assert secretary.name != "改名"

    def test_the_own_page_is_saved_without_a_choice_of_the_role(self, client, db):
        boss = factories.make_staff(Desk.ALL)
        client.force_login(boss)

        page = client.get(reverse("admin:members_user_change", args=[boss.pk])).content.decode()
        self.give(client, boss, name="改名 花子")

        boss = User.objects.get(pk=boss.pk)
        assert (boss.name, staff.desk_of(boss)) == ("改名 花子", Desk.ALL)
        assert 'name="desk"' not in page
        assert "事務局（管理）" in page

    def test_page_for_viewers_has_no_way_to_change(self, client, manager):
        client.force_login(factories.make_staff(Desk.VIEWER))

        page = client.get(reverse("admin:members_user_change", args=[manager.pk])).content.decode()

        for way in ("password/", "/members/handover/new/", 'name="_save"', 'name="desk"'):
            assert way not in page


class TestOnThePortalItself:
    def test_viewer_moderates_nothing_on_the_board(self, client, db):
        topic = factories.make_topic()
        client.force_login(factories.make_staff(Desk.VIEWER))

        answers = [
            client.get(f"/board/topics/{topic.pk}/edit/").status_code,
            client.post(f"/board/topics/{topic.pk}/lock/", {"is_locked": "1"}).status_code,
        ]

        assert answers == [403, 403]
        assert not Topic.objects.get().is_locked

    def test_viewer_takes_no_roster_away_and_is_shown_no_link_to_it(self, client, db):
        topic = factories.make_topic(asks=Topic.Asks.APPLY)
        factories.make_answer(topic)
        client.force_login(factories.make_staff(Desk.VIEWER))

        page = client.get(f"/board/topics/{topic.pk}/roster/")

        assert page.status_code == 200
        assert "roster.xlsx" not in page.content.decode()
        assert client.get(reverse("board:roster_file", args=[topic.pk, "xlsx"])).status_code == 403

    @pytest.mark.parametrize("desk", [Desk.EDITOR, Desk.VIEWER])
    def test_only_who_manages_people_changes_them(self, manager, desk):
        clerk = factories.make_staff(desk)
        colleague = factories.make_user(seat=manager.seat)

        assert not handover.may_begin(colleague, by=clerk)
        with pytest.raises(PermissionDenied):
            people.suspend(colleague, by=clerk)
        people.suspend(colleague, by=factories.make_staff(Desk.ALL))

    def test_entry_on_behalf_of_a_body_says_who_typed_it(self, client, db):
        """代理入力: the body applies, and the trail names the person of the secretariat."""
        clerk = factories.make_staff(Desk.EDITOR)
        body = factories.make_local_government()
        client.force_login(clerk)
        typed = factories.build_application(local_government=body)

        made = registration.enter(typed, channel="telephone", note="", by=clerk)

        entry = AuditEntry.objects.get(act="enter_application")
        assert (entry.actor, entry.target_id) == (clerk, str(made.pk))
        assert entry.detail == {"channel": Application.Channel.TELEPHONE}
        assert Organization.objects.filter(local_government=body).count() == 0


def test_menu_and_start_page_say_roles_and_not_what_django_calls_them(client, secretary):
    client.force_login(secretary)

    page = text_of(client.get("/admin/"))

    assert "事務局の権限" in page
    assert "事務局の役割" in page
    assert "まだありません。" in page
    for word in ("認証と認可", "グループ", "利用不可"):
        assert word not in page


WITH_HISTORY = [model for model in REGISTERED if hasattr(model, "history")]


@pytest.mark.parametrize("model", WITH_HISTORY, ids=lambda model: model._meta.label_lower)
def test_earlier_version_is_read_by_all_and_saved_again_by_nobody(client, clerk, model):
    MAKE[model](1)
    row = model.objects.first()
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_simple_history"
    address = reverse(name, args=[row.pk, row.history.latest().history_id])
    before = list(model.objects.values()), row.history.count()

    page = client.get(address)
    form = page.context["adminform"].form
    posted = {bound.html_name: bound.value() or "" for bound in form} | {"name": "別の名称"}
    answer = client.post(address, posted)

    assert (page.status_code, answer.status_code) == (200, 405)
    assert (list(model.objects.values()), row.history.count()) == before
    assert 'type="submit" value=' not in page.content.decode().partition('id="content"')[2]
