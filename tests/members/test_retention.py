"""Personal data of refused and abandoned applications goes after the set time."""

import re
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from lib.conflicts import StaleError
from members import registration, retention
from members.models import Application, AuditEntry, Delivery, MailText, Theme
from renkei.jobs import JOBS
from tests import factories
from tests.racing import at_once

Status = Application.Status
LATER = timedelta(days=365, minutes=1)
LEAKS = {
    "section": "LEAK課",
    "contact_name": "LEAK 花子",
    "email": "leak@town.example.jp",
    "telephone": "027-000-0001",
    "extension": "77",
    "purpose": "LEAKの目的",
    "note": "LEAKさんから電話",
    "website": "https://leak.example.jp/",
    "x_account": "leak",
    "magazine_url": "https://leak.example.jp/m",
    "wishes": ["join"],
}


def received():
    """With its mails to the applicant and a theme."""
    town = factories.make_local_government()
    application = factories.build_application(local_government=town, **LEAKS)
    registration.apply(application, themes=[Theme.objects.get_or_create(name="防災")[0]])
    registration.verify(application)
    return application


def erase_after(span=LATER):
    with time_machine.travel(timezone.now() + span):
        return retention.erase_applications()


def refuse(application, secretary):
    registration.refuse(application, by=secretary, reason="LEAKさんの所属を確認できません。")


def return_(application, secretary):
    registration.return_to_applicant(application, by=secretary, reason="LEAKさんの部署名")


def withdraw(application, secretary):
    registration.withdraw(application)


def test_subject_in_words_of_the_secretariat_is_taken_out(secretary):
    MailText.objects.create(
        slug="application_refused",
        subject="{担当者名}様へ",
        body="{理由}\n{リンク}\n",
        effective_from=timezone.localdate(),
    )
    application = received()
    refuse(application, secretary)
    assert Delivery.objects.filter(subject="LEAK 花子様へ").exists()

    erase_after()

    assert not Delivery.objects.filter(subject__contains="LEAK").exists()
    assert Delivery.objects.filter(subject=retention.ERASED).count() == 1


@pytest.mark.parametrize(
    ("end", "status", "withdrawn"),
    [(refuse, "refused", 0), (withdraw, "withdrawn", 0), (return_, "withdrawn", 1)],
)
def test_what_ended_without_approval_is_emptied(secretary, end, status, withdrawn):
    application = received()
    end(application, secretary)
    decided = Application.objects.values("decided_by", "decided_at", "body_name", "created_at")
    before = decided.get()

    done = erase_after()

    application.refresh_from_db()
    assert (done.applications, done.withdrawn) == (1, withdrawn)
    assert {getattr(application, name) for name in Application.PERSONAL} == {""}
    assert (application.wishes, application.themes.count()) == ([], 0)
    assert application.status == status
    assert application.erased_at
    assert decided.get() == before
    assert not application.steps.filter(reason__contains="LEAK").exists()


def test_mails_to_the_applicant_lose_address_and_text(secretary):
    secretary.seat.mailbox = "jimukyoku@portal.example.jp"
    secretary.seat.save()
    application, other = received(), received()
    return_(application, secretary)
    application.email = "second-leak@town.example.jp"
    registration.resubmit(application)
    proof = Delivery.objects.get(address="second-leak@town.example.jp").body
    registration.prove_address(application, re.search(r"\?proof=(\S+)", proof)[1])
    refuse(application, secretary)
    Delivery.objects.update(state=Delivery.State.SENT)
    subjects = list(Delivery.objects.values_list("pk", "subject", "state"))

    done = erase_after()

    emptied = Delivery.objects.filter(address="", body="")
    assert done.mails == emptied.count() == 6
    assert {mail.key.split("-")[1] for mail in emptied} == {str(application.pk)}
    assert (
        Delivery.objects.filter(key__startswith=f"application-{other.pk}-")
        .exclude(address="")
        .exists()
    )
    assert Delivery.objects.filter(address="jimukyoku@portal.example.jp").count() == 3
    assert list(Delivery.objects.values_list("pk", "subject", "state")) == subjects


def test_mail_that_never_went_out_is_not_sent_to_nobody(secretary):
    refuse(received(), secretary)

    erase_after()

    assert set(Delivery.objects.values_list("state", "reason")) == {
        ("skipped", "内容を消去しました。")
    }


@pytest.mark.parametrize("act", ["approve", "start_review", None])
def test_approved_and_open_applications_stay(secretary, act):
    application = received()
    if act:
        getattr(registration, act)(application, by=secretary)

    assert erase_after().applications == 0

    application.refresh_from_db()
    assert application.contact_name == "LEAK 花子"


def test_nothing_goes_before_its_time(secretary, settings):
    refuse(received(), secretary)

    assert erase_after(timedelta(days=364)).applications == 0
    settings.APPLICATION_RETENTION_DAYS = 30
    assert erase_after(timedelta(days=31)).applications == 1


def test_unanswered_one_says_why_it_was_withdrawn(client, secretary):
    application = received()
    return_(application, secretary)
    erase_after()

    html = client.get(application.get_absolute_url()).content.decode()

    assert "この申請の内容は消去しました" in html
    assert "修正のお願いに回答がないまま期限を過ぎたため、自動で取下げとしました。" in html
    assert "LEAK" not in html


def test_answer_in_the_last_moment_wins(secretary):
    application = received()
    return_(application, secretary)
    stale = Application.objects.get(pk=application.pk)
    registration.resubmit(application)
    done = retention.Erased()

    retention._erase(stale, done)

    application.refresh_from_db()
    assert (application.status, application.contact_name) == (Status.RECEIVED, "LEAK 花子")
    assert application.steps.filter(reason__contains="LEAK").exists()
    assert done == retention.Erased()


@pytest.mark.django_db(transaction=True)
def test_answer_and_erasure_at_once_leave_no_half():
    secretary = factories.make_user()
    application = received()
    return_(application, secretary)
    stale = Application.objects.get(pk=application.pk)

    at_once(
        lambda: registration.resubmit(application),
        lambda: retention._erase(stale, retention.Erased()),
        told=StaleError,
    )

    now = Application.objects.get()
    assert (now.status, now.erased_at is None, now.contact_name) in {
        (Status.RECEIVED, True, "LEAK 花子"),
        (Status.WITHDRAWN, False, ""),
    }


def test_second_run_finds_nothing(secretary):
    refuse(received(), secretary)
    erase_after()

    assert erase_after(LATER * 2) == retention.Erased()
    assert AuditEntry.objects.filter(act="erase_applications").count() == 1


def test_audit_entry_holds_numbers_alone(secretary):
    return_(received(), secretary)

    erase_after()

    entry = AuditEntry.objects.get(act="erase_applications")
    assert entry.detail == {"applications": 1, "withdrawn": 1, "mails": 3}
    assert (entry.actor, entry.target_type) == (None, "members.application")


def test_command_counts_and_the_worker_runs_it_daily(secretary):
    for _ in range(2):
        refuse(received(), secretary)
    out = StringIO()

    with time_machine.travel(timezone.now() + LATER):
        call_command("erase_applications", stdout=out)

    assert "2 of 2" in out.getvalue()
    assert "2 erased" in out.getvalue()
    assert JOBS["erase_applications"].run is retention.erase_applications


@pytest.mark.parametrize("name", [*Application.PERSONAL, "wishes"])
def test_database_keeps_no_personal_data_in_an_erased_one(secretary, name):
    refuse(received(), secretary)
    erase_after()

    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.update(**{name: LEAKS[name]})


def test_mails_of_unverified_applications_go_with_them(db):
    town = factories.make_local_government()
    registration.apply(factories.build_application(local_government=town, **LEAKS))

    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        retention.erase_abandoned()

    assert not Application.objects.exists()
    mail = Delivery.objects.get()
    assert (mail.address, mail.body, mail.state) == ("", "", "skipped")


def test_admin_shows_an_erased_application_without_its_facts(client, secretary):
    application = received()
    refuse(application, secretary)
    erase_after()
    client.force_login(secretary)

    page = client.get(f"/admin/members/application/{application.pk}/change/").content.decode()
    queue = client.get("/admin/members/application/")

    assert "この申請の内容は消去しました" in page
    assert "LEAK" not in page
    assert queue.status_code == 200
