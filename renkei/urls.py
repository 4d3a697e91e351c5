"""The addresses that stay."""

from allauth.account import views as account_views
from allauth.mfa.base import views as factor_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as app_views
from allauth.mfa.webauthn import views as passkey_views
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, re_path
from django.views.decorators.http import require_safe

from members.access import public
from members.views import account, directory, password
from renkei import api, guide_pages, inbox_pages, views
from renkei.event_of_topic import event_of_topic
from renkei.sitemaps import SITEMAPS

handler400 = "renkei.errors.bad_request"
handler403 = "renkei.errors.forbidden"
handler404 = "renkei.errors.not_found"
handler429 = "renkei.errors.too_many_requests"
handler500 = "renkei.errors.server_error"

# allauth's pages are named one by one: sign-up, social log-in and the like do not exist here.
accounts = [
    path("login/", account_views.login, name="account_login"),
    path("logout/", account_views.logout, name="account_logout"),
    path("inactive/", account_views.account_inactive, name="account_inactive"),
    path("login/code/", account_views.confirm_login_code, name="account_confirm_login_code"),
    path("login/2fa/", factor_views.authenticate, name="mfa_authenticate"),
    path("login/passkey/", passkey_views.login_webauthn, name="mfa_login_webauthn"),
    path("again/", account_views.reauthenticate, name="account_reauthenticate"),
    path("again/2fa/", factor_views.reauthenticate, name="mfa_reauthenticate"),
    path(
        "again/passkey/",
        passkey_views.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("password/reset/", password.forgotten, name="account_reset_password"),
    path("password/reset/sent/", password.sent, name="account_reset_password_sent"),
    path("password/reset/<str:key>/", password.link, name="account_reset_password_link"),
    path("password/new/", password.new, name="account_new_password"),
    path("2fa/", factor_views.index, name="mfa_index"),
    path("2fa/app/", app_views.activate_totp, name="mfa_activate_totp"),
    path("2fa/app/remove/", app_views.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/passkeys/", passkey_views.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/passkeys/new/", passkey_views.add_webauthn, name="mfa_add_webauthn"),
    path("2fa/passkeys/<int:pk>/", passkey_views.edit_webauthn, name="mfa_edit_webauthn"),
    path(
        "2fa/passkeys/<int:pk>/remove/", passkey_views.remove_webauthn, name="mfa_remove_webauthn"
    ),
    path("2fa/mail/", account.mailed_code, name="mailed_code"),
    path("2fa/codes/", recovery_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/codes/new/", recovery_views.generate_recovery_codes, name="mfa_generate_recovery_codes"
    ),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("search/", views.search, name="search"),
    path("contact/", views.contact, name="contact"),
    path("terms/", views.policy, {"slug": "terms"}, name="terms"),
    path("privacy/", views.policy, {"slug": "privacy"}, name="privacy"),
    path("accessibility/", views.policy, {"slug": "accessibility"}, name="accessibility"),
    path("service-sheet/", views.policy, {"slug": "service-sheet"}, name="service_sheet"),
    path("guide/", guide_pages.guide, name="guide"),
    path("guide/secretariat/", guide_pages.guide_secretariat, name="guide_secretariat"),
    path("agreements/", include("agreements.urls")),
    re_path(r"^members/(?P<code>[0-9]{6})/$", views.member_profile, name="member_profile"),
    path("members/g<int:pk>/", views.group_profile, name="group_profile"),
    path("members/handover/<int:pk>/print/", views.handover_print, name="handover_print"),
    path("members/inbox/", inbox_pages.inbox, name="inbox"),
    path("members/inbox/read/", inbox_pages.inbox_read, name="inbox_read"),
    path("members/me/mail/", inbox_pages.mail_settings, name="mail_settings"),
    path("members/mail/stop/<str:token>/", inbox_pages.mail_stop, name="mail_stop"),
    path("members/", include("members.urls")),
    path("board/topics/<int:pk>/event/", event_of_topic, name="event_of_topic"),
    path("board/", include("board.urls")),
    path("", include("news.urls")),
    path(
        "members.<slug:extension>",
        directory.download,
        {"name": "members"},
        name="member_download",
    ),
    path("open-data/", views.open_data, name="open_data"),
    path("api/v1/", api.index, name="api"),
    path("api/v1/openapi.json", api.document, name="api_document"),
    path("api/v1/<slug:name>/", api.table, name="api_table"),
    path("files/<uuid:pk>/", views.public_file, name="public_file"),
    path("accounts/", include(accounts)),
    path("admin/", admin.site.urls),
    # Search engines are anonymous.
    path("sitemap.xml", require_safe(public(sitemap)), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
