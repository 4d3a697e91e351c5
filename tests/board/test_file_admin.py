"""What the virus scanner keeps back, as the secretariat sees it."""

import pytest

from board.models import Attachment
from members.staff import Desk
from tests import factories
from tests.html import text_of

LIST = "/admin/board/attachment/"
Scan = Attachment.Scan


def make_file(name, scan, owner=None):
    file = factories.attach(owner or factories.make_topic(title="物産展の案内"), name=name)
    Attachment.objects.filter(pk=file.pk).update(scan=scan)
    return file


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    return client


def test_list_holds_what_waits_and_what_had_a_virus_and_nothing_else(admin):
    make_file("待つ.txt", Scan.WAITING)
    make_file("見つかった.txt", Scan.INFECTED)
    make_file("だれでも開ける.txt", Scan.CLEAN)

    text = text_of(admin.get(LIST))

    assert "待つ.txt 投稿：物産展の案内" in text
    assert "見つかった.txt" in text
    assert "だれでも開ける.txt" not in text


@pytest.mark.parametrize(
    ("scan", "words"), [(Scan.WAITING, "検査が済むまで"), (Scan.INFECTED, "内容を消去しました")]
)
def test_page_of_a_file_says_what_it_means_and_gives_no_content(admin, scan, words):
    file = make_file("要綱.txt", scan)

    page = admin.get(f"{LIST}{file.pk}/change/")

    assert words in text_of(page)
    assert file.get_absolute_url() not in page.content.decode()
    assert str(file.file) not in page.content.decode()


def test_page_of_a_clean_file_is_not_there(admin):
    file = make_file("要綱.txt", Scan.CLEAN)

    assert admin.get(f"{LIST}{file.pk}/change/", follow=True).redirect_chain == [("/admin/", 302)]


def test_draft_is_not_led_to(admin):
    make_file("下書き.txt", Scan.WAITING, owner=factories.make_draft(factories.make_user()))

    assert "下書き.txt 下書き" in text_of(admin.get(LIST))


def test_start_page_names_both_and_forgets_a_virus_after_a_week(admin):
    make_file("待つ.txt", Scan.WAITING)
    make_file("見つかった.txt", Scan.INFECTED)
    old = make_file("前に見つかった.txt", Scan.INFECTED)
    Attachment.objects.filter(pk=old.pk).update(uploaded_at="2026-01-05T00:00:00+09:00")

    lines = {line.label: line for line in admin.get("/admin/").context["waiting"]}

    waiting = lines["ウイルス検査を待っている添付ファイル"]
    infected = lines["この1週間にウイルスが見つかった添付ファイル"]
    assert [waiting.count, infected.count] == ["1件", "1件"]
    assert admin.get(waiting.url).context["cl"].result_count == 1
    assert admin.get(infected.url).context["cl"].result_count == 1


@pytest.mark.parametrize("desk", Desk)
def test_everybody_at_the_secretariat_reads_it_and_nobody_changes_it(client, db, desk):
    file = make_file("要綱.txt", Scan.WAITING)
    client.force_login(factories.make_staff(desk))

    assert "要綱.txt" in text_of(client.get(LIST))
    assert client.post(f"{LIST}{file.pk}/change/").status_code == 403
    assert client.post(f"{LIST}{file.pk}/delete/", {"post": "yes"}).status_code == 403
