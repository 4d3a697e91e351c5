"""The link of a mail that stops its kind for one address."""

from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.urls import reverse

from members.models import Delivery, MailSetting, User
from members.sending import stop_token
from tests import factories
from tests.conftest import HttpsClient
from tests.renkei.notices.working import mails_to, work


class TestStopLink:
    @pytest.fixture
    def path(self, asker, town):
        factories.make_topic(author=asker)
        work()
        header = mails_to(town)[0].extra_headers["List-Unsubscribe"]
        return urlsplit(header.strip("<>")).path

    def test_get_changes_nothing(self, client, path, town):
        before = list(MailSetting.objects.values())

        page = client.get(path)

        assert "メールを止める" in page.content.decode()
        assert list(MailSetting.objects.values()) == before

    def test_one_click_stops_that_list_for_that_address_alone(self, client, path, town):
        User.objects.filter(pk=town.pk).update(gets_mail=True)
        category = f"category-{factories.make_category().pk}"

        answer = client.post(path, {"List-Unsubscribe": "One-Click"})

        assert answer.status_code == 200
        never = MailSetting.objects.filter(rhythm="never")
        assert list(never.values_list("seat", "user", "mail_list")) == [
            (town.seat_id, None, category)
        ]

    def test_it_works_without_log_in_cookie_or_csrf_token(self, path):
        strict = HttpsClient(enforce_csrf_checks=True)

        assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200

    def test_it_can_be_taken_back(self, client, path, town):
        client.post(path)

        page = client.post(path, {"resume": "1"})

        assert "メールを再開しました" in page.content.decode()
        assert not MailSetting.objects.filter(rhythm="never").exists()

    @pytest.mark.parametrize("token", ["x", "WzEsbnVsbCwiYSJd:1abc:zzz", "1" * 3000])
    def test_forged_token_is_not_found(self, client, db, token):
        for method in (client.get, client.post):
            assert method(reverse("mail_stop", args=[token])).status_code == 404

    def test_link_of_a_person_stops_the_person_alone(self, client, asker, town):
        User.objects.filter(pk=town.pk).update(gets_mail=True)
        name = f"category-{factories.make_category().pk}"
        MailSetting.objects.create(seat=town.seat, user=town, mail_list=name, rhythm="at_once")
        factories.make_topic(author=asker)
        work()
        (message,) = [one for one in mail.outbox if one.to == [town.email]]

        client.post(urlsplit(message.extra_headers["List-Unsubscribe"].strip("<>")).path)

        never = MailSetting.objects.filter(rhythm="never")
        assert list(never.values_list("user", "mail_list")) == [(town.pk, name)]

    def test_link_of_a_digest_stops_all_that_came_with_it_and_takes_it_back(self, client, asker):
        daily = factories.make_town()
        category = f"category-{factories.make_topic(author=asker).category_id}"
        work()
        row = Delivery.objects.get(address=daily.seat.mailbox)
        path = reverse("mail_stop", args=[stop_token(row)])

        client.post(path)

        never = MailSetting.objects.filter(seat=daily.seat, rhythm="never")
        assert set(never.values_list("mail_list", flat=True)) == {"watched", category}
        client.post(path, {"resume": "1"})
        assert not never.exists()
