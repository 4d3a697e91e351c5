"""Pages on which the secretariat merges bodies, and what everybody reads of it afterwards."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from members.models import (
    AuditEntry,
    Organization,
    Seat,
    User,
)
from renkei import merging
from tests import factories
from tests.html import text_of
from tests.renkei.merging.bodies import MERGER, make_member

Kind, Status = Organization.Kind, Organization.Status


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client


def page(body):
    return reverse("admin:merge", args=[body.pk])


class TestPages:
    def test_dashboard_leads_to_the_bodies_of_merged_local_governments(self, admin, old, into):
        make_member("停止町", status=Status.SUSPENDED, local_government=town_of(into, "停止町"))
        make_member("退会町", status=Status.WITHDRAWN, local_government=town_of(into, "退会町"))
        assert "合併した自治体の会員団体 1件" in text_of(admin.get("/admin/"))

        html = admin.get("/admin/members/organization/?merger=due").content.decode()

        assert f'href="{page(old)}"' in html
        assert "群馬県新市" not in html
        assert "停止町" not in html

    @pytest.mark.parametrize("query", ["", "?merger=due"])
    def test_list_asks_a_constant_number_of_queries(
        self, admin, new_city, django_assert_max_num_queries, query
    ):
        for number in range(3):
            body = town_of(new_city, f"第{number}町")
            make_member(body.name, local_government=body)

        with django_assert_max_num_queries(9):
            text = text_of(admin.get(f"/admin/members/organization/{query}"))

        assert "第2町" in text

    def test_preview_shows_what_moves_and_the_button_moves_it(self, admin, old, into):
        seat = factories.make_seat(organization=old)
        factories.make_seat(organization=into)
        factories.make_user(seat=seat, name="見本 町子", role=User.Role.MANAGER)
        factories.make_invitation(seat=seat)
        factories.make_planned_invitation(seat=seat)

        text = text_of(admin.get(page(old)))
        assert "群馬県旧町を群馬県新市に合併します" in text
        assert "企画課 旧旧町 企画課" in text
        assert "利用者 1人（うち管理担当者 1人）、登録待ちの招待 2件、進行中の引継ぎ 0件" in text
        assert Seat.objects.get(pk=seat.pk).organization == old
        done = admin.post(page(old), {"into": into.pk}, follow=True)

        assert "群馬県旧町を群馬県新市に合併しました。" in text_of(done)
        assert done.request["PATH_INFO"] == f"/admin/members/organization/{into.pk}/care/"
        assert Seat.objects.get(pk=seat.pk).organization == into
        assert "群馬県新市 に合併しています" in text_of(admin.get(page(old)))

    def test_second_secretary_is_told(self, admin, old, into):
        admin.post(page(old), {"into": into.pk})

        again = admin.post(page(old), {"into": into.pk}, follow=True)

        assert "群馬県旧町は、すでに群馬県新市に合併しています。" in text_of(again)
        assert AuditEntry.objects.filter(act="merge").count() == 1

    def test_body_whose_successor_is_no_member_goes_on_as_that(self, admin, old, new_city):
        assert "群馬県旧町は、群馬県新市として会員を続けます" in text_of(admin.get(page(old)))

        admin.post(page(old))

        assert Organization.objects.get(pk=old.pk).local_government == new_city

    def test_any_body_is_merged_into_one_that_is_searched_for(self, admin):
        one = make_member("甲会", kind=Kind.ASSOCIATION, kana="こうかい")
        other = make_member("乙会", kind=Kind.ASSOCIATION, kana="おつかい")
        make_member("丙会", kind=Kind.ASSOCIATION, kana="おつかい", status=Status.SUSPENDED)
        listed = admin.post(
            "/admin/members/organization/", {"action": "merge", "_selected_action": [one.pk]}
        )

        found = admin.get(listed.url, {"q": "オツカイ"}).content.decode()
        preview = text_of(admin.get(listed.url, {"into": other.pk}))

        assert found.count('href="?into=') == 1
        assert f'href="?into={other.pk}"' in found
        assert "群馬県甲会を群馬県乙会に合併します" in preview

    def test_action_takes_one_body_at_a_time(self, admin, old, into):
        listed = admin.post(
            "/admin/members/organization/",
            {"action": "merge", "_selected_action": [old.pk, into.pk]},
            follow=True,
        )

        assert "会員団体を1つだけ選んでください" in text_of(listed)

    def test_ward_needs_the_mark(self, admin, into):
        ward = make_member("甲区", kind=Kind.WARD, prefecture="13")
        address = f"{page(ward)}?into={into.pk}"

        assert 'name="leaves_wards"' in admin.get(address).content.decode()
        refused = admin.post(address, {"into": into.pk}, follow=True)
        assert "確認の印を付けてください" in text_of(refused)
        admin.post(address, {"into": into.pk, "leaves_wards": "on"})

        assert Organization.objects.get(pk=ward.pk).merged_into == into

    @pytest.mark.parametrize("into", ["x", "-1", "٣", str(10**30), "999", "\x00"])
    def test_senseless_choice_merges_nothing(self, admin, old, into):
        assert admin.get(page(old), {"into": into}).status_code == 200
        other = make_member("乙会")

        admin.post(page(other), {"into": into})

        assert not Organization.objects.filter(status=Status.WITHDRAWN).exists()

    def test_history_of_the_old_body_tells_of_the_merger(self, admin, old, into):
        admin.post(page(old), {"into": into.pk})

        text = text_of(admin.get(f"/admin/members/organization/{old.pk}/history/"))

        for change in (
            "状態：利用中 → 退会",
            "合併した先の会員団体：（なし） → 群馬県新市",
            "合併日：（なし） → 令和8年4月1日",
        ):
            assert change in text

    def test_get_changes_nothing(self, admin, old, into):
        admin.get(page(old), {"into": into.pk, "succeed": "1"})

        assert not AuditEntry.objects.exists()
        assert admin.put(page(old)).status_code == 405

    @pytest.mark.parametrize(("who", "status"), [("manager", 403), ("ward", 403), (None, 302)])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_page_is_the_secretariats(self, client, request, old, into, who, status, method):
        if who:
            client.force_login(request.getfixturevalue(who))

        assert getattr(client, method)(page(old), {"into": into.pk}).status_code == status
        assert Organization.objects.get(pk=old.pk).status == Status.ACTIVE

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_clerk_who_may_only_look_is_refused(self, client, secretary, old, into, method):
        secretary.is_superuser = False
        secretary.save()
        secretary.user_permissions.set(Permission.objects.filter(codename="view_organization"))
        client.force_login(secretary)

        assert getattr(client, method)(page(old), {"into": into.pk}).status_code == 403
        assert Organization.objects.get(pk=old.pk).status == Status.ACTIVE


class TestPublicPages:
    def test_page_of_a_merged_association_shows_where_it_went(self, client, secretary, into):
        old = make_member("甲会", kind=Kind.ASSOCIATION, introduction="LEAK")

        merging.merge(old, into, by=secretary)

        response = client.get(f"/members/g{old.pk}/")
        assert "群馬県甲会の会員登録は、 群馬県新市 に移りました。" in text_of(response)
        assert f'href="{into.get_absolute_url()}"' in response.content.decode()
        assert "LEAK" not in response.content.decode()

    def test_pages_of_both_bodies_tell_of_the_merger(self, client, secretary, old, into):
        merging.merge(old, into, by=secretary)

        before, after = client.get(old.get_absolute_url()), client.get(into.get_absolute_url())

        assert "群馬県旧町の会員登録は、 群馬県新市 に移りました。" in text_of(before)
        assert "旧名称 群馬県旧町（ 令和8年3月31日 まで、合併）" in text_of(after)

    def test_body_that_left_meanwhile_is_not_named_as_the_successor(self, client, secretary, into):
        old = make_member("甲会", kind=Kind.ASSOCIATION)
        merging.merge(old, into, by=secretary)
        Organization.objects.filter(pk=into.pk).update(status=Status.SUSPENDED)

        assert "移りました" not in text_of(client.get(f"/members/g{old.pk}/"))


def town_of(successor, name):
    """A town that was merged into the local government, or into that of the body."""
    successor = getattr(successor, "local_government", successor)
    return factories.make_local_government(name=name, abolished_on=MERGER, successor=successor)
