"""メールの文: the secretariat's words for mails; the shipped template is the default."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members import mail_words, mailing, registration, staff, suspension, yearly_check
from members.models import Application, AuditEntry, Delivery, MailText, Seat, YearlyCheck
from news import entering
from tests import factories
from tests.html import text_of

LIST = "/admin/members/mailtext/"
ADD = f"{LIST}add/?slug=invitation"
BODY = "{団体名} {部署名}\n{氏名} 様\n\nようこそ。\n{リンク}\n"


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    return client


def make_text(slug="invitation", *, subject="登録のお願い", body=BODY, days=0, **fields):
    day = timezone.localdate() + timedelta(days=days)
    text = MailText(slug=slug, subject=subject, body=body, effective_from=day, **fields)
    text.full_clean()
    text.save()
    return text


def typed(**fields):
    return {"subject": "登録のお願い", "body": BODY, "effective_from": "令和8年4月1日", **fields}


def invite(**fields):
    seat = factories.make_seat(section="広報課")
    values = {"name": "見本 花子", "address": "kouhou@town.example.jp", "role": "manager"}
    registration.invite(seat, **{**values, **fields}, by=None)
    return Delivery.objects.latest("pk")


def errors_of(client, **fields):
    page = client.post(ADD, typed(**fields))
    assert page.status_code == 200
    return page.context["adminform"].form.errors


def test_shipped_text_is_sent_while_there_is_no_version(db):
    mail = invite()

    assert mail.subject == "会員専用ホームページの利用者登録"
    assert "広報課" in mail.body
    assert "{" not in mail.body


def test_version_in_effect_is_sent_with_values_of_the_occasion(db):
    make_text()

    mail = invite()

    assert mail.subject == "登録のお願い"
    assert "広報課\n見本 花子 様\n\nようこそ。\nhttp" in mail.body
    assert "/members/invitations/" in mail.body


def test_version_of_tomorrow_waits_for_its_day_and_the_newest_counts(db):
    make_text(subject="前の版", days=-2)
    make_text(subject="今の版", version=2, days=-1)
    make_text(subject="明日の版", version=3, days=1)

    assert invite().subject == "今の版"


@pytest.mark.parametrize("slug", mail_words.KINDS)
def test_shipped_text_as_the_admin_shows_it_is_a_valid_version(db, slug):
    subject, body = mail_words.shipped(slug)

    text = make_text(slug, subject=subject, body=body)

    samples = {word.name: word.sample for word in mail_words.KINDS[slug].words}
    filled = "".join(mail_words.fill(text.subject, text.body, samples))
    assert "{" not in filled
    unused = [word.name for word in mail_words.KINDS[slug].words if word.sample not in filled]
    assert unused == []


def correct():
    application = factories.make_application(status=Application.Status.RETURNED)
    application.email = "new@town.example.jp"
    registration.resubmit(application)


def occasions():
    """Each writes mails by the verb that the site uses."""

    def apply():
        body = factories.make_local_government()
        return registration.apply(factories.build_application(local_government=body), themes=[])

    def decide(act):
        application = factories.make_application(status=Application.Status.RECEIVED)
        act(application, by=factories.make_user(), reason="見本の理由")

    def check():
        seat = factories.make_seat(mailbox="kikaku@city.example.jp", section="総務課")
        by, year = factories.make_user(seat=seat), 2027 + YearlyCheck.objects.count()
        running = factories.make_yearly_check(fiscal_year=year)
        yearly_check.start(running, by=by)
        yearly_check.close(running, by=by)
        Seat.objects.update(mailbox="")

    def enter(channel):
        application = factories.build_application(
            local_government=factories.make_local_government()
        )
        by = factories.make_staff(staff.Desk.ALL)
        registration.enter(application, channel=channel, note="", by=by)

    def cancel(by=None):
        event = factories.make_open_event(name="見本の催し", venue="見本会館")
        entering.cancel(factories.make_entry(event), by=by)

    def change(*acts, reason):
        seat = factories.make_seat(mailbox="kikaku@city.example.jp")
        for act in acts:
            act(seat.organization, reason=reason, by=factories.make_staff(staff.Desk.ALL))

    return {
        "application_verify": apply,
        "application_address": correct,
        "application_returned": lambda: decide(registration.return_to_applicant),
        "application_refused": lambda: decide(registration.refuse),
        "invitation": invite,
        "yearly_check": check,
        "event_entered": lambda: factories.make_entry(
            factories.make_open_event(venue="見本会館", name="長い名前の催し" * 3)
        ),
        "application_entered": lambda: enter("telephone"),
        "application_entered ": lambda: enter("other"),
        "event_entry_cancelled": cancel,
        "event_entry_cancelled ": lambda: cancel(factories.make_user()),
        "body_suspended": lambda: change(suspension.suspend, reason="お電話のとおり"),
        "body_resumed": lambda: change(suspension.suspend, suspension.resume, reason=""),
        "body_withdrawn": lambda: change(suspension.withdraw, reason=""),
    }


@pytest.mark.parametrize("slug", occasions())
def test_shipped_words_typed_into_the_admin_give_the_same_mail(db, slug):
    occasions()[slug]()
    default = Delivery.objects.latest("pk")
    subject, body = mail_words.shipped(slug.strip())
    make_text(slug.strip(), subject=subject, body=body)
    occasions()[slug]()
    own = Delivery.objects.latest("pk")

    assert len(own.body) > 80
    assert [mask(own.subject), mask(own.body)] == [mask(default.subject), mask(default.body)]


def mask(text):
    """Names with numbers and keys in addresses are those of two occasions."""
    lines = [line for line in text.split("\n") if "http" not in line]
    return "".join(letter for line in lines for letter in line if not letter.isdigit())


def test_mail_of_an_approval_says_so_and_a_mere_invitation_does_not(db):
    by = factories.make_staff(staff.Desk.ALL)

    registration.approve(factories.make_application(), by=by)
    answer = Delivery.objects.latest("pk")
    mere = invite()

    assert "会員登録の申請を承認しました。\n特別区全国連携" in answer.body
    assert "承認" not in mere.body


@pytest.mark.parametrize("value", ["見本\r\nBcc: evil@example.jp", "a\u2028b\nX: y"])
def test_value_in_a_subject_stays_one_line(db, value):
    subject, _ = mail_words.fill("{氏名}へ", "本文\n", {"氏名": value})

    assert len(subject.splitlines()) == 1


def test_value_that_looks_like_a_word_or_like_template_code_stays_as_it_is(db):
    make_text()

    mail = invite(name="{リンク} {{ site_url }} {% now %}")

    assert "{リンク} {{ site_url }} {% now %} 様" in mail.body


def test_line_whose_words_are_empty_is_left_out(db):
    _, body = mail_words.fill(
        "s", "日時：{日時}\n会場：{会場}\n終わり\n", {"日時": "今日", "会場": ""}
    )

    assert body == "日時：今日\n終わり\n"


def test_word_that_the_occasion_knows_nothing_of_is_empty():
    (reason,) = [w for w in mail_words.KINDS["event_refused"].words if w.name == "理由"]

    assert [reason.value({}), reason.value({"event": None})] == ["", ""]


def test_many_mails_of_a_kind_ask_for_its_words_once(db):
    counts = []
    for _ in range(2):
        factories.make_seat(mailbox="a@city.example.jp")
        check = factories.make_yearly_check(fiscal_year=2030 + len(counts))
        with CaptureQueriesContext(connection) as queries:
            yearly_check.start(check, by=factories.make_user())
        counts.append(sum("members_mailtext" in query["sql"] for query in queries))
        yearly_check.close(check, by=factories.make_user())

    assert counts == [1, 1]


@pytest.mark.parametrize(
    ("fields", "field", "error"),
    [
        ({"body": "{団体名} 様\n"}, "body", "{リンク}がありません。この語句は消せません。"),
        ({"body": BODY + "{番号}"}, "body", "{番号}は使えません。使えるのは、{団体名}、"),
        ({"body": BODY + "{{ settings.SECRET_KEY }}"}, "body", "は使えません"),
        ({"body": BODY + "{% load %}"}, "body", "は使えません"),
        ({"body": BODY + "{氏名"}, "body", "2つ一組で使えます"),
        ({"subject": "{パスワード}"}, "subject", "{パスワード}は使えません"),
        ({"subject": " "}, "subject", "入力してください"),
    ],
)
def test_wrong_words_are_explained_at_the_field(admin, fields, field, error):
    errors = errors_of(admin, **fields)

    assert error in " ".join(errors[field])
    assert not MailText.objects.exists()


def test_first_version_begins_with_the_shipped_text(admin):
    form = admin.get(ADD).context["adminform"].form

    assert form.initial["subject"] == "会員専用ホームページの利用者登録"
    assert "{団体名} {部署名}\n{氏名} 様" in form.initial["body"]


def test_version_is_saved_with_its_number_and_an_audit_entry(admin, secretary):
    admin.post(ADD, typed(body=BODY.replace("{団体名}", "｛団体名｝")))
    page = admin.get(ADD)
    admin.post(ADD, typed(subject="次の\r\n件名"))

    first, second = MailText.objects.order_by("version")
    assert (first.slug, first.version, first.body) == ("invitation", 1, BODY)
    assert (second.version, second.subject) == (2, "次の 件名")
    assert page.context["adminform"].form.initial["subject"] == "登録のお願い"
    entry = AuditEntry.objects.order_by("pk").first()
    assert (entry.act, entry.actor) == ("add_mail_text", secretary)
    assert first.history.get().history_user == secretary


def test_version_in_effect_is_read_only_and_one_of_tomorrow_is_not(admin):
    now, later = make_text(), make_text(version=2, days=3)

    fixed = admin.get(f"{LIST}{now.pk}/change/")
    refused = admin.post(f"{LIST}{now.pk}/change/", typed(subject="書換え"))
    admin.post(f"{LIST}{later.pk}/change/", typed(subject="直した件名", effective_from="R9.4.1"))

    assert "適用を始めた版は直せません。" in text_of(fixed)
    assert refused.status_code == 403
    assert admin.post(f"{LIST}{now.pk}/delete/", {"post": "yes"}).status_code == 403
    assert set(MailText.objects.values_list("subject", flat=True)) == {"登録のお願い", "直した件名"}


def test_list_names_every_mail_and_what_it_says_now(admin):
    make_text()

    page = text_of(admin.get(LIST))

    assert "招待：利用者登録のお願い" in page
    assert "第1版" in page
    assert page.count("標準の文") == len(mail_words.KINDS) - 1


def test_page_without_a_mail_leads_to_the_list(admin):
    for address in (f"{LIST}add/", f"{LIST}add/?slug=nonsense"):
        page = admin.get(address, follow=True)
        assert "メールを選んでください。" in text_of(page)


def test_preview_shows_an_example_and_saves_nothing(admin):
    page = text_of(admin.post(f"{LIST}preview/invitation/", typed()))
    wrong = text_of(admin.post(f"{LIST}preview/invitation/", typed(body="{番号}")))

    assert "件名：【特別区全国連携】登録のお願い" in page
    assert "群馬県見本市 企画課" in page
    assert "本文：{番号}は使えません。" in wrong
    assert not MailText.objects.exists()


def test_preview_breaks_lines_as_the_mail_does(admin):
    page = admin.post(f"{LIST}preview/invitation/", typed(body=BODY + "あ" * 60))

    assert f"{'あ' * 38}\n{'あ' * 22}" in page.content.decode()


def test_shipped_text_can_be_read(admin):
    assert "{氏名} 様" in text_of(admin.get(f"{LIST}shipped/invitation/"))
    assert admin.get(f"{LIST}shipped/nonsense/").status_code == 403


def test_text_of_a_script_is_shown_as_text(admin):
    page = admin.post(f"{LIST}preview/invitation/", typed(body=BODY + "<script>x</script>"))

    assert "&lt;script&gt;x" in page.content.decode()


def test_staff_without_the_right_change_nothing(client, secretary):
    looking = factories.make_user(seat=secretary.seat, is_staff=True)
    looking.user_permissions.set(Permission.objects.filter(codename="view_mailtext"))
    client.force_login(looking)

    assert client.post(ADD, typed()).status_code == 403
    assert "文を変える" not in text_of(client.get(LIST))
    assert not MailText.objects.exists()


@pytest.mark.parametrize("who", ["manager", "ward"])
def test_members_do_not_enter(client, request, who):
    client.force_login(request.getfixturevalue(who))

    for address in (LIST, ADD, f"{LIST}shipped/invitation/"):
        assert client.get(address).status_code == 403
    assert client.post(f"{LIST}preview/invitation/", typed()).status_code == 403


def test_two_versions_at_once_get_two_numbers(db):
    first = MailText(slug="invitation", subject="a", body=BODY)
    second = MailText(slug="invitation", subject="b", body=BODY)

    first.save_as_next()
    second.save_as_next()

    assert (first.version, second.version) == (1, 2)


def test_letters_on_paper_name_the_subject_in_effect(db):
    make_text(subject="新しい件名")
    invitation = factories.make_invitation()

    assert registration.invitation_mail(invitation).subject == "新しい件名"


def test_mail_that_is_not_to_be_changed_is_never_asked_for(db):
    person = factories.make_user()
    with CaptureQueriesContext(connection) as queries:
        mailing.deliver_to_person("account_changed", person, what="パスワードの変更")

    assert not any("members_mailtext" in query["sql"] for query in queries)


def test_text_of_a_mail_that_does_not_exist_is_refused_at_its_field():
    with pytest.raises(ValidationError) as refused:
        MailText(slug="nonsense", subject="件名", body=BODY).full_clean(
            validate_unique=False, validate_constraints=False
        )

    assert refused.value.message_dict.keys() == {"slug"}
