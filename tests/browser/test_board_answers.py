"""A call ends with a roster, an announcement with who has not confirmed, a proposal with a partner."""

import csv
import io
import zipfile

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.browser import board
from tests.browser.checks import assert_good

WITHOUT_SCRIPTS = {"java_script_enabled": False}


def begin_answer(page, topic, status, **fields):
    """Filled in, and not yet sent."""
    page.goto(f"{topic}answer/")
    page.get_by_label(status, exact=True).check()
    for label, value in fields.items():
        page.get_by_label(label).fill(value)


def answer(page, topic, status, **fields):
    begin_answer(page, topic, status, **fields)
    board.press(page, "回答する")
    board.expect_said(page, f"「{status}」と回答しました。")


def downloaded(page, link):
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    return download.value.path().read_bytes()


def by_body(rows):
    return {row[2]: row for row in rows}


@pytest.fixture
def ward(open_as):
    return open_as("ward")


@pytest.fixture
def call(ward):
    return board.post(ward, "見本 回答の一巡", slug="call", 締切=board.DEADLINE)


def test_three_towns_answer_a_call_and_the_ward_records_who_takes_part(open_as, ward, call):
    town, village = open_as("town", **WITHOUT_SCRIPTS), open_as("village")
    begin_answer(town, call, "応募する", 数量="2", メッセージ="=1+1")
    town.get_by_label("添付ファイル").set_input_files(board.workbook())
    board.press(town, "回答する")
    answer(town, call, "検討中")
    answer(open_as("city"), call, "該当なし")
    colleague = open_as("city2")
    colleague.goto(call)
    own = colleague.get_by_role("region", name="貴団体の回答")
    expect(own).to_contain_text("該当なし　企画課 連携担当 見本 花子")
    begin_answer(village, call, "応募する", 数量="3", メッセージ="遅れた村の回答です。")

    ward.goto(f"{call}close/")
    board.press(ward, "受付を終了する")
    board.press(village, "回答する")

    expect(village.get_by_role("alert")).to_contain_text("この投稿は、受付を終了しています。")
    expect(village.get_by_label("応募する", exact=True)).to_be_checked()
    expect(village.get_by_label("数量")).to_have_value("3")
    expect(village.get_by_label("メッセージ")).to_have_value("遅れた村の回答です。")
    assert_good(village)
    assert town.goto(f"{call}roster/").status == 403
    _open_roster(ward, call)
    ward.goto(f"{call}close/")
    ward.get_by_label("成立（連携する相手や参加団体が決まった）").check()
    ward.get_by_label("結果のお知らせ").fill("見本町と実施します。")
    board.press(ward, "結果を記録する")
    town.goto(call)
    expect(town.get_by_role("region", name="結果")).to_contain_text("見本町と実施します。")
    expect(town.locator(".topic-marks")).to_contain_text("成立")


def _open_roster(page, call):
    """On the screen, as sheets and as files."""
    page.goto(f"{call}roster/")
    expect(page.get_by_role("row", name="長野県見本町")).to_contain_text("検討中")
    expect(page.get_by_role("row", name="千代田区")).to_contain_text("未回答")
    sheet = load_workbook(io.BytesIO(downloaded(page, "名簿（Excel）"))).active
    rows = by_body(sheet.values)
    assert rows["見本町"][4:7] == ("検討中", 2, "'=1+1")
    assert [rows[name][4] for name in ("見本市", "見本村")] == ["該当なし", "未回答"]
    content = downloaded(page, "名簿（CSV）")
    assert content.startswith(b"\xef\xbb\xbf")
    lines = by_body(csv.reader(content.decode("utf-8-sig").splitlines()))
    assert lines["見本町"][4:7] == ["検討中", "2", "'=1+1"]
    with zipfile.ZipFile(io.BytesIO(downloaded(page, "回答の添付ファイル"))) as archive:
        assert archive.namelist() == [f"長野県見本町_{board.XLSX}"]
        book = load_workbook(io.BytesIO(archive.read(archive.namelist()[0])))
        assert list(book.active.values) == [("見本", 1)]
    assert_good(page)


def test_announcement_is_confirmed_by_one_section_and_asks_again(open_as):
    secretariat, city = open_as("jimukyoku"), open_as("city")
    city2 = open_as("city2", **WITHOUT_SCRIPTS)
    board.begin(secretariat, "見本 確認の一巡", slug="notice")
    secretariat.get_by_label("確認を求める").check()
    board.press(secretariat, "投稿する")
    topic = board.path_of(secretariat)

    city.goto("/board/")
    city.get_by_role("region", name="貴団体への依頼").get_by_role(
        "link", name="見本 確認の一巡"
    ).click()
    city.get_by_role("button", name="確認しました").click()
    city2.goto(topic)
    expect(city2.get_by_role("region", name="確認")).to_contain_text("見本 花子が確認しました")
    expect(city2.get_by_role("button", name="確認しました")).to_have_count(0)

    secretariat.goto(f"{topic}edit/")
    secretariat.get_by_label("本文").fill("日程が変わりました。")
    secretariat.get_by_label("確認をもう一度求める").check()
    board.press(secretariat, "変更を保存する")
    city2.reload()
    expect(city2.get_by_role("region", name="確認")).to_contain_text("内容が変わりました")
    city.reload()
    assert_good(city)
    secretariat.goto(f"{topic}roster/?state=unconfirmed")
    expect(secretariat.get_by_role("row", name="群馬県見本市")).to_contain_text("未確認")
    city2.get_by_role("button", name="確認しました").click()
    board.expect_said(city2, "確認しました。")
    secretariat.reload()
    expect(secretariat.get_by_role("row", name="群馬県見本市")).to_have_count(0)


def test_proposal_leads_to_a_consultation_of_two_bodies_and_to_its_result(open_as):
    city, ward, town = open_as("city"), open_as("ward"), open_as("town")
    proposal = board.post(city, "見本 提案の一巡", slug="proposal")

    ward.goto(proposal)
    ward.get_by_role("link", name="関心あり（個別に相談する）").click()
    assert_good(ward)
    board.press(ward, "相談を始める")
    consultation = board.path_of(ward)
    expect(ward.get_by_role("region", name="この相談について")).to_contain_text(
        "事務局も閲覧できます"
    )
    assert town.goto(consultation).status == 404
    town.goto(proposal)
    expect(town.get_by_role("main")).not_to_contain_text("見本区との相談")

    ward.get_by_role("link", name="成立を記録する").click()
    ward.get_by_label("成立した内容").fill("夏休みに20人を受け入れます。")
    board.press(ward, "成立を記録する")
    city.goto(consultation)
    city.get_by_role("button", name="同意して成立を記録する").click()
    town.goto(proposal)
    expect(town.get_by_role("main")).to_contain_text("群馬県見本市と見本区で成立")
    expect(town.get_by_role("main")).to_contain_text("夏休みに20人を受け入れます。")


def test_report_reaches_the_secretariat_and_ends_with_a_result(open_as):
    town, city, secretariat = open_as("town"), open_as("city"), open_as("jimukyoku")
    topic = board.post(town, "見本 通報の一巡")
    board.reply(town, topic, "個人の電話番号を書いた返信です。")
    city.goto(topic)
    city.get_by_role("article", name="返信1").get_by_role("link", name="事務局に知らせる").click()
    city.get_by_label("理由").fill("個人の電話番号が載っています。")
    board.press(city, "事務局に知らせる")
    board.expect_said(city, "事務局に知らせました。")

    secretariat.goto("/admin/")
    secretariat.get_by_role("link", name="対応していない通報").click()
    secretariat.locator("#result_list tbody a").first.click()
    secretariat.get_by_label("結果").select_option(label="非表示にした")
    secretariat.get_by_label("説明").fill("個人情報のため")
    secretariat.get_by_role("button", name="対応を記録する").click()

    city.goto(topic)
    expect(city.get_by_role("main")).to_contain_text("この返信は、事務局が非表示にしました。")
    expect(city.get_by_text("個人の電話番号を書いた返信です。")).to_have_count(0)
