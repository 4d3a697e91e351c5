"""The addresses that stay."""

from allauth.account import views as account_views
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path
from django.views.decorators.http import require_safe

from members.access import public
from members.views import password
from renkei import views
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
    path("password/reset/", password.forgotten, name="account_reset_password"),
    path("password/reset/sent/", password.sent, name="account_reset_password_sent"),
    path("password/reset/<str:key>/", password.link, name="account_reset_password_link"),
    path("password/new/", password.new, name="account_new_password"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("contact/", views.contact, name="contact"),
    path("terms/", views.policy, {"slug": "terms"}, name="terms"),
    path("privacy/", views.policy, {"slug": "privacy"}, name="privacy"),
    path("accessibility/", views.policy, {"slug": "accessibility"}, name="accessibility"),
    path("agreements/", include("agreements.urls")),
    path("members/", include("members.urls")),
    path("files/<uuid:pk>/", views.public_file, name="public_file"),
    path("accounts/", include(accounts)),
    path("admin/", admin.site.urls),
    # Search engines are anonymous.
    path("sitemap.xml", require_safe(public(sitemap)), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
