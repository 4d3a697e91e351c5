"""会員登録の有無 (Standing): what the public learns of every body."""

from django.db import models


class Standing(models.TextChoices):
    """Computed from the body's Organization and its status, never stored."""

    MEMBER = "member", "会員"
    WARD = "ward", "東京23区"
    DEMO = "demo", "見本"
    NONE = "none", "会員登録はありません"
