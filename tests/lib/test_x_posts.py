"""Posts on X: the weight of a text, and the one request that is sent."""

import io
import json

import pytest
import requests

from lib import x_posts


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("abc", 3),
        ("あ" * 140, 280),
        ("か\u3099", 2),
        ("café", 4),
        ("https://example.jp/", 23),
        ("https://portal.example.jp/events/5/?a=" + "x" * 200, 23),
        ("日時：https://example.jp/会場", 2 * 3 + 23 + 2 * 2),
        ("「」…—“”", 2 * 3 + 1 * 3),
        ("😀", 2),
        ("👨\u200d👩\u200d👧\u200d👦", 2),
        ("👍🏽", 2),
        ("🇯🇵", 2),
        ("1\ufe0f\u20e3", 2),
        ("#特別区全国連携プロジェクト", 1 + 26),
        ("@Zenkoku_Renkei", 15),
        ("詳しくはexample.jp/へ", 2 * 4 + 23 + 2),
        ("（city.example.lg.jp）", 2 + 23 + 2),
        ("info@example.jp", 15),
        ("12.5 3.14", 9),
    ],
)
def test_weight_is_counted_as_x_does(text, weight):
    assert x_posts.weight(text) == weight


def answer_with(monkeypatch, status, body):
    """What X would answer; the network is not touched."""
    sent = []

    def send(self, request, **kwargs):
        sent.append((request, kwargs))
        response = requests.Response()
        response.status_code, response.reason, response.request = status, "", request
        response.headers["Content-Type"] = "application/json"
        response.raw = io.BytesIO(json.dumps(body).encode())
        return response

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    return sent


@pytest.fixture
def credentials(settings):
    settings.X_CREDENTIALS = ["key", "secret", "token", "token-secret"]


def test_text_is_sent_once_signed_and_with_a_limit_of_time(monkeypatch, credentials):
    sent = answer_with(monkeypatch, 201, {"data": {"id": "1234", "text": "x"}})

    address = x_posts.send("見本の投稿")

    request, options = sent[0]
    assert address == "https://x.com/i/web/status/1234"
    assert len(sent) == 1
    assert json.loads(request.body) == {"text": "見本の投稿"}
    assert "OAuth" in str(request.headers["Authorization"])
    assert options["timeout"] == x_posts.SECONDS


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_refusal_of_x_is_told(monkeypatch, credentials, status):
    answer_with(monkeypatch, status, {"title": "no"})

    with pytest.raises(x_posts.NotSentError, match="送信できませんでした"):
        x_posts.send("見本の投稿")


def test_silence_of_x_is_told(monkeypatch, credentials):
    def send(self, request, **kwargs):
        raise requests.Timeout

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)

    with pytest.raises(x_posts.NotSentError):
        x_posts.send("見本の投稿")


@pytest.mark.parametrize("keys", [[], ["key"], ["a", "b", "c"]])
def test_without_four_keys_nothing_can_be_sent(settings, keys):
    settings.X_CREDENTIALS = keys

    assert not x_posts.can_send()
