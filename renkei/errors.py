"""Error pages: in Japanese, with what to do next, and without asking the database anything."""

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from lib.storage import is_full
from members.access import public
from members.typed_text import rescue
from renkei.logs import request_number

_PAGES = {
    400: (
        "送信された内容を読み取れませんでした",
        "アドレスまたは入力に、使えない文字や形式が含まれています。",
        ("前の画面に戻り、入力を確かめて、もう一度お試しください。",),
    ),
    403: (
        "この操作はできません",
        "お使いの利用者の役割では、このページを開くことや操作することができません。",
        ("必要な場合は、貴団体の管理担当者または事務局にお問い合わせください。",),
    ),
    404: (
        "ページが見つかりません",
        "アドレスが違うか、ページが移動・終了したか、見ることができないページです。",
        (
            "アドレスに誤りがないか確かめてください。",
            "会員専用のページは、ログインしてから開いてください。",
        ),
    ),
    413: (
        "送信する量が大きすぎます",
        "一度に送信できるのは、添付ファイルを合わせて60MB、1ファイル20MBまでです。",
        (
            "前の画面に戻り、ファイルを小さくするか、分けて送信してください。",
            "入力した文章は、前の画面に残っています。",
        ),
    ),
    429: (
        "操作が続いたため、しばらくお待ちください",
        "短い時間に同じ操作が繰り返されたため、一時的に受付を止めています。",
        ("5分ほど待って、もう一度お試しください。",),
    ),
    500: (
        "ご迷惑をおかけしています",
        "サーバーで問題が起き、ページを表示できませんでした。",
        (
            "少し待って、もう一度お試しください。",
            "続くときは、ページのアドレスと、下の受付番号を添えて、事務局にお知らせください。",
        ),
    ),
}
_BUSY = (
    "ただいま混み合っているか、保守の作業中です",
    "サーバーの準備ができていないため、ページを表示できませんでした。多くは1分以内に戻ります。",
    (
        "1分ほど待って、もう一度お試しください。",
        "送信の途中だったときは、前の画面に戻って、もう一度送信してください。入力した文章は前の画面に残っています。"
        "同じ画面から二度送信しても、二重には登録されません。",
    ),
)
_NO_SPACE = (
    "ファイルを保存する場所が足りません",
    "サーバーの空き容量が足りないため、送信されたファイルを受け付けられませんでした。",
    (
        "前の画面に戻り、ファイルを外して送信するか、事務局にお知らせください。",
        "入力した文章は、前の画面に残っています。",
    ),
)
_EXPIRED_FORM = (
    "入力画面の有効期限が切れました",
    "画面を開いてから時間がたったか、別の画面でログインし直したため、送信を受け付けませんでした。",
    (
        "前の画面に戻って入力を控え、ページを再読み込みしてから、もう一度送信してください。",
        "ブラウザーのクッキー（Cookie）を使える設定にしてください。",
    ),
)


def _page(status: int, page: tuple[str, str, tuple[str, ...]] | None = None) -> HttpResponse:
    title, explanation, advice = page or _PAGES[status]
    context = {
        "status": status,
        "title": title,
        "explanation": explanation,
        "advice": advice,
        "number": request_number() if status >= 500 else "",
    }
    return HttpResponse(render_to_string("error.html", context), status=status)


@public  # an error may meet anybody
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(413 if isinstance(exception, RequestDataTooBig) else 400)


@public  # an error may meet anybody
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(403)


@public  # an error may meet anybody
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(404)


def pages_of_the_proxy() -> dict[int, bytes]:
    """What it shows in our place: for a request that it refuses, and while no process answers."""
    return {
        413: _page(413).content,
        429: _page(429).content,
        503: _page(503, _BUSY).content,
    }


def too_large(request: HttpRequest) -> HttpResponse:
    return _page(413)


@public  # an error may meet anybody
def too_many_requests(request: HttpRequest) -> HttpResponse:
    response = _page(429)
    response.headers["Retry-After"] = "300"
    return response


@public  # an error may meet anybody
def server_error(request: HttpRequest) -> HttpResponse:
    """503 for what passes by itself: a database that restarts or is overloaded, a disk that is full.

    Django calls this while it handles the exception, and hands it over in no other way.
    """
    error = sys.exception()
    if isinstance(error, OperationalError | InterfaceError):
        return _try_again(_BUSY, seconds=60)
    if isinstance(error, OSError) and is_full(error):
        return _try_again(_NO_SPACE, seconds=3600)
    return _page(500)


def _try_again(page: tuple[str, str, tuple[str, ...]], *, seconds: int) -> HttpResponse:
    response = _page(503, page)
    response.headers["Retry-After"] = str(seconds)
    return response


@public  # an error may meet anybody
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of our own that came too late is kept as a draft of its writer, where it asks for it."""
    return rescue(request) or _page(403, _EXPIRED_FORM)
