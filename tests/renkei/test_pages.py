"""Home, about, contact, policies, health, sitemap."""

import re
from datetime import date, datetime, timedelta
from io import StringIO
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import timezone

from agreements import exports as agreement_exports
from members import exports as member_exports
from members.models import SiteText
from news import exports as news_exports
from renkei import views
from tests import factories
from tests.html import text_of

Slug = SiteText.Slug


@pytest.fixture
def texts(db):
    call_command("load_site_texts", stdout=StringIO())


def test_home_keeps_the_three_numbers_apart(client, registers, texts):
    text = text_of(client.get("/"))

    assert "東京23区が全国各地と連携して進める「日本の元気づくり」" in text
    assert (
        "広域連携協定 9 地域 13 団体 協定を締結している地域と団体の数 令和8年3月12日 現在" in text
    )
    assert (
        "構成自治体 372 自治体 協定を締結した団体を構成する市町村の数 令和8年3月12日 現在" in text
    )
    assert "会員登録 390 を超える自治体・団体 会員専用ホームページを利用できる" in text


def test_home_names_the_newest_agreements_and_the_companies(client, registers, texts):
    response = client.get("/")

    newest = [agreement.party_names for agreement in response.context["newest"]]
    assert newest == ["千葉県市長会", "山梨県町村会", "埼玉県町村会"]
    assert "明治安田生命保険相互会社" in text_of(response)
    assert "自治体のパンフレットを東京23区等で配布したいとき" in text_of(response)


def test_home_shows_the_next_events_the_news_and_the_newest_cover(client, db):
    today = timezone.localdate()
    soon = factories.make_event(starts_on=today + timedelta(days=3))
    later = factories.make_event(starts_on=today + timedelta(days=9))
    factories.make_event(name="LEAK-past", starts_on=today - timedelta(days=1))
    factories.make_event(name="LEAK-draft", starts_on=today, is_draft=True)
    edition = factories.make_edition(factories.make_publication(issued_on=date(2026, 6, 1)))
    factories.make_publication(issued_on=date(2026, 5, 1))
    pinned = factories.make_news_item(pinned_until=today)
    newer = factories.make_news_item()

    response = client.get("/")

    assert list(response.context["events"]) == [soon, later]
    assert list(response.context["news"]) == [pinned, newer]
    assert edition.cover_url in response.content.decode()
    assert "LEAK" not in response.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_home_asks_a_constant_number_of_queries(client, django_assert_num_queries, db, rows):
    for _ in range(rows):
        factories.make_event(starts_on=timezone.localdate())
        factories.make_news_item()
        factories.make_edition()
        factories.make_corporate_agreement()
        factories.make_regional_agreement()

    # Texts, agreements, parties, local governments, companies, events, news, publication, editions.
    with django_assert_num_queries(9):
        client.get("/")


def test_home_of_an_empty_portal_opens(client, db):
    assert client.get("/").status_code == 200


def test_about_prints_the_prospectus_chain_and_pillars(client, texts):
    response = client.get("/about/")
    text = text_of(response)

    assert "全国各地域に支えられる区民生活 各地域の衰退 区民生活の基盤低下" in text
    assert "共存共栄による日本の元気創造 相互補完による地域課題の克服 信頼関係・絆の強化" in text
    assert "我が国は、人口減少社会を迎えるなかで" in text
    assert "平成26年9月16日 特別区長会" in text


def test_contact_invents_nothing(client, texts):
    text = text_of(client.get("/contact/"))

    assert "準備をしています" in text
    assert "電話番号 " not in text


def test_contact_shows_what_the_secretariat_has_entered(client, texts):
    factories.make_site_text(
        Slug.CONTACT_TELEPHONE,
        version=2,
        title="電話番号",
        body="00-0000-0000",
        effective_from=date(2026, 4, 1),
    )

    assert "電話番号 00-0000-0000" in text_of(client.get("/contact/"))


@pytest.mark.parametrize("slug", ["terms", "privacy", "accessibility", "service-sheet"])
def test_policy_is_marked_as_a_draft_with_its_version(client, texts, slug):
    text = text_of(client.get(f"/{slug}/"))

    assert "案（事務局確認前）" in text
    assert "第1版" in text


def test_accessibility_statement_names_its_limits_and_the_way_to_complain(client, texts):
    response = client.get("/accessibility/")

    assert "第三者が認めたものではありません" in text_of(response)
    assert (
        "スクリーンリーダーでの確認と、障害のある方による確認は、まだ行っていません。"
        in text_of(response)
    )
    assert '<a href="/contact/" rel="noopener">お問い合わせ</a>' in response.content.decode()


def test_service_sheet_leaves_to_the_secretariat_what_the_program_cannot_know(client, texts):
    text = text_of(client.get("/service-sheet/"))

    assert "保存する場所（国・地域、事業者） （事務局が記入）" in text
    assert "バックアップ（頻度、保存期間、場所） （事務局が記入）" in text


def test_definitions_name_every_column_and_the_licence(client, db, settings):
    html = client.get("/open-data/").content.decode()

    assert settings.OPEN_DATA_LICENSE in html
    exports = (agreement_exports, member_exports, news_exports)
    for table in (table for export in exports for table in export.TABLES.values()):
        for column in table.columns:
            assert column.head in html
            assert f"<code>{column.key}</code>" in html


def test_footer_links_the_official_sites_as_external(client, db):
    html = client.get("/").content.decode()

    assert 'href="https://collabo.tokyo-23city.or.jp/"' in html
    assert "特別区全国連携プロジェクトホームページ（外部サイト）" in html
    assert "公式X（旧Twitter）@Zenkoku_Renkei（外部サイト）" in html


@pytest.mark.parametrize(
    ("page", "current"),
    [
        ("/agreements/regional/", ["/agreements/regional/"]),
        ("/members/", ["/members/"]),
        ("/members/register/", []),
        ("/news/", ["/news/"]),
        ("/publications/", ["/publications/"]),
        ("/events/calendar/", ["/events/"]),
        ("/", []),
    ],
)
def test_navigation_marks_the_current_page_alone(client, db, page, current):
    html = client.get(page).content.decode()

    assert re.findall(r'<a href="([^"]+)"\s+aria-current="page"', html) == current


def test_header_names_body_and_person_and_offers_the_log_out(client, manager):
    client.force_login(manager)

    text = text_of(client.get("/"))

    assert f"{manager.seat.organization.name}の管理 {manager.name}" in text
    assert "ログアウト" in text
    assert "/admin/" not in client.get("/").text


def test_header_leads_the_secretariat_to_the_admin(client, secretary):
    client.force_login(secretary)

    assert 'href="/admin/"' in client.get("/").content.decode()


def test_demonstration_says_so_on_every_page(client, db, settings):
    assert "見本データです" not in text_of(client.get("/about/"))

    settings.DEMO = True

    assert "見本データです" in text_of(client.get("/about/"))


def test_sitemap_lists_public_pages_agreements_and_bodies(client, db):
    shown = [
        factories.make_regional_agreement(),
        factories.make_local_government(),
        factories.make_organization(),
        factories.make_news_item(),
        factories.make_publication(),
        factories.make_event(),
    ]
    hidden = [
        factories.make_news_item(is_draft=True),
        factories.make_publication(is_draft=True),
        factories.make_event(is_draft=True),
        factories.make_organization(is_demo=True),
        factories.make_organization(status="suspended"),
        factories.make_secretariat(),
    ]

    root = ElementTree.fromstring(client.get("/sitemap.xml").content)

    places = {element.text for element in root.findall(".//{*}loc")}
    for row in shown:
        assert f"https://testserver{row.get_absolute_url()}" in places
    for row in hidden:
        assert f"https://testserver{row.get_absolute_url()}" not in places
    assert not any("admin" in place or "accounts" in place for place in places)


def test_robots_name_the_sitemap(client):
    assert (
        "Sitemap: https://portal.example.jp/sitemap.xml"
        in client.get("/robots.txt").content.decode()
    )


def test_security_txt_says_where_to_tell_of_a_weakness(client):
    response = client.get("/.well-known/security.txt")

    lines = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert lines["Contact"] == "https://portal.example.jp/contact/"
    assert lines["Canonical"] == "https://portal.example.jp/.well-known/security.txt"
    assert lines["Policy"] == "https://portal.example.jp/contact/#security"
    assert lines["Preferred-Languages"] == "ja, en"
    left = datetime.fromisoformat(lines["Expires"]) - timezone.now()
    assert timedelta(days=100) < left < timedelta(days=365)


def test_policy_of_security_txt_is_there(client, texts):
    page = client.get("/contact/").content.decode()

    assert 'id="security"' in page
    assert "3開庁日以内" in page


def test_process_is_healthy_without_a_database(client):
    assert client.get("/healthz").json() == {"process": "ok"}


def test_portal_is_ready_when_database_and_storage_answer(client, db):
    response = client.get("/readyz")

    answer = response.json()
    assert (response.status_code, answer["database"], answer["storage"]) == (200, "ok", "ok")
    queue = {name: value for name, value in answer.items() if value not in ("ok", "failed")}
    assert queue == {
        "oldest_due_mail_seconds": 0,
        "oldest_due_notice_seconds": 0,
        "oldest_unscanned_file_seconds": 0,
        "mail_frozen_after_restore": 0,
        "last_backup_seconds": -1,
        "failed_jobs_today": 0,
    }
    assert response.headers["Cache-Control"] == "no-store"


def test_portal_is_not_ready_without_its_database(client, db, monkeypatch):
    def refuse():
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(views.connection, "cursor", refuse)
        response = client.get("/readyz")

    assert (response.status_code, response.json()["database"]) == (503, "failed")
