"""The secretariat's pages: no script or style that the CSP forbids, accessible, and imports work."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.checks import accessibility_violations

REGIONAL = "/admin/agreements/regionalagreement/"
CORPORATE = "/admin/agreements/corporateagreement/"
ORGANIZATIONS = "/admin/members/organization/"
WAVES = "/admin/members/invitationwave/"
MODELS = {
    "広域連携協定": REGIONAL,
    "企業との包括連携協定": CORPORATE,
    "協定項目": "/admin/agreements/matter/",
    "地方公共団体": "/admin/members/localgovernment/",
    "会員団体": ORGANIZATIONS,
    "担当部署": "/admin/members/seat/",
    "応対記録": "/admin/members/carenote/",
    "事務局の役割": "/admin/auth/group/",
    "テーマ": "/admin/members/theme/",
    "利用者": "/admin/members/user/",
    "会員登録申請": "/admin/members/application/",
    "招待": "/admin/members/invitation/",
    "招待の送信": WAVES,
    "メールの文": "/admin/members/mailtext/",
    "メールの送信": "/admin/members/delivery/",
    "回答": "/admin/board/answer/",
    "添付ファイル": "/admin/board/attachment/",
    "監査記録": "/admin/members/auditentry/",
    "定期の処理": "/admin/renkei/jobrun/",
    "サイトのお知らせ": "/admin/renkei/sitenotice/",
    "文章": "/admin/members/sitetext/",
    "利用規約への同意": "/admin/members/termsconsent/",
    "公式Xでの紹介": "/admin/members/introduction/",
    "お知らせ": "/admin/news/newsitem/",
    "お知らせの分類": "/admin/news/newscategory/",
    "刊行物": "/admin/news/publication/",
    "刊行物の種類": "/admin/news/series/",
    "イベント": "/admin/news/event/",
    "参加申込": "/admin/news/entry/",
}
REGISTER_SHEET = Path(__file__).resolve().parents[2] / "data" / "regional_agreements.csv"


def test_menu_leads_to_every_model(clerk):
    clerk.goto("/admin/")

    for name, address in MODELS.items():
        link = clerk.locator("#content").get_by_role("link", name=name, exact=True)
        expect(link).to_have_attribute("href", address)
    assert accessibility_violations(clerk) == []


def test_form_on_paper_begins_on_the_first_sheet_and_offers_no_buttons(clerk):
    clerk.goto("/admin/members/localgovernment/")
    clerk.locator("#result_list tbody a").first.click()
    clerk.emulate_media(media="print")

    # A flexible box would be moved to the second sheet as a whole.
    for box in ("#container", "#container > .main"):
        expect(clerk.locator(box)).to_have_css("display", "block")
    expect(clerk.locator(".submit-row")).to_be_hidden()
    expect(clerk.get_by_role("group").first).to_be_visible()


@pytest.mark.parametrize("name", MODELS)
def test_pages_of_a_model_are_accessible(clerk, name):
    addresses = pages_of(clerk, MODELS[name])

    found = {address: violations_at(clerk, address) for address in addresses}

    assert {address: rules for address, rules in found.items() if rules} == {}


def pages_of(page, changelist):
    """The list, and where it leads: add, import, the first row, its history and an old version.

    Histories look alike: of two models they are looked at, with and without old versions.
    """
    page.goto(changelist)
    change = link_on(page, f"{changelist}[0-9]+/change/")
    has_history = changelist in {MODELS["広域連携協定"], MODELS["利用者"]}
    history = change.replace("/change/", "/history/") if change and has_history else None
    others = [link_on(page, f"{changelist}add/"), link_on(page, f"{changelist}import/")]
    page.goto(history or changelist)
    version = link_on(page, f"{history}[0-9]+/")
    return [changelist, *filter(None, [*others, change, history, version])]


def link_on(page, address):
    """The first link of the page to such an address, without its query; None if there is none."""
    links = page.locator("#content a[href]").evaluate_all("all => all.map(link => link.pathname)")
    return next((path for path in links if re.fullmatch(address, path)), None)


def violations_at(page, address):
    response = page.goto(address)
    if response.status != 200:
        return [f"answers {response.status}"]
    return accessibility_violations(page)


def upload(page, changelist, text, *, encoding="utf-8"):
    """From the list to the page that shows what the sheet would change."""
    page.goto(changelist)
    page.locator("#content").get_by_role("link", name="取り込み").click()
    sheet = {"name": "sheet.csv", "mimeType": "text/csv", "buffer": text.encode(encoding)}
    page.get_by_label("ファイル").set_input_files(sheet)
    page.get_by_role("button", name="内容を確かめる").click()


def save_button(page):
    return page.get_by_role("button", name="取り込む")


def test_sheet_is_previewed_and_then_saved(secretary):
    sheet = REGISTER_SHEET.read_text(encoding="utf-8").replace(
        "144,2026-03-12,,", "144,2026-03-12,6,"
    )

    upload(secretary, REGIONAL, sheet)
    preview = secretary.locator("#content").get_by_role("table")
    expect(preview.get_by_role("row", name="北海道町村会")).to_contain_text("6")
    assert accessibility_violations(secretary) == []
    save_button(secretary).click()

    expect(secretary).to_have_url(re.compile(f"{REGIONAL}$"))
    expect(secretary.locator(".messagelist")).to_contain_text("取り込みが終わりました")
    secretary.get_by_role("link", name="北海道町村会").click()
    expect(secretary.get_by_label("有効期間（月数）")).to_have_value("6")


def test_button_is_off_and_the_page_says_so_while_a_sheet_is_read(secretary):
    # An answer without content: the browser stays where it is, as until the next page comes.
    secretary.route(
        "**/import/",
        lambda route: (
            route.fulfill(status=204) if route.request.method == "POST" else route.continue_()
        ),
    )

    upload(secretary, REGIONAL, "協定番号\r\n")

    expect(secretary.get_by_role("button", name="内容を確かめる")).to_be_disabled()
    expect(secretary.get_by_role("status")).to_contain_text("ファイルを読んでいます。")
    assert accessibility_violations(secretary) == []


def test_sheet_with_one_wrong_row_names_it_and_saves_nothing(secretary):
    rows = [f"見本株式会社{number},2020-01-01,講演会,2026-03-12" for number in range(2, 22)]
    rows[17 - 2] = "見本株式会社,いつか,講演会,2026-03-12"

    sheet = "\r\n".join(["締結企業,締結年月日,主な取組,公表内容の時点", *rows])
    upload(secretary, CORPORATE, sheet, encoding="cp932")

    expect(secretary.locator("#content")).to_contain_text("17行目")
    expect(save_button(secretary)).to_have_count(0)
    assert accessibility_violations(secretary) == []
    secretary.goto("/agreements/corporate/")
    expect(secretary.get_by_role("main")).not_to_contain_text("見本株式会社")


@pytest.mark.parametrize(
    "name", ["広域連携協定", "企業との包括連携協定", "地方公共団体", "会員団体"]
)
def test_list_is_exported(secretary, name):
    secretary.goto(MODELS[name])

    with secretary.expect_download() as download:
        secretary.locator("#content").get_by_role("link", name="CSVで書き出す").click()

    assert Path(download.value.path()).read_bytes().startswith(b"\xef\xbb\xbf")


def test_sheet_of_members_comes_in_and_a_wave_goes_out(secretary, newest_mail):
    heads = "団体コード,都道府県,団体名,部署名,代表メールアドレス,担当者名"
    row = "392022,高知県,室戸市,企画課①,kikaku@muroto.example.jp,見本 花子"

    upload(secretary, ORGANIZATIONS, f"{heads}\r\n{row}", encoding="cp932")
    save_button(secretary).click()
    secretary.goto("/admin/")
    secretary.get_by_role("link", name="招待をまだ送っていない担当部署 1件").click()
    assert accessibility_violations(secretary) == []
    secretary.get_by_label("高知県").check()
    secretary.get_by_role("button", name="送る内容を確かめる").click()
    expect(secretary.locator("#content")).to_contain_text("1団体に、1通のメールを送ります")
    assert accessibility_violations(secretary) == []
    secretary.get_by_role("button", name="送信する").click()

    mail = newest_mail("kikaku@muroto.example.jp")
    assert "/members/invitations/" in mail
    secretary.reload()
    expect(secretary.get_by_role("row", name="高知県室戸市 企画課①")).to_contain_text("登録待ち")
    assert accessibility_violations(secretary) == []
    secretary.get_by_label("送ってからの日数").fill("0")
    secretary.get_by_role("button", name="送る内容を確かめる").click()
    expect(secretary.get_by_role("button", name="もう一度送る")).to_be_visible()
    assert accessibility_violations(secretary) == []
    secretary.go_back()
    secretary.get_by_role("link", name="依頼文を印刷する").click()
    expect(secretary.get_by_role("main")).to_contain_text("高知県室戸市")
    assert accessibility_violations(secretary) == []
