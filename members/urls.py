"""Addresses of members/ that stay (docs/architecture.md).

A body's own page shows agreements, too: renkei/urls.py.
"""

from django.urls import path

from members.views import (
    account,
    consent,
    contacts,
    directory,
    enquiry,
    handover,
    introductions,
    organization,
    password,
    registration,
    yearly_check,
)

app_name = "members"
urlpatterns = [
    path("", directory.member_list, name="member_list"),
    path("directory/", contacts.directory, name="directory"),
    path("directory/print/", contacts.directory_print, name="directory_print"),
    path("directory/<int:pk>/names/", contacts.directory_names, name="directory_names"),
    path("introductions/", introductions.introductions, name="introductions"),
    path("me/", account.me, name="me"),
    path("me/name/", contacts.name_choice, name="name_choice"),
    path("me/password/", password.change, name="password_change"),
    path("me/address/", account.address, name="address"),
    path("me/address/<str:token>/", account.address_confirm, name="address_confirm"),
    path("me/sessions/", account.sessions, name="sessions"),
    path("me/sessions/end/", account.sessions_end, name="sessions_end"),
    path("me/sessions/<int:pk>/end/", account.session_end, name="session_end"),
    path("terms/", consent.consent, name="consent"),
    path("register/", registration.register, name="register"),
    path("register/sent/", registration.register_sent, name="register_sent"),
    path("register/ask/sent/", enquiry.ask_managers_sent, name="ask_managers_sent"),
    path("register/ask/<int:pk>/", enquiry.ask_managers, name="ask_managers"),
    path("register/<slug:token>/", registration.application, name="application"),
    path(
        "register/<slug:token>/verify/", registration.application_verify, name="application_verify"
    ),
    path(
        "register/<slug:token>/correct/",
        registration.application_correct,
        name="application_correct",
    ),
    path(
        "register/<slug:token>/withdraw/",
        registration.application_withdraw,
        name="application_withdraw",
    ),
    path("invitations/<slug:token>/", registration.invitation, name="invitation"),
    path("organization/", organization.organization, name="organization"),
    path("organization/edit/", organization.organization_edit, name="organization_edit"),
    path("organization/seats/new/", organization.seat_add, name="seat_add"),
    path("organization/seats/<int:pk>/", organization.seat_edit, name="seat_edit"),
    path("organization/seats/<int:pk>/invite/", organization.invite, name="invite"),
    path(
        "organization/invitations/<int:pk>/resend/",
        organization.invitation_resend,
        name="invitation_resend",
    ),
    path(
        "organization/invitations/<int:pk>/withdraw/",
        organization.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path("organization/people/<int:pk>/", organization.person, name="person"),
    path("organization/people/<int:pk>/role/", organization.person_role, name="person_role"),
    path(
        "organization/people/<int:pk>/suspend/",
        organization.person_suspend,
        name="person_suspend",
    ),
    path("organization/people/<int:pk>/resume/", organization.person_resume, name="person_resume"),
    path("organization/people/<int:pk>/remove/", organization.person_remove, name="person_remove"),
    path("check/", yearly_check.yearly_check, name="yearly_check"),
    path("handover/", handover.handover_list, name="handover_list"),
    path("handover/new/<int:pk>/", handover.handover_new, name="handover_new"),
    path("handover/<int:pk>/", handover.handover, name="handover"),
    path("handover/<int:pk>/cancel/", handover.handover_cancel, name="handover_cancel"),
]
