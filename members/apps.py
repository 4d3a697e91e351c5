from django.apps import AppConfig
from django.core.checks import Tags, register

from members.checks import addresses_are_named, passkeys_need_https


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "会員"

    def ready(self) -> None:
        for check in (passkeys_need_https, addresses_are_named):
            register(check, Tags.security, deploy=True)
