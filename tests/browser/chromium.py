"""The installed Chromium and how it is started: for the browser tests and for `python -m pictures`."""

import os
import shutil

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--no-first-run",
    # Chromium takes the last list only: this is Playwright's, and the address bar's own page, which
    # would cost every new window as much as the page that is tested.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,AimEnabled,DestroyProfileOnBrowserClose,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LensOverlay,"
    "MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,PreconnectToSearch",
]
MISSING = (
    "no Chromium found: install it (Debian: apt-get install chromium chromium-headless-shell "
    "fonts-noto-cjk) or name its program in CHROMIUM"
)
_WHOLE = ["chromium", "chromium-browser", "google-chrome"]
# It draws no window that nobody sees, which is a fifth of the others' work, and has no viewer of PDFs.
_SHELL = "chromium-headless-shell"


def installed(*, whole: bool = False) -> str | None:
    """Its path; the lighter one unless the `whole` browser is asked for. Playwright's own download is never used."""
    names = [os.environ.get("CHROMIUM"), *([] if whole else [_SHELL]), *_WHOLE]
    return next((path for name in names if name and (path := shutil.which(name))), None)
