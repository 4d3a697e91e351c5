"""公式Xでの紹介: wishes of members, a text for each, and the post or the reason why there is none.

Apps above register where wishes come from; this one knows none of them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from lib import x_posts
from lib.conflicts import StaleError
from lib.text import cut
from members import audit
from members.mailing import deliver
from members.models import Introduction, Organization, Seat, User

State = Introduction.State

HASHTAG = "#特別区全国連携プロジェクト"
GONE = "希望が取り消されたか、元の内容が終了または非公開になったため、自動で見送りとしました。"


@dataclass(frozen=True)
class Wish:
    """`key` is that of one topic or event for ever; `lines` follow the title in the proposed text."""

    key: str
    title: str
    url: str
    organization: Organization | None
    seat: Seat | None
    lines: Sequence[str]
    link: str


Source = Callable[[], Iterable[Wish]]
_sources: dict[str, Source] = {}


def register(kind: str, source: Source) -> None:
    """All keys of the source begin with the kind."""
    _sources[kind] = source


def collect() -> int:
    """New wishes into the queue; what is not wished any more leaves it. Answers how many are new.

    Safe to call at any time, by anybody.
    """
    wishes = {wish.key: wish for source in _sources.values() for wish in source()}
    known = set(Introduction.objects.filter(key__in=wishes).values_list("key", flat=True))
    new = [_introduction(wish) for key, wish in wishes.items() if key not in known]
    Introduction.objects.bulk_create(new, ignore_conflicts=True)
    gone = Introduction.objects.waiting().exclude(key__in=wishes).filter(sending_since=None)
    gone.update(state=State.SKIPPED, reason=GONE)
    return len(new)


def _introduction(wish: Wish) -> Introduction:
    return Introduction(
        key=wish.key,
        title=wish.title[:100],
        url=wish.url,
        organization=wish.organization,
        seat=wish.seat,
        text=propose_text(wish),
    )


def propose_text(wish: Wish) -> str:
    """Title, facts, account, address and hashtag; the title gives way until X would take it."""
    account = wish.organization.x_name if wish.organization else ""
    rest = [*wish.lines, f"@{account}" if account else "", wish.link, HASHTAG]
    tail = "\n".join(line for line in rest if line)
    for limit in range(len(wish.title), 0, -1):
        title = wish.title if limit == len(wish.title) else f"{cut(wish.title, limit)}…"
        text = f"{title}\n{tail}"
        if x_posts.weight(text) <= x_posts.MAX_WEIGHT:
            return text
    return tail


@transaction.atomic
def save_text(introduction: Introduction, text: str, *, by: User) -> None:
    """Raises StaleError."""
    _move(introduction, state=State.DRAFTING, text=text)
    audit.record("draft_introduction", introduction, by=by)


@transaction.atomic
def record_post(introduction: Introduction, *, text: str, posted_url: str, by: User) -> None:
    """It was posted, by hand or by send(). Raises StaleError."""
    _move(
        introduction,
        state=State.POSTED,
        text=text,
        posted_url=posted_url,
        posted_at=timezone.now(),
        sending_since=None,
        decided_by=by,
    )
    audit.record("post_introduction", introduction, by=by)
    _tell(introduction, "introduction_posted")


@transaction.atomic
def skip(introduction: Introduction, *, reason: str, by: User) -> None:
    """Raises StaleError."""
    _move(introduction, state=State.SKIPPED, reason=reason, decided_by=by)
    audit.record("skip_introduction", introduction, by=by)
    _tell(introduction, "introduction_skipped")


def send(introduction: Introduction, *, text: str, by: User) -> None:
    """By the API of X, outside of any transaction: nobody waits for another company's server.

    Raises StaleError, and x_posts.NotSentError after which it may be tried again. If the process
    dies in between, the row says that it was being sent: X alone knows whether it arrived.
    """
    free = Introduction.objects.waiting().filter(pk=introduction.pk, sending_since=None)
    if not free.update(sending_since=timezone.now(), text=text, state=State.DRAFTING):
        raise StaleError
    try:
        address = x_posts.send(text)
    except x_posts.NotSentError:
        Introduction.objects.filter(pk=introduction.pk).update(sending_since=None)
        raise
    record_post(introduction, text=text, posted_url=address, by=by)


def _move(introduction: Introduction, **fields: object) -> None:
    """One conditional UPDATE: of two secretaries one is told StaleError."""
    if not Introduction.objects.waiting().filter(pk=introduction.pk).update(**fields):
        raise StaleError
    introduction.refresh_from_db()


def _tell(introduction: Introduction, template: str) -> None:
    if introduction.seat and introduction.seat.mailbox:
        deliver(
            template,
            address=introduction.seat.mailbox,
            key=f"introduction-{introduction.pk}-{template}",
            seat=introduction.seat,
            context={"introduction": introduction, "site_url": settings.SITE_URL},
        )
