"""Who sits at the browser: the demo accounts, and what they do to come in and go out."""

from playwright.sync_api import expect

PASSWORD = "renkei-demo-2026"
SECRETARY = "jimukyoku@demo.example.jp"
MEMBER = "city@demo.example.jp"


def log_in(page, login, password=PASSWORD):
    """From the page that is open: the log-in page itself or one that sent the person there."""
    if not page.url.partition("?")[0].endswith("/accounts/login/"):
        page.goto("/accounts/login/")
    form = page.get_by_role("main")
    form.get_by_label("メールアドレスまたは利用者ID").fill(login)
    form.get_by_label("パスワード").fill(password)
    form.get_by_role("button", name="ログイン").click()


def log_out(page):
    page.get_by_role("button", name="ログアウト").click()


def expect_logged_in(page):
    expect(page.get_by_role("button", name="ログアウト")).to_be_visible()


def expect_logged_out(page):
    expect(page.get_by_role("banner").get_by_role("link", name="ログイン")).to_be_visible()
