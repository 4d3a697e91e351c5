"""`make pictures`: the screens of README and guides, photographed in a portal of their own.

A throw-away SQLite with the demo members, on a day that is always the same (pictures/clock.py), so that
a second run changes only what has changed on the screen. Add a picture in pictures/scenes.py.
`python -m pictures desk topic` takes those of these names alone. Buttons of the browser itself are in
Japanese where its languages are installed (Debian: chromium-l10n).
"""

import argparse
import os
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from pictures.scenes import SCENES, Scene
from tests import server
from tests.browser.chromium import ARGUMENTS, MISSING, installed
from tests.browser.people import expect_logged_in, log_in

# Text on plain ground: fewer than that are not seen, and the file is a third as big.
COLOURS = 64
# Milliseconds for one page, on a machine that does other things, too.
PATIENCE = 120_000
# Of the browser itself: "choose a file" on its button.
JAPANESE = {"LANGUAGE": "ja"}


def main() -> None:
    names = read_names()
    scenes = [scene for scene in SCENES if not names or scene.name in names]
    with tempfile.TemporaryDirectory(prefix="renkei-pictures-") as folder:
        environment = server.demo_environment(Path(folder))
        server.manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
        server.run(environment, "-m", "pictures.stage")
        address = {"SITE_URL": "https://renkei.example.jp"}
        with server.serving(environment, application="pictures.served", **address) as running:
            photograph(running.url, scenes)


def read_names() -> list[str]:
    parser = argparse.ArgumentParser(prog="python -m pictures")
    parser.add_argument("names", nargs="*", help="of pictures/scenes.py; without any, all")
    names: list[str] = parser.parse_args().names
    return names


def photograph(url: str, scenes: list[Scene]) -> None:
    chromium = installed(whole=True)
    if chromium is None:
        raise SystemExit(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=[*ARGUMENTS, "--lang=ja"], env={**os.environ, **JAPANESE}
        )
        for who in dict.fromkeys(scene.who for scene in scenes):
            context = logged_in(browser, url, who)
            for scene in [scene for scene in scenes if scene.who == who]:
                size = save(taken(context, scene), scene.file)
                print(f"{scene.file}  {size // 1024} kB", flush=True)
            context.close()
        browser.close()


def logged_in(browser: Browser, url: str, who: str) -> BrowserContext:
    context = browser.new_context(
        base_url=url, locale="ja-JP", timezone_id="Asia/Tokyo", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    if who:
        page = context.new_page()
        log_in(page, f"{who}@demo.example.jp")
        expect_logged_in(page)
        page.close()
    return context


def taken(context: BrowserContext, scene: Scene) -> bytes:
    page = context.new_page()
    page.set_viewport_size({"width": scene.width, "height": scene.height})
    page.goto(scene.path)
    scene.act(page)
    if scene.part:
        shot = page.locator(scene.part).first.screenshot(animations="disabled", caret="hide")
    else:
        shot = page.screenshot(animations="disabled", caret="hide")
    page.close()
    return shot


def save(shot: bytes, file: Path) -> int:
    """Few colours, without loss: letters keep their edges."""
    few = Image.open(BytesIO(shot)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    written = BytesIO()
    few.convert("RGB").save(written, "WEBP", lossless=True, quality=100, method=6)
    file.parent.mkdir(parents=True, exist_ok=True)
    return file.write_bytes(written.getvalue())


if __name__ == "__main__":
    main()
