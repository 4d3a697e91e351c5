"""Whether the domain of an applicant's address is one that the body is known by."""

from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import urlsplit

from lib import prefectures
from members.models import Application, LocalGovernment, Seat

# Registered for local governments alone.
LG = ".lg.jp"

Body = int | tuple[str, str]


def describe_domains(applications: Iterable[Application]) -> dict[int, str]:
    """By application: the domain, and what speaks for it or against it. Two queries for all."""
    asked = list(applications)
    earlier, regions = _earlier_domains(asked), _regions()
    return {
        application.pk: _describe(
            application.email.rpartition("@")[2].lower(),
            host=_host(application),
            earlier=earlier[_body_of(application)],
            region=regions.get(application.prefecture, ""),
        )
        for application in asked
    }


def _describe(domain: str, *, host: str, earlier: set[str], region: str) -> str:
    """A difference to the website is a reason to call back, with or without another good sign."""
    if not domain:
        return "-"
    signs = []
    if host and _is_same(domain, host):
        signs.append("ウェブサイトと同じ")
    if domain in earlier:
        signs.append("これまでの担当部署と同じ")
    if signs:
        return f"{domain}（{'、'.join(signs)}）"
    if domain.endswith(LG):
        signs.append("地方公共団体のドメイン（lg.jp）")
    elif region and domain.endswith(f".{region}.jp"):
        signs.append("同じ都道府県の地域のドメイン")
    known = f"ウェブサイトは {host}" if host else "ウェブサイトは登録なし"
    if signs:
        return f"{domain}（{signs[0]}。{known}）"
    return f"{domain} ⚠ {known}"


def _is_same(domain: str, host: str) -> bool:
    bare = host.removeprefix("www.")
    return host == domain or host.endswith(f".{domain}") or domain.endswith(f".{bare}")


def _host(application: Application) -> str:
    """Of the address in the master: what the applicant typed proves nothing."""
    body = application.local_government
    return (urlsplit(body.website).hostname or "") if body else ""


def _earlier_domains(applications: list[Application]) -> dict[Body, set[str]]:
    """Of the mailboxes of every seat that the body has or had."""
    here = {application.prefecture for application in applications}
    seats = Seat.objects.filter(organization__prefecture__in=here).exclude(mailbox="")
    rows = seats.order_by().values_list(
        "organization__local_government",
        "organization__prefecture",
        "organization__name",
        "mailbox",
    )
    found: dict[Body, set[str]] = defaultdict(set)
    for code, prefecture, name, mailbox in rows:
        body = code or (prefecture, prefectures.name_within(prefecture, name))
        found[body].add(mailbox.rpartition("@")[2].lower())
    return found


def _body_of(application: Application) -> Body:
    name = prefectures.name_within(application.prefecture, application.body_name)
    return application.local_government_id or (application.prefecture, name)


def _regions() -> dict[str, str]:
    """gunma of www.pref.gunma.jp: the label that towns carry, too (town.kanra.gunma.jp)."""
    rows = LocalGovernment.objects.filter(kind=LocalGovernment.Kind.PREFECTURE)
    found = {}
    for prefecture, website in rows.order_by().values_list("prefecture", "website"):
        labels = (urlsplit(website).hostname or "").split(".")
        after = labels.index("pref") + 1 if "pref" in labels else len(labels)
        found[prefecture] = labels[after] if after < len(labels) else ""
    return found
