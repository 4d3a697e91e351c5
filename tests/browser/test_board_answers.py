"""A call ends with a roster, an announcement with who has not confirmed, a proposal with a partner."""

import io

from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.browser import board
from tests.browser.checks import assert_good


def answer(page, topic, status, **fields):
    page.goto(topic)
    page.get_by_role("link", name="回答").first.click()
    main = page.get_by_role("main")
    main.get_by_label(status, exact=True).check()
    for label, value in fields.items():
        main.get_by_label(label).fill(value)
    board.press(page, "回答する")


def rows_of(page, link):
    """The downloaded sheet without its heads, by name of the body."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    content = io.BytesIO(download.value.path().read_bytes())
    return {row[2]: row for row in load_workbook(content).active.values}


def test_ward_calls_towns_answer_and_the_roster_says_who_has_not(open_as):
    ward, city, town = open_as("ward"), open_as("city"), open_as("town", java_script_enabled=False)
    topic = board.post(ward, "見本 回答の一巡", slug="call", 締切=board.DEADLINE)

    answer(town, topic, "応募する", 数量="2", メッセージ="=1+1")
    board.expect_said(town, "「応募する」と回答しました。")
    answer(town, topic, "検討中")
    board.expect_said(town, "「検討中」と回答しました。")
    city.goto("/board/ours/?list=answered")
    expect(city.get_by_role("link", name="見本 回答の一巡")).to_have_count(0)
    answer(city, topic, "該当なし")

    ward.goto(f"{topic}roster/")
    assert_good(ward)
    expect(ward.get_by_role("row", name="長野県見本町")).to_contain_text("検討中")
    expect(ward.get_by_role("row", name="千代田区")).to_contain_text("未回答")
    rows = rows_of(ward, "名簿（Excel）")
    assert rows["見本町"][4:7] == ("検討中", 2, "'=1+1")
    assert rows["見本市"][4] == "該当なし"
    assert rows["千代田区"][4] == "未回答"
    assert town.goto(f"{topic}roster/").status == 403

    ward.goto(f"{topic}close/")
    ward.get_by_label("成立（連携する相手や参加団体が決まった）").check()
    ward.get_by_label("結果のお知らせ").fill("2団体と実施します。")
    ward.get_by_role("main").get_by_role("button").last.click()
    expect(ward.get_by_role("main")).to_contain_text("2団体と実施します。")
    assert city.goto(f"{topic}answer/").status == 200
    city.get_by_label("応募する", exact=True).check()
    board.press(city, "回答する")
    expect(city.get_by_role("alert")).to_contain_text("受付を終了しています")


def test_announcement_is_confirmed_once_for_the_body_and_asks_again(open_as):
    secretariat, city, city2 = open_as("jimukyoku"), open_as("city"), open_as("city2")
    board.begin(secretariat, "見本 確認の一巡", slug="notice")
    secretariat.get_by_label("確認を求める").check()
    board.press(secretariat, "投稿する")
    topic = board.path_of(secretariat)

    city.goto("/board/")
    expect(city.get_by_role("region", name="貴団体への依頼")).to_contain_text("見本 確認の一巡")
    city.goto(topic)
    city.get_by_role("button", name="確認しました").click()
    city2.goto(topic)
    expect(city2.get_by_role("region", name="確認")).to_contain_text("見本 花子が確認しました")

    secretariat.goto(f"{topic}edit/")
    secretariat.get_by_label("本文").fill("日程が変わりました。")
    secretariat.get_by_label("確認をもう一度求める").check()
    board.press(secretariat, "変更を保存する")
    city2.reload()
    expect(city2.get_by_role("region", name="確認")).to_contain_text("内容が変わりました")
    assert_good(city2)
    secretariat.goto(f"{topic}roster/?state=unconfirmed")
    expect(secretariat.get_by_role("row", name="群馬県見本市")).to_contain_text("未確認")


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
