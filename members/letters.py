"""依頼文: a letter on paper beside the mail, for bodies where a mail with a link is not expected.

It never prints the link: that is the invited person's key.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from lib.mail import SUBJECT_PREFIX
from members.models import Invitation, SiteText
from members.registration import invitation_mail

_MARK = re.compile("【(団体名|部署名|担当者名|送り先)】")


CONTACT = ("contact-address", "contact-telephone", "contact-hours")


@dataclass(frozen=True)
class Letter:
    invitation: Invitation
    body: SafeString


def subject_of(invitation: Invitation) -> str:
    """What to look for in the mailbox."""
    return SUBJECT_PREFIX + invitation_mail(invitation).subject


def contact() -> list[SiteText]:
    return [text for text in SiteText.objects.by_slug(*CONTACT).values() if text.body]


def write(invitations: Iterable[Invitation], text: SiteText) -> list[Letter]:
    """One for each; the text's 【団体名】 and the like are filled in."""
    html = text.html
    return [Letter(row, _filled(html, row)) for row in invitations]


def _filled(html: str, invitation: Invitation) -> SafeString:
    """The text is rendered once for all; what is filled in is escaped, and no Markdown."""
    values = {
        "団体名": invitation.seat.organization.full_name,
        "部署名": invitation.seat.section,
        "担当者名": invitation.name,
        "送り先": invitation.address,
    }

    def value_of(mark: re.Match[str]) -> str:
        return conditional_escape(values[mark[1]])

    return mark_safe(_MARK.sub(value_of, html))  # noqa: S308 - rendered Markdown, values escaped
