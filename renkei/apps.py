from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin import apps as admin_apps


class RenkeiConfig(AppConfig):
    name = "renkei"
    verbose_name = "ポータル全体"


class PortalAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "renkei.admin_site.PortalAdminSite"

    def ready(self) -> None:
        """allauth's own list of addresses stays out: 利用者 holds what the secretariat keeps."""
        super().ready()
        admin.site.unregister(apps.get_model("account", "EmailAddress"))
