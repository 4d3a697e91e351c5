"""Posts on X: how long a text is by its rule, and sending one where the optional extra is installed.

The rule is version 3 of X's own configuration (https://docs.x.com/fundamentals/counting-characters): in
hundredths, 200 for every code point but those of four ranges, which weigh 100; 23 for an address with its
scheme, however long; 2 for an emoji, however many code points it takes. Lengths are counted in NFC. The only library
for Python (twitter-text-parser) has not been released since 2023. Without https:// X makes links of the names whose
last part is a top-level domain; here every name that looks like one weighs at least 23, so that no text is too long.
"""

import re
import unicodedata
from typing import Any

from django.conf import settings

try:
    import requests
    import tweepy
except ImportError:  # the extra "x" is not installed: everything is posted by hand
    requests = tweepy = None  # type: ignore[assignment]

MAX_WEIGHT = 280
SECONDS = 15

_LINK = re.compile(r"https?://[!-~]+")
_NAME = re.compile(
    r"(?<![a-z0-9_@#$.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/[!-~]*)?", re.IGNORECASE
)
_LINK_WEIGHT = 23
_SINGLE = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
_PICTURE = (
    r"[\u203c\u2049\u2139\u2190-\u21ff\u231a-\u23ff\u25aa-\u27bf\u2934-\u2b55\U0001f000-\U0001faff]"
)
_CHANGED = r"[\ufe0f\U0001f3fb-\U0001f3ff]*"
_EMOJI = re.compile(
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_PICTURE}{_CHANGED}(?:\u200d{_PICTURE}{_CHANGED})*"
)


class NotSentError(Exception):
    """X refused the text, or did not answer; the message is for the secretariat."""


def weight(text: str) -> int:
    """At most MAX_WEIGHT may be posted; a Japanese character weighs 2."""
    rest = unicodedata.normalize("NFC", text.strip())
    rest, links = _LINK.subn("", rest)
    names = [max(len(name), _LINK_WEIGHT) for name in _NAME.findall(rest)]
    rest, emoji = _EMOJI.subn("", _NAME.sub("", rest))
    return links * _LINK_WEIGHT + sum(names) + emoji * 2 + sum(map(_weight_of, rest))


def _weight_of(letter: str) -> int:
    return 1 if any(first <= ord(letter) <= last for first, last in _SINGLE) else 2


def can_send() -> bool:
    """The extra is installed, and the four keys of the account are set (X_CREDENTIALS)."""
    return tweepy is not None and len(settings.X_CREDENTIALS) == 4


def send(text: str) -> str:
    """Posts it in the name of the account; answers its address. Raises NotSentError."""
    client = tweepy.Client(
        **dict(zip(_KEYS, settings.X_CREDENTIALS, strict=True)), wait_on_rate_limit=False
    )
    for scheme in ("https://", "http://"):
        client.session.mount(scheme, _patient_adapter())
    try:
        answer: Any = client.create_tweet(text=text)
    except (tweepy.TweepyException, requests.RequestException) as error:
        raise NotSentError(f"Xに送信できませんでした（{type(error).__name__}）。") from error
    return f"https://x.com/i/web/status/{answer.data['id']}"


_KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


def _patient_adapter() -> Any:
    """requests would wait for ever."""
    adapter = requests.adapters.HTTPAdapter()
    original = adapter.send
    adapter.send = lambda *args, **kwargs: original(  # type: ignore[method-assign]
        *args, **{**kwargs, "timeout": SECONDS}
    )
    return adapter
