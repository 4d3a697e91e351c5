from django.apps import AppConfig
from django.core.checks import Tags, register

from members.checks import passkeys_need_https


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "会員"

    def ready(self) -> None:
        register(passkeys_need_https, Tags.security, deploy=True)
