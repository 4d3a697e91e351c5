"""What several workers, a caching proxy and the proxy in front must withstand."""

import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from faults.client import Answer, Member
from faults.finding import Finding
from faults.proxy import proxied
from faults.stage import Stage

TRIES, AT_ONCE, WORKERS = 120, 12, 4
# The limit of failed log-ins for each person (renkei/settings.py).
EVALUATED = 5
LIMITED = "間違いが続きました"
PAIRS, TOLERANCE = 40, 0.1
ASKED = 300

_HOST = b"Host: 127.0.0.1\r\n"
_POST = b"POST /accounts/login/ HTTP/1.1\r\n" + _HOST
_SMUGGLED = b"GET /about/ HTTP/1.1\r\n" + _HOST + b"Connection: close\r\n\r\n"
FRAMES = (
    _POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + _SMUGGLED,
    _POST
    + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n"
    + _SMUGGLED
    + b"\r\n0\r\n\r\n",
    _POST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde" + _SMUGGLED,
    _POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + _SMUGGLED,
    _POST + b"Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + _SMUGGLED,
    b"GET /?" + b"a" * 20_000 + b" HTTP/1.1\r\n" + _HOST + b"\r\n",
)


def guessed_passwords(stage: Stage) -> Finding:
    """Wrong log-ins of one person, twelve at once, at four workers."""
    with stage.web(WEB_CONCURRENCY=str(WORKERS)) as site, ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: _log_in(site.port, "ward@demo.example.jp"), range(TRIES)))
    kinds = Counter(answer.status != 200 or LIMITED in answer.text for answer in answers)
    return Finding(
        f"{TRIES} wrong passwords for one person, {AT_ONCE} at once, {WORKERS} workers",
        f"at most {EVALUATED} are compared, the others are told to wait",
        f"{kinds[False]} compared, {kinds[True]} told to wait, statuses {dict(Counter(one.status for one in answers))}",
        0 < kinds[False] <= EVALUATED and {one.status for one in answers} <= {200, 429},
    )


def _log_in(port: int, login: str) -> Answer:
    visitor = Member(port, {"Cookie": ""})
    page = visitor.get("/accounts/login/")
    visitor.headers["Cookie"] = page.headers.get("Set-Cookie", "").partition(";")[0]
    return visitor.post("/accounts/login/", login=login, password="wrong-password-9")


def known_and_unknown(stage: Stage) -> Finding:
    """How long wrong log-ins take, in turns: people that exist, and people that do not."""
    known, unknown = [], []
    with stage.web() as site:
        people = [row[0] for row in stage.ask("SELECT email FROM members_user WHERE email <> ''")]
        _log_in(site.port, "warm-up@demo.example.jp")
        for number in range(PAIRS):
            known.append(_seconds(site.port, people[number % len(people)]))
            unknown.append(_seconds(site.port, f"nobody{number}@demo.example.jp"))
    difference = abs(median(known) / median(unknown) - 1)
    return Finding(
        f"{PAIRS} wrong log-ins of people that exist, {PAIRS} of people that do not",
        f"medians differ by less than {TOLERANCE:.0%}",
        f"{median(known) * 1000:.0f} ms and {median(unknown) * 1000:.0f} ms ({difference:.1%})",
        difference < TOLERANCE,
    )


def _seconds(port: int, login: str) -> float:
    began = time.perf_counter()
    _log_in(port, login)
    return time.perf_counter() - began


def caching_proxy(stage: Stage) -> Finding:
    """A cache in front that keeps whatever it may."""
    cache = "proxy_cache_path FOLDER/cache keys_zone=all:10m;"
    inside = "proxy_cache all; add_header X-Cache $upstream_cache_status;"
    pages = ("/board/", "/members/me/", "/members/directory/", "/", "/members/")
    with (
        stage.web(TRUSTED_PROXY_COUNT="1") as site,
        proxied(stage.folder, site.port, more=cache, inside=inside) as front,
    ):
        member, stranger = Member.logged_in(front), Member(front)
        own = [member.get(page) for page in pages for _ in range(2)]
        theirs = [stranger.get(page) for page in pages for _ in range(2)]
    name = "見本 花子"
    leaks = sum(name in answer.text or "ログアウト" in answer.text for answer in theirs)
    hits = sum(answer.headers.get("X-Cache") == "HIT" for answer in theirs)
    private_hits = sum(answer.headers.get("X-Cache") == "HIT" for answer in own)
    return Finding(
        "a shared cache in front that keeps what it may",
        "pages of a member are never kept, public ones are, nobody sees another one's page",
        f"{len(theirs)} pages asked anonymously: {leaks} of a member, {hits} from the cache; of the member's own {private_hits}",
        not leaks and not private_hits and hits > 0 and any(name in answer.text for answer in own),
    )


def framing(stage: Stage) -> Finding:
    """Requests that proxy and portal might read in two ways, each with a second one hidden inside."""
    with stage.web(TRUSTED_PROXY_COUNT="1") as site, proxied(stage.folder, site.port) as front:
        answers = [_raw(front, frame) for frame in FRAMES]
    through = [number for number, answer in enumerate(answers) if "趣意" in answer]
    first = [answer[9:12] for answer in answers]
    return Finding(
        "requests that can be read in two ways, through nginx",
        "no hidden request is answered",
        f"first answers {first}; hidden ones answered: {through or 'none'}",
        not through
        and not {"200"} & set(first[4:])
        and not any(one.startswith("5") for one in first if one != "501"),
    )


def _raw(port: int, request: bytes) -> str:
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        try:
            connection.sendall(request)
            while piece := connection.recv(65536):
                received += piece
        except (TimeoutError, ConnectionError):
            pass
    return received.decode("utf-8", "replace")


def flood(stage: Stage) -> Finding:
    """One session asks as fast as it can."""
    with stage.web(TRUSTED_PROXY_COUNT="1") as site, proxied(stage.folder, site.port) as front:
        member = Member.logged_in(front)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(lambda _: member.get("/board/drafts/"), range(ASKED)))
        other = Member.logged_in(front).get("/board/").status
    kinds = Counter(answer.status for answer in answers)
    return Finding(
        f"one person asks {ASKED} times as fast as it goes, through nginx",
        "429 with Retry-After in Japanese beyond 100 and ten a second, others are served",
        f"{dict(kinds)}, another person {other}",
        set(kinds) == {200, 429}
        and other == 200
        and all(
            "Retry-After" in one.headers and "お待ち" in one.text
            for one in answers
            if one.status == 429
        ),
    )
