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
    "no Chromium found: install it (Debian: apt-get install chromium-headless-shell fonts-noto-cjk) "
    "or name its program in CHROMIUM"
)
# The first draws no window that nobody sees, which is a fifth of the others' work.
_PROGRAMS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]


def installed() -> str | None:
    """Its path. Playwright's own download is never used."""
    names = [os.environ.get("CHROMIUM"), *_PROGRAMS]
    return next((path for name in names if name and (path := shutil.which(name))), None)
