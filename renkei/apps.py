from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class RenkeiConfig(AppConfig):
    name = "renkei"
    verbose_name = "ポータル全体"


class PortalAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "renkei.admin_site.PortalAdminSite"
