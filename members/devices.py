"""Browsers and devices in words, for the list of open sessions."""

# The first hit counts: Edge also calls itself Chrome, Chrome also Safari, a telephone also Linux.
_BROWSERS = (
    ("Edg", "Microsoft Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Google Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def describe(user_agent: str) -> str:
    """「Windows の Microsoft Edge」."""
    system, browser = _first(_SYSTEMS, user_agent), _first(_BROWSERS, user_agent)
    if system and browser:
        return f"{system} の {browser}"
    return system or browser or "種類の分からない端末"


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in names if mark in user_agent), "")
