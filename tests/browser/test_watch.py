"""The watch itself: silence must mean that nothing happened."""

from tests.browser.watch import Watch

CSP = {"Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'; img-src *"}
BAD_PAGE = """<!DOCTYPE html><title>x</title><p style="color: red">x</p>
<script>console.error("said"); setTimeout(() => { throw Error("thrown") })</script>
<img src="http://another.example.jp/x.png" alt="">"""


def test_watch_sees_what_no_page_may_do(browser):
    watch = Watch("http://portal.example.jp")
    with browser.new_context() as context:
        watch.follow(context)
        context.route("**/*", lambda route: route.fulfill(body=BAD_PAGE, headers=CSP, status=500))
        context.new_page().goto("http://portal.example.jp/", wait_until="networkidle")

    seen = " ".join(watch.problems)
    assert "Content Security Policy" in seen
    assert "console: said" in seen
    assert "thrown" in seen
    assert "another host: http://another.example.jp/x.png" in seen
    assert "500: http://portal.example.jp/" in seen
