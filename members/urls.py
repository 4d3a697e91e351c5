"""Where the directory is. A body's own page shows agreements, too: renkei/urls.py."""

from django.urls import path

from members import views

app_name = "members"
urlpatterns = [
    path("", views.member_list, name="member_list"),
]
