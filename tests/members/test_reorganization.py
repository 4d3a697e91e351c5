"""組織改正: bodies and sections keep the names they had, and are found under both."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from members import reorganization
from members.models import AuditEntry, FormerName, Organization, Seat
from tests import factories
from tests.html import text_of

TODAY = "2026-04-10 09:00+09:00"


@pytest.fixture
def body(db):
    town = factories.make_local_government(name="新町", kana="しんまち")
    return factories.make_organization(name="旧町", kana="きゅうまち", local_government=town)


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    return client


def change(client, body, *, seats=(), former_names=(), **fields):
    """What the secretariat's form of a body sends."""
    rows = {"seats": seats, "former_names": former_names}
    data = {
        "kind": body.kind,
        "prefecture": body.prefecture,
        "name": body.name,
        "kana": body.kana,
        "local_government": body.local_government_id or "",
        "status": body.status,
        **fields,
    }
    for prefix, forms in rows.items():
        data[f"{prefix}-TOTAL_FORMS"] = len(forms)
        data[f"{prefix}-INITIAL_FORMS"] = sum("id" in form for form in forms)
        for number, form in enumerate(forms):
            data.update({f"{prefix}-{number}-{name}": value for name, value in form.items()})
    address = reverse("admin:members_organization_change", args=[body.pk])
    return client.post(address, data, follow=True)


def former_names(owner):
    return list(owner.former_names.values_list("name", "until"))


class TestBody:
    def test_secretary_renames_a_body_that_is_found_under_both_names(
        self, admin, secretary, body, client_factory
    ):
        change(admin, body, name=" 新\u202e町 ", kana="しんまち", renamed_on="令和8年4月1日")

        body.refresh_from_db()
        assert (body.name, body.kana) == ("新町", "しんまち")
        assert former_names(body) == [("旧町", date(2026, 3, 31))]
        for query in ("旧町", "きゅうまち", "新町", "しんまち", "群馬県旧町"):
            assert Organization.objects.search(query).get() == body
            public = text_of(client_factory().get("/members/", {"q": query}))
            assert "1の自治体・団体が見つかりました" in public
            assert "群馬県新町" in text_of(admin.get("/members/directory/", {"q": query}))
        entry = AuditEntry.objects.get(act="rename")
        assert (entry.actor, entry.target_id, entry.detail) == (secretary, str(body.pk), {})

    def test_former_name_stands_on_the_public_page_and_in_the_admin(self, admin, body):
        reorganization.keep_name(body, "古町", "", until=date(2026, 3, 31))

        page = text_of(admin.get(body.get_absolute_url()))
        form = admin.get(reverse("admin:members_organization_change", args=[body.pk]))

        assert "旧名称 古町（ 令和8年3月31日 まで）" in page
        assert 'value="古町"' in form.content.decode()

    def test_former_name_of_a_body_outside_is_not_shown(self, client, body):
        reorganization.keep_name(body, "LEAK町", "", until=date(2026, 3, 31))
        body.status = Organization.Status.SUSPENDED
        body.save()

        assert "LEAK町" not in client.get(body.get_absolute_url()).content.decode()
        found = client.get("/members/", {"q": "LEAK町"}).context["page"].paginator
        assert found.count == 0

    @time_machine.travel(TODAY)
    def test_name_holds_from_today_unless_a_day_is_given(self, admin, body):
        change(admin, body, name="新町")

        assert former_names(body) == [("旧町", date(2026, 4, 9))]

    @time_machine.travel(TODAY)
    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"name": "新町", "renamed_on": "令和8年4月11日"}, "renamed_on"),
            ({"name": "市" * 100_000}, "name"),
            ({"name": "\u202e\u200b"}, "name"),
            ({"name": ""}, "name"),
            ({"name": "新町", "kana": "か" * 151}, "kana"),
        ],
    )
    def test_senseless_name_is_an_error_at_its_field(self, admin, body, fields, field):
        response = change(admin, body, **fields)

        assert list(response.context["adminform"].form.errors) == [field]
        assert Organization.objects.get(pk=body.pk).name == "旧町"
        assert not FormerName.objects.exists()

    @pytest.mark.parametrize(
        "name", ["<script>alert(1)</script>", '=HYPERLINK("http://evil","x")', "a\r\nBcc: b@c.jp"]
    )
    def test_hostile_name_stays_text(self, admin, secretary, body, name):
        reorganization.rename(body, name, "", by=secretary)
        reorganization.rename(body, "新町", "", by=secretary)

        html = admin.get(body.get_absolute_url()).content.decode()

        assert "<script>alert" not in html
        assert "\n" not in body.former_names.get(name__startswith=name[0]).name

    def test_name_of_another_body_is_refused(self, secretary, body):
        factories.make_organization(name="隣町")

        with pytest.raises(ValidationError, match="同じ名前の会員団体"):
            reorganization.rename(body, "隣町", "", by=secretary)

        assert not FormerName.objects.exists()

    @pytest.mark.parametrize("who", ["manager", "viewer"])
    def test_only_the_secretariat_renames(self, request, body, who):
        with pytest.raises(PermissionDenied):
            reorganization.rename(body, "新町", "", by=request.getfixturevalue(who))

    def test_going_back_and_forth_gathers_no_rows(self, secretary, body):
        for name in ("新町", "旧町") * 3:
            reorganization.rename(body, name, "", by=secretary)

        assert body.former_names.count() == 2

    def test_corrected_kana_leaves_no_former_name(self, admin, body):
        change(admin, body, kana="ふるまち")

        assert Organization.objects.search("ふるまち").exists()
        assert not FormerName.objects.exists()

    def test_slip_of_the_pen_is_taken_out_in_the_admin(self, admin, secretary, body):
        reorganization.rename(body, "新町", "", by=secretary)
        row = body.former_names.get()

        change(
            admin,
            body,
            former_names=[
                {
                    "id": row.pk,
                    "organization": body.pk,
                    "name": row.name,
                    "until": "2026-03-31",
                    "reason": "renamed",
                    "DELETE": "on",
                }
            ],
        )

        assert not Organization.objects.search("旧町").exists()

    def test_each_earlier_state_is_read_in_the_admin(self, admin, body):
        body.introduction = "はじめの紹介"
        body.save()
        change(admin, body, name="新町", introduction="次の紹介")

        history = admin.get(reverse("admin:members_organization_history", args=[body.pk]))
        earlier = body.history.filter(introduction="はじめの紹介").first()
        old = admin.get(
            reverse("admin:members_organization_simple_history", args=[body.pk, earlier.history_id])
        )

        assert "団体名：旧町 → 新町" in text_of(history)
        assert "紹介文：はじめの紹介 → 次の紹介" in text_of(history)
        assert 'value="旧町"' in old.content.decode()
        assert "はじめの紹介" in old.content.decode()
        assert "会員 › 会員団体 › 群馬県旧町 › 変更履歴 › 過去の版" in text_of(old)
        assert "istorical" not in text_of(old)
        body.refresh_from_db()
        assert body.name == "新町"

    def test_rename_alone_is_one_step_of_the_history(self, admin, body):
        before = body.history.count()

        change(admin, body, name="新町", kana="しんまち")

        assert body.history.count() == before + 1

    @pytest.mark.parametrize("owners", [(), ("organization", "seat")])
    def test_former_name_has_exactly_one_owner(self, body, owners):
        rows = {"organization": body, "seat": factories.make_seat(organization=body)}

        with pytest.raises(IntegrityError), transaction.atomic():
            FormerName.objects.create(
                name="旧町", until=date(2026, 3, 31), **{owner: rows[owner] for owner in owners}
            )


class TestSection:
    @time_machine.travel(TODAY)
    def test_manager_renames_a_section_that_is_found_under_both_names(self, client, manager):
        client.force_login(manager)
        address = reverse("members:seat_edit", args=[manager.seat.pk])

        client.post(address, {"section": "政策課", "extension": "1"})

        assert former_names(manager.seat) == [("企画課", date(2026, 4, 9))]
        for query in ("企画課", "政策課"):
            page = text_of(client.get("/members/directory/", {"q": query}))
            assert "政策課 旧名称：企画課（ 令和8年4月9日 まで）" in page

    def test_other_changes_leave_no_former_name(self, client, manager):
        client.force_login(manager)

        client.post(
            reverse("members:seat_edit", args=[manager.seat.pk]),
            {"section": manager.seat.section, "extension": "12"},
        )

        assert not FormerName.objects.exists()

    def test_admin_keeps_former_sections_from_both_of_its_pages(self, admin, body):
        first = factories.make_seat(organization=body, section="企画課")
        second = factories.make_seat(organization=body, section="総務課")

        change(
            admin,
            body,
            seats=[
                {"id": first.pk, "organization": body.pk, "section": "政策課"},
                {"organization": body.pk, "section": "観光課"},
            ],
        )
        admin.post(
            reverse("admin:members_seat_change", args=[second.pk]),
            {
                "organization": body.pk,
                "section": "庶務課",
                "former_names-TOTAL_FORMS": 0,
                "former_names-INITIAL_FORMS": 0,
            },
        )

        assert [name for name, _ in former_names(first) + former_names(second)] == [
            "企画課",
            "総務課",
        ]
        assert set(Seat.objects.values_list("section", flat=True).filter(organization=body)) == {
            "政策課",
            "観光課",
            "庶務課",
        }
        assert sorted(AuditEntry.objects.values_list("act", flat=True)) == [
            "add_seat",
            "edit_seat",
            "edit_seat",
        ]

    @pytest.mark.parametrize("way", ["on the page of the body", "on its own page", "in the list"])
    def test_empty_section_that_is_deleted_leaves_an_entry(self, admin, body, secretary, way):
        seat = factories.make_seat(organization=body)

        if way == "on the page of the body":
            row = {"id": seat.pk, "organization": body.pk, "section": seat.section, "DELETE": "on"}
            change(admin, body, seats=[row])
        elif way == "on its own page":
            admin.post(reverse("admin:members_seat_delete", args=[seat.pk]), {"post": "yes"})
        else:
            chosen = {"action": "delete_selected", "_selected_action": [seat.pk], "post": "yes"}
            admin.post(reverse("admin:members_seat_changelist"), chosen)

        assert not body.seats.exists()
        entry = AuditEntry.objects.get(act="delete_seat")
        assert (entry.actor, entry.target_id) == (secretary, str(seat.pk))
        assert entry.detail == {"organization": body.pk}
