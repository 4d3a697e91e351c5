"""代理入力: the secretariat types what a body has telephoned or faxed."""

import pytest
from django.db import IntegrityError, transaction

from members import registration
from members.forms.application import ALREADY_MEMBER, ALREADY_OPEN
from members.models import Application, AuditEntry, Delivery
from tests import factories
from tests.members.registering import typed

ENTRY = "/admin/members/application/add/"
KEY = "0123456789abcdef" * 2
Status = Application.Status


@pytest.fixture
def town(db):
    return factories.make_local_government(name="見本町", kana="みほんまち", prefecture="10")


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client


def enter(client, **fields):
    entry = {"channel": "telephone", "note": "11月2日に電話", "form_key": KEY}
    return client.post(ENTRY, typed(**{**entry, **fields}))


def test_entered_application_waits_at_once_and_says_how_it_came(admin, secretary, town):
    terms = factories.make_site_text("terms", version=3)

    answer = enter(admin)

    application = Application.objects.get()
    assert answer.url == f"/admin/members/application/{application.pk}/change/"
    assert (application.status, application.local_government) == (Status.RECEIVED, town)
    assert (application.entered_by, application.channel) == (secretary, "telephone")
    assert (application.note, application.terms) == ("11月2日に電話", terms)
    step = application.steps.get()
    assert (step.status, step.by, step.reason) == ("received", secretary, "代理入力（電話）")
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor) == ("enter_application", secretary)
    assert entry.detail == {"channel": "telephone"}


def test_applicant_is_mailed_the_page_and_may_correct(admin, client_factory, secretary, town):
    enter(admin, channel="fax")
    application = Application.objects.get()
    registration.return_to_applicant(application, by=secretary, reason="部署名をご確認ください。")

    mail = Delivery.objects.order_by("id").first()
    page = client_factory().get(application.get_absolute_url()).content.decode()

    assert mail.address == "kikaku@town.example.jp"
    assert "FAXでお申出のあった" in mail.body
    assert application.get_absolute_url() in mail.body
    assert "内容を直して、もう一度申請する" in page
    assert "11月2日に電話" not in mail.body + page


def test_list_and_page_show_that_it_was_entered(admin, town):
    enter(admin)

    queue = admin.get("/admin/members/application/").content.decode()
    page = admin.get(f"/admin/members/application/{Application.objects.get().pk}/change/")

    assert "代理入力（電話）" in queue
    assert f'href="{ENTRY}">代理入力</a>' in queue
    for text in ("代理入力（電話）", "入力した人：見本 太郎", "11月2日に電話"):
        assert text in page.content.decode()


def test_pressed_twice_it_is_entered_once(admin, town):
    answers = [enter(admin).url for _ in range(2)]

    assert answers[0] == answers[1]
    assert Application.objects.count() == Delivery.objects.count() == 1


@pytest.mark.parametrize("missing", ["channel", "consent", "email", "body_name"])
def test_same_is_asked_as_in_public_and_how_it_came(admin, town, missing):
    response = enter(admin, **{missing: ""})

    assert missing in response.context["form"].errors
    assert 'value="企画課"' in response.content.decode()
    assert not Application.objects.exists()


def test_members_and_open_applications_are_told_so(admin, town):
    factories.make_application(local_government=town)
    member = factories.make_local_government(name="会員町")
    factories.make_organization(name="会員町", local_government=member)

    assert ALREADY_OPEN in enter(admin).content.decode()
    assert ALREADY_MEMBER in enter(admin, body_name="会員町").content.decode()


def test_another_that_opens_in_the_same_moment_is_not_doubled(secretary, town):
    application = factories.build_application(local_government=town, form_key=KEY)
    factories.make_application(local_government=town)

    with pytest.raises(registration.AlreadyOpenError):
        registration.enter(application, channel="fax", note="", by=secretary)

    assert Application.objects.count() == 1


def test_entering_needs_the_right_to_add(client, secretary, town):
    secretary.is_superuser = False
    secretary.save()
    client.force_login(secretary)

    assert enter(client).status_code == 403
    assert not Application.objects.exists()


@pytest.mark.parametrize("who", ["manager", "viewer"])
def test_members_do_not_enter(client, request, town, who):
    client.force_login(request.getfixturevalue(who))

    assert enter(client).status_code == 403
    assert not Application.objects.exists()


def test_public_form_enters_for_nobody(client, secretary, town):
    fields = {"channel": "fax", "entered_by": secretary.pk, "note": "x", "confirmed": "1"}
    client.post("/members/register/", typed(**fields))

    application = Application.objects.get()
    assert (application.status, application.channel) == (Status.UNVERIFIED, "")
    assert (application.entered_by, application.note) == (None, "")


@pytest.mark.parametrize("fields", [{"channel": "fax"}, {"entered_by": True}])
def test_person_and_channel_stand_together(secretary, fields):
    fields = {**fields, **({"entered_by": secretary} if "entered_by" in fields else {})}

    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_application(**fields)
