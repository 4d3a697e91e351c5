"""Pages for when something goes wrong; those for 403, 404 and a conflict are asked beside their rooms."""

import pytest

from tests import server
from tests.browser.checks import assert_good

CRASHED = (
    "import django; django.setup(); "
    "from renkei.errors import server_error; print(server_error(None).content.decode())"
)
HTML = "text/html; charset=utf-8"


@pytest.fixture(scope="session")
def pages(environment, tmp_path_factory):
    """What no visitor brings about: of the proxy, and of a crash."""
    folder = tmp_path_factory.mktemp("errors")
    server.manage(environment, "write_error_pages", f"--folder={folder}")
    of_proxy = {path.stem: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    settings = environment | {"DJANGO_SETTINGS_MODULE": "renkei.settings"}
    return of_proxy | {"500": server.run(settings, "-c", CRASHED)}


@pytest.mark.parametrize("status", ["413", "429", "500", "503"])
def test_page_is_accessible_and_fits_every_screen(page, pages, status):
    page.route("**/fails/", lambda route: route.fulfill(body=pages[status], content_type=HTML))

    page.goto("/fails/")

    assert f"エラー番号 {status}" in page.get_by_role("main").inner_text()
    assert_good(page)


def test_text_of_three_megabytes_is_refused_by_a_page_as_good(page):
    page.goto("/accounts/login/")
    page.get_by_label("メールアドレスまたは利用者ID").fill("あ" * 1_000_000)
    page.get_by_label("パスワード").fill("x")

    page.get_by_role("main").get_by_role("button", name="ログイン").click()

    assert "エラー番号 413" in page.get_by_role("main").inner_text()
    assert_good(page)


def test_form_that_came_too_late_is_refused_by_a_page_as_good(page):
    page.goto("/accounts/login/")
    page.context.clear_cookies()
    page.get_by_label("メールアドレスまたは利用者ID").fill("city")
    page.get_by_label("パスワード").fill("x")

    page.get_by_role("main").get_by_role("button", name="ログイン").click()

    assert "エラー番号 403" in page.get_by_role("main").inner_text()
    assert_good(page)
