"""事務局（管理）, （編集）, （閲覧）: what each group may do with every model of the admin.

The command apply_groups brings the groups of the database to this table; tests/renkei/test_groups.py
asks every page of the admin as each of them.
"""

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from members.staff import Desk

ACTS = {"v": "view", "a": "add", "c": "change", "d": "delete"}
_READ = ("v", "v", "v")
_CONTENT = ("vacd", "vacd", "v")
_DECIDED = ("vac", "vac", "v")
_PEOPLE = ("vacd", "v", "v")

# Model: what 管理, 編集 and 閲覧 may do. What nobody may do, as changing the audit trail, the pages of
# the admin refuse to everybody, superusers among them.
TABLE: dict[str, tuple[str, str, str]] = {
    "agreements.regionalagreement": _CONTENT,
    "agreements.party": _CONTENT,
    "agreements.corporateagreement": _CONTENT,
    "agreements.activity": _CONTENT,
    "agreements.agreementfile": _CONTENT,
    "agreements.matter": _CONTENT,
    "auth.group": _READ,
    "board.answer": _READ,
    "board.approvalrule": _CONTENT,
    "board.attachment": _READ,
    "board.category": _CONTENT,
    "board.reply": _DECIDED,
    "board.report": _DECIDED,
    "board.topic": _DECIDED,
    "members.application": _DECIDED,
    "members.auditentry": _READ,
    "members.carenote": _DECIDED,
    "members.delivery": ("vc", "vc", "v"),
    "members.formername": _PEOPLE,
    "members.handover": _READ,
    "members.introduction": _DECIDED,
    "members.invitation": ("vc", "v", "v"),
    "members.invitationwave": _READ,
    "members.localgovernment": _PEOPLE,
    "members.mailaddress": ("vc", "v", "v"),
    "members.mailtext": _PEOPLE,
    "members.notice": _READ,
    "members.organization": _PEOPLE,
    "members.seat": _PEOPLE,
    "members.sitetext": _PEOPLE,
    "members.termsconsent": _READ,
    "members.theme": _CONTENT,
    "members.user": _PEOPLE,
    "members.yearlycheck": _PEOPLE,
    "news.edition": _CONTENT,
    "news.entry": _DECIDED,
    "news.event": _CONTENT,
    "news.newscategory": _CONTENT,
    "news.newsfile": _CONTENT,
    "news.newsitem": _CONTENT,
    "news.publication": _CONTENT,
    "news.series": _CONTENT,
    "renkei.jobrun": _READ,
    "renkei.sitenotice": _CONTENT,
}
# Rights that are no act on a model.
OTHER: dict[str, tuple[Desk, ...]] = {
    "members.assign_desk": (Desk.ALL,),
    "members.export_personal_data": (Desk.ALL, Desk.EDITOR),
    "members.handle_personal_data": (Desk.ALL,),
}


def permissions_of(desk: Desk) -> set[str]:
    """As `app.codename`."""
    column = list(Desk).index(desk)
    found = {name for name, desks in OTHER.items() if desk in desks}
    for label, allowed in TABLE.items():
        app, model = label.split(".")
        found |= {f"{app}.{ACTS[act]}_{model}" for act in allowed[column]}
    return found


@transaction.atomic
def apply() -> int:
    """Makes what is missing and takes away what is too much; answers how many rights changed."""
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list(
            "pk", "content_type__app_label", "codename"
        )
    }
    changed = 0
    for desk in Desk:
        group, _ = Group.objects.get_or_create(name=desk.value)
        before = set(group.permissions.values_list("pk", flat=True))
        after = {known[name] for name in permissions_of(desk)}
        group.permissions.set(after)
        changed += len(before ^ after)
    return changed
