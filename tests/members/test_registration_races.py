"""Two people in the same moment: one wins, the other is told."""

import pytest
from django.urls import reverse

from lib.conflicts import StaleError
from members import people, registration
from members.models import Application, Invitation, Organization, Seat, User
from tests import factories
from tests.racing import at_once, errors_in

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "mihon-no-ai-9"


def make_secretary():
    seat = Seat.objects.filter(organization__kind="secretariat").first() or factories.make_seat(
        organization=factories.make_secretariat()
    )
    return factories.make_user(seat=seat, is_staff=True, is_superuser=True, role="manager")


def answers(username, **fields):
    return {
        "name": "見本 花子",
        "username": username,
        "password": PASSWORD,
        "again": PASSWORD,
        "consent": "on",
        **fields,
    }


def test_of_two_approvals_one_makes_the_body_and_its_invitation():
    application, secretaries = factories.make_application(), [make_secretary(), make_secretary()]
    seen = [Application.objects.get(pk=application.pk) for _ in secretaries]

    found = at_once(
        *[
            lambda row=row, by=by: registration.approve(row, by=by)
            for row, by in zip(seen, secretaries, strict=True)
        ],
        told=StaleError,
    )

    assert len(errors_in(found)) == 1
    assert Invitation.objects.get() in found
    body = application.local_government
    assert Organization.objects.filter(local_government=body).count() == 1
    assert application.steps.filter(status="approved").count() == 1


def test_secretary_who_is_later_reads_that_it_is_decided(client_factory):
    application = factories.make_application()
    browsers = [client_factory(), client_factory()]
    for browser in browsers:
        browser.force_login(make_secretary())
    page = reverse("admin:members_application_decide", args=[application.pk])

    found = at_once(
        lambda: browsers[0].post(page, {"decision": "approve"}, follow=True),
        lambda: browsers[1].post(
            page, {"decision": "refuse", "reason": "対象ではありません"}, follow=True
        ),
    )

    told = [answer for answer in found if "ほかの担当者がすでに決定したか" in answer.text]
    assert [answer.status_code for answer in found] == [200, 200]
    assert len(told) == 1
    application.refresh_from_db()
    assert Invitation.objects.count() == (application.status == Application.Status.APPROVED)


def test_of_two_acceptances_of_an_invitation_one_makes_a_person(client_factory):
    page = factories.make_invitation().get_absolute_url()

    found = at_once(
        lambda: client_factory().post(page, answers("one-01"), follow=True),
        lambda: client_factory().post(page, answers("two-02"), follow=True),
    )

    assert sorted(answer.status_code for answer in found) == [200, 410]
    assert User.objects.count() == 1


@pytest.mark.parametrize("fields", [{}, {"email": "kikaku@town.example.jp"}])
def test_name_that_two_want_is_given_to_one_and_the_other_keeps_the_invitation(
    client_factory, fields
):
    offers = [factories.make_invitation(), factories.make_invitation()]
    names = ["kikaku-01", "kikaku-02"] if fields else ["kikaku-01", "KIKAKU-01"]

    found = at_once(
        *[
            lambda offer=offer, name=name: client_factory().post(
                offer.get_absolute_url(), answers(name, **fields)
            )
            for offer, name in zip(offers, names, strict=True)
        ]
    )

    assert sorted(answer.status_code for answer in found) == [200, 302]
    refused = next(answer for answer in found if answer.status_code == 200)
    assert list(refused.context["form"].errors) == (["email"] if fields else ["username"])
    assert User.objects.count() == 1
    assert Invitation.objects.usable().count() == 1


def test_colleague_is_invited_once_by_two_presses():
    manager = factories.make_user(role=User.Role.MANAGER)
    named = {"name": "見本 同僚", "address": "kikaku@town.example.jp", "role": "viewer"}

    found = at_once(*[lambda: people.invite(manager.seat, by=manager, **named)] * 2)

    assert found == [Invitation.objects.get()] * 2


def test_section_is_added_once_by_two_presses(client_factory):
    manager = factories.make_user(role=User.Role.MANAGER)
    browsers = [client_factory(), client_factory()]
    for browser in browsers:
        browser.force_login(manager)

    found = at_once(
        *[
            lambda browser=browser: browser.post(
                reverse("members:seat_add"), {"section": "観光課", "telephone": "03-0000-0000"}
            )
            for browser in browsers
        ]
    )

    assert sorted(answer.status_code for answer in found) == [200, 302]
    assert Seat.objects.filter(section="観光課").count() == 1
