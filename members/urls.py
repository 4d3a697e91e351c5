"""Where registration is. These addresses stay (docs/architecture.md)."""

from django.urls import path

from members.views import registration

app_name = "members"
urlpatterns = [
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
