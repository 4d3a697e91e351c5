"""サイトのお知らせ: a band above every page, from one minute to another, at next to no cost."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from members.models import AuditEntry
from renkei import site_notices
from renkei.models import SiteNotice
from tests.html import text_of

LIST = "/admin/renkei/sitenotice/"
NEW = f"{LIST}add/"
PREVIEW = f"{LIST}preview/"
BAND = "site-notice-level"
Level = SiteNotice.Level


@pytest.fixture(autouse=True)
def now(nothing_kept):
    """Nothing is kept in memory from another test."""
    site_notices.forget()
    with time_machine.travel("2026-11-26 10:00+09:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client


def make_notice(text="保守のため停止します。", *, is_known=True, **fields):
    """is_known: this process has just asked, or saved it itself."""
    times = {
        "starts_at": timezone.now() - timedelta(hours=1),
        "ends_at": timezone.now() + timedelta(hours=1),
    }
    notice = SiteNotice.objects.create(text=text, **{**times, **fields})
    if is_known:
        site_notices.forget()
    return notice


def typed(**fields):
    values = {
        "level": "notice",
        "text": "保守のため停止します。",
        "link": "",
        "link_text": "",
        "starts_at": "令和8年11月26日 午前9時",
        "ends_at": "2026-11-26 18:00",
    }
    return {**values, **fields}


def notices_on(client, address="/"):
    return [notice.text for notice in client.get(address).context["site_notices"]()]


class TestBand:
    def test_appears_and_vanishes_at_its_minute(self, client, db, now):
        make_notice(starts_at="2026-11-26 12:00+09:00", ends_at="2026-11-26 13:00+09:00")
        shown = {}

        for moment in ("11:59:59", "12:00:00", "12:59:59", "13:00:00"):
            now.move_to(f"2026-11-26 {moment}+09:00")
            shown[moment] = BAND in client.get("/").content.decode()

        assert shown == {"11:59:59": False, "12:00:00": True, "12:59:59": True, "13:00:00": False}

    def test_urgent_ones_stand_first_then_the_newest(self, client, db):
        for hours, text, level in (
            (1, "新しいお知らせ", Level.NOTICE),
            (3, "古いお知らせ", Level.NOTICE),
            (2, "緊急のお知らせ", Level.URGENT),
        ):
            make_notice(text, level=level, starts_at=timezone.now() - timedelta(hours=hours))

        response = client.get("/")

        assert notices_on(client) == ["緊急のお知らせ", "新しいお知らせ", "古いお知らせ"]
        html = response.content.decode()
        assert html.index("緊急のお知らせ") < html.index("新しいお知らせ") < html.index("<nav")

    @pytest.mark.parametrize("address", ["/", "/members/", "/accounts/login/", "/contact/"])
    def test_stands_on_public_pages(self, client, db, address):
        make_notice()

        assert "保守のため停止します。" in text_of(client.get(address))

    @pytest.mark.parametrize("address", ["/board/", "/members/me/", "/admin/", LIST])
    def test_stands_on_pages_of_members_and_of_the_admin(self, admin, address):
        make_notice("第一のお知らせ")

        assert text_of(admin.get(address)).count("お知らせ 第一のお知らせ") == 1

    def test_error_pages_have_none_and_ask_for_none(self, client, db, django_assert_num_queries):
        make_notice()

        with django_assert_num_queries(0):
            response = client.get("/nowhere/")
        assert BAND not in response.content.decode()

    def test_text_is_escaped_and_keeps_its_lines(self, client, db):
        make_notice(
            "<script>x</script>\n二行目", link="https://example.jp/?a=1&b=2", link_text="<b>"
        )

        html = client.get("/").content.decode()

        assert "&lt;script&gt;x&lt;/script&gt;<br>二行目" in html
        assert '<a href="https://example.jp/?a=1&amp;b=2">&lt;b&gt;</a>' in html

    def test_is_named_for_screen_readers(self, client, db):
        make_notice(level=Level.URGENT)

        html = client.get("/").content.decode()

        assert 'aria-label="サイトのお知らせ（緊急）"' in html
        assert f'<strong class="{BAND}">緊急</strong>' in html

    def test_pages_stay_equal_for_all_visitors_and_change_with_the_band(
        self, client, client_factory, db
    ):
        before = client.get("/contact/")
        make_notice()

        first, second = client_factory().get("/contact/"), client_factory().get("/contact/")

        assert first.content == second.content
        assert first.headers["ETag"] == second.headers["ETag"] != before.headers["ETag"]
        assert not first.cookies
        old = client.get("/contact/", headers={"if-none-match": before.headers["ETag"]})
        again = client.get("/contact/", headers={"if-none-match": first.headers["ETag"]})
        assert (old.status_code, again.status_code) == (200, 304)


class TestMemory:
    def test_one_query_serves_many_pages(self, client, db, django_assert_num_queries):
        make_notice()
        with django_assert_num_queries(2):
            client.get("/contact/")

        with django_assert_num_queries(1):
            client.get("/contact/")

    def test_other_processes_see_it_within_ten_seconds(self, client, db, now):
        assert notices_on(client) == []
        make_notice(is_known=False)

        now.shift(9.9)
        early = notices_on(client)
        now.shift(0.2)

        assert early == []
        assert notices_on(client) == ["保守のため停止します。"]


class TestAdmin:
    def test_secretary_publishes_changes_and_ends_one(
        self, admin, client_factory, secretary, django_capture_on_commit_callbacks
    ):
        visitor = client_factory()
        assert notices_on(visitor) == []

        with django_capture_on_commit_callbacks(execute=True):
            admin.post(NEW, typed(level="urgent"))
        notice = SiteNotice.objects.get()
        published = notices_on(visitor)
        with django_capture_on_commit_callbacks(execute=True):
            admin.post(f"{LIST}{notice.pk}/change/", typed(text="改めました。"))
        changed = notices_on(visitor)
        with django_capture_on_commit_callbacks(execute=True):
            chosen = {"action": "delete_selected", "_selected_action": [notice.pk], "post": "yes"}
            admin.post(LIST, chosen)

        assert (published, changed) == (["保守のため停止します。"], ["改めました。"])
        assert notices_on(visitor) == []
        acts = list(AuditEntry.objects.order_by("id").values_list("act", "actor"))
        assert acts == [
            ("add_site_notice", secretary.pk),
            ("change_site_notice", secretary.pk),
            ("delete_site_notice", secretary.pk),
        ]

    def test_moments_are_typed_as_people_write_them(self, admin):
        admin.post(NEW, typed(starts_at="R8.12.1", ends_at="令和8年12月2日"))

        notice = SiteNotice.objects.get()
        assert timezone.localtime(notice.starts_at).isoformat() == "2026-12-01T00:00:00+09:00"
        assert timezone.localtime(notice.ends_at).isoformat() == "2026-12-02T23:59:00+09:00"
        assert "令和8年12月1日 午前0時" in admin.get(f"{LIST}{notice.pk}/change/").content.decode()

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"ends_at": "2026-11-26 09:00"}, "開始日時より後"),
            ({"text": " "}, "入力してください"),
            ({"text": "あ" * 301}, "300"),
            ({"link": "https://example.jp/"}, "両方を入力"),
            ({"link_text": "詳しく"}, "両方を入力"),
            ({"link": "javascript:alert(1)", "link_text": "詳しく"}, "URL"),
            ({"starts_at": "いつか"}, "日付は"),
        ],
    )
    def test_what_is_wrong_is_told_and_not_saved(self, admin, wrong, told):
        response = admin.post(NEW, typed(**wrong))

        assert told in text_of(response)
        assert not SiteNotice.objects.exists()

    def test_preview_shows_the_band_and_saves_nothing(self, admin):
        response = admin.post(PREVIEW, typed(level="urgent", text="見本の<b>文"))

        html = response.content.decode()
        assert "見本の&lt;b&gt;文" in html
        assert "site-notice-urgent" in html
        assert not SiteNotice.objects.exists()

    def test_preview_of_a_wrong_form_says_what_is_wrong(self, admin):
        assert "開始日時より後" in text_of(admin.post(PREVIEW, typed(ends_at="2026-11-26 09:00")))

    def test_preview_is_for_those_who_may_write(self, client, admin, manager, secretary):
        assert admin.get(PREVIEW).status_code == 405
        secretary.is_superuser = False
        secretary.save()
        without = admin.post(PREVIEW, typed())
        client.force_login(manager)

        assert (without.status_code, client.post(PREVIEW, typed()).status_code) == (403, 403)

    def test_list_says_what_is_shown_now(self, admin):
        hour = timedelta(hours=1)
        make_notice("いま")
        make_notice("あと", starts_at=timezone.now() + hour, ends_at=timezone.now() + 2 * hour)
        make_notice("まえ", starts_at=timezone.now() - 2 * hour, ends_at=timezone.now())

        found = {
            state: [str(row) for row in admin.get(LIST, {"state": state}).context["cl"].queryset]
            for state in ("shown", "scheduled", "over")
        }

        assert found == {"shown": ["いま"], "scheduled": ["あと"], "over": ["まえ"]}
        assert "いま お知らせ 表示中" in text_of(admin.get(LIST))

    @pytest.mark.parametrize("rows", [1, 3])
    def test_list_asks_a_constant_number_of_queries(self, admin, django_assert_num_queries, rows):
        for _ in range(rows):
            make_notice()

        # Session, user, count, rows, and the band.
        with django_assert_num_queries(5):
            admin.get(LIST)


def test_impossible_notices_are_refused_by_the_database(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_notice(ends_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        make_notice(link="https://example.jp/")
