"""Where registration is. These addresses stay (docs/architecture.md)."""

from django.urls import path

from members import views

app_name = "members"
urlpatterns = [
    path("register/", views.register, name="register"),
    path("register/sent/", views.register_sent, name="register_sent"),
    path("register/<str:token>/", views.application, name="application"),
    path("register/<str:token>/verify/", views.application_verify, name="application_verify"),
    path("register/<str:token>/correct/", views.application_correct, name="application_correct"),
    path("register/<str:token>/withdraw/", views.application_withdraw, name="application_withdraw"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]
