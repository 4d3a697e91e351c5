"""メールの文 (MailText): a version of the words of one mail, in place of the shipped ones."""

from contextlib import suppress

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from simple_history.models import HistoricalRecords

from lib.text import clean_line, clean_text
from members.mail_words import CHOICES, KINDS, WORD
from members.models.version import Version, VersionQuerySet

_FULL_WIDTH = str.maketrans("｛｝", "{}")


class MailText(Version):
    """A version that is in effect is not changed: what was mailed can be read again."""

    slug = models.CharField("メール", max_length=30, choices=CHOICES)
    subject = models.CharField(
        "件名", max_length=100, help_text="先頭の【特別区全国連携】は、自動で付きます。"
    )
    body = models.TextField(
        "本文",
        max_length=5000,
        help_text="文字だけのメールです。長い行は、送るときに全角38字で折り返します。",
    )

    objects = VersionQuerySet["MailText"].as_manager()
    history = HistoricalRecords(verbose_name="メールの文の変更履歴")

    class Meta(Version.Meta):
        verbose_name = verbose_name_plural = "メールの文"
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "version"],
                name="one_mail_text_per_slug_and_version",
                violation_error_message="このメールには同じ版があります。画面を開き直してください。",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="mail_text_version_from_1"),
        ]

    def clean(self) -> None:
        """Each {語句} is one of this mail's, and those without which it makes no sense are there."""
        self.subject = clean_line(self.subject.translate(_FULL_WIDTH))
        self.body = clean_text(self.body.translate(_FULL_WIDTH)).strip() + "\n"
        if self.slug not in KINDS:
            return
        errors = {
            field: found
            for field, text in (("subject", self.subject), ("body", self.body))
            if (found := self._unknown_in(text))
        }
        missing = [
            word.name
            for word in KINDS[self.slug].words
            if word.is_required and not self._has(word.name)
        ]
        if missing:
            names = "、".join(f"{{{name}}}" for name in missing)
            errors.setdefault("body", []).append(f"{names}がありません。この語句は消せません。")
        if errors:
            raise ValidationError(errors)

    def save_as_next(self) -> None:
        """With the number after the last; of two at once, each gets its own."""
        versions = MailText.objects.filter(slug=self.slug)
        while self.pk is None:
            newest = versions.aggregate(newest=models.Max("version"))["newest"]
            self.version = (newest or 0) + 1
            with suppress(IntegrityError), transaction.atomic():
                self.save()

    def _has(self, name: str) -> bool:
        """A subject is no place for a link."""
        return f"{{{name}}}" in self.body

    def _unknown_in(self, text: str) -> list[str]:
        known = KINDS[self.slug].names
        unknown = [name for name in dict.fromkeys(WORD.findall(text)) if name not in known]
        errors = [
            f"{{{name}}}は使えません。使えるのは、{'、'.join(f'{{{known_name}}}' for known_name in known)}です。"
            for name in unknown
        ]
        if _has_loose_braces(text):
            errors.append("{ と } は、語句を囲むときだけ、2つ一組で使えます。")
        return errors


def _has_loose_braces(text: str) -> bool:
    """Braces that hold no word would be mailed as they stand."""
    rest = WORD.sub("", text)
    return "{" in rest or "}" in rest
