"""Where registration and one's own account are. These addresses stay (docs/architecture.md)."""

from django.urls import path

from members.views import account, password, registration

app_name = "members"
urlpatterns = [
    path("me/", account.me, name="me"),
    path("me/password/", password.change, name="password_change"),
    path("me/address/", account.address, name="address"),
    path("me/address/<str:token>/", account.address_confirm, name="address_confirm"),
    path("me/sessions/", account.sessions, name="sessions"),
    path("me/sessions/end/", account.sessions_end, name="sessions_end"),
    path("me/sessions/<int:pk>/end/", account.session_end, name="session_end"),
    path("register/", registration.register, name="register"),
    path("register/sent/", registration.register_sent, name="register_sent"),
    path("register/<str:token>/", registration.application, name="application"),
    path(
        "register/<str:token>/verify/", registration.application_verify, name="application_verify"
    ),
    path(
        "register/<str:token>/correct/",
        registration.application_correct,
        name="application_correct",
    ),
    path(
        "register/<str:token>/withdraw/",
        registration.application_withdraw,
        name="application_withdraw",
    ),
    path("invitations/<str:token>/", registration.invitation, name="invitation"),
]
