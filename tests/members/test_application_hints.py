"""What the secretariat is told of an application before it decides: duplicates and domains."""

from datetime import timedelta

import pytest
from django.utils import timezone

from members.domains import describe_domains
from members.duplicates import possible_duplicates
from members.models import Application
from tests import factories

QUEUE = "/admin/members/application/"


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client


class TestDuplicates:
    """On the page each with a link and why; on the list a mark."""

    @pytest.fixture
    def asked(self, db):
        town = factories.make_local_government(name="見本町", prefecture="10")
        return factories.make_application(
            local_government=town, email="a@town.example.jp", telephone="027-000-0001"
        )

    def other(self, **fields):
        values = {"email": "b@other.example.jp", "telephone": "099-000-0002", "section": "総務課"}
        return factories.make_application(**{**values, **fields})

    def group(self, name, **fields):
        return self.other(
            local_government=None, body_name=name, prefecture="10", status="refused", **fields
        )

    def found(self, application):
        duplicates = possible_duplicates([application])[application.pk]
        return [(duplicate.url, duplicate.reasons) for duplicate in duplicates]

    def page(self, row):
        return f"/admin/members/{row._meta.model_name}/{row.pk}/change/"

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"telephone": "０２７（０００）０００１"}, "電話番号が同じ"),
            ({"email": "c@town.example.jp", "section": "企画課"}, "メールのドメインと部署名が同じ"),
        ],
    )
    def test_same_telephone_or_section_of_a_domain(self, asked, fields, reason):
        other = self.other(**fields)

        assert self.found(asked) == [(self.page(other), (reason,))]

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("見本町", "団体名が同じ"),
            ("群馬県　見本町", "団体名が同じ"),
            ("見本市", "団体名が似ている"),
        ],
    )
    def test_body_without_a_code_under_the_same_or_a_similar_name(self, asked, name, reason):
        other = self.group(name)

        assert self.found(asked) == [(self.page(other), (reason,))]

    def test_name_that_holds_the_other(self, db):
        asked = self.group("見本広域連合")
        asked.status = "received"
        member = factories.make_organization(name="群馬県見本広域連合事務局", kind="association")

        assert self.found(asked) == [(self.page(member), ("団体名が似ている",))]

    def test_member_body_of_the_same_code_and_its_seats(self, asked):
        member = factories.make_organization(
            name="見本町", local_government=asked.local_government, status="suspended"
        )
        factories.make_seat(
            organization=member, telephone="027-000-0001", mailbox="z@town.example.jp"
        )

        reasons = ("同じ団体", "メールのドメインと部署名が同じ", "電話番号が同じ")
        assert self.found(asked) == [(self.page(member), reasons)]

    def test_different_bodies_are_none(self, asked):
        self.other(local_government=factories.make_local_government(name="見本村"))
        self.group("見本町", created_at=timezone.now() - timedelta(days=400))
        self.other(status="unverified", telephone="027-000-0001")

        assert self.found(asked) == []

    def test_decided_ones_are_not_compared(self, asked):
        self.other(telephone="027-000-0001", status="approved")

        assert possible_duplicates(Application.objects.filter(status="approved")) == {}

    def test_page_links_each_with_its_reason_and_the_list_marks_it(self, admin, asked):
        other = self.other(telephone="027-000-0001", status="withdrawn")

        page = admin.get(f"{QUEUE}{asked.pk}/change/").content.decode()
        queue = admin.get(QUEUE).content.decode()

        assert f'<a href="{self.page(other)}">' in page
        assert "電話番号が同じ" in page
        assert queue.count("⚠ 1件") == 1


class TestDomains:
    def described(self, website="", **fields):
        town = factories.make_local_government(name="見本町", website=website)
        application = factories.make_application(local_government=town, **fields)
        return describe_domains([application])[application.pk]

    @pytest.fixture(autouse=True)
    def prefecture(self, db):
        factories.make_local_government(
            name="", kind="prefecture", website="https://www.pref.gunma.jp/"
        )

    @pytest.mark.parametrize(
        ("email", "text"),
        [
            ("a@www.town.example.jp", "（ウェブサイトと同じ）"),
            ("a@mail.town.example.jp", "（ウェブサイトと同じ）"),
            (
                "a@town.mihon.lg.jp",
                "（地方公共団体のドメイン（lg.jp）。ウェブサイトは www.town.example.jp）",
            ),
            (
                "a@town.mihon.gunma.jp",
                "（同じ都道府県の地域のドメイン。ウェブサイトは www.town.example.jp）",
            ),
            ("a@gunma.example.com", " ⚠ ウェブサイトは www.town.example.jp"),
            ("a@nottown.example.jp", " ⚠ ウェブサイトは www.town.example.jp"),
        ],
    )
    def test_domain_is_compared_with_the_website_and_the_region(self, email, text):
        described = self.described("https://www.town.example.jp/", email=email)

        assert described == email.removeprefix("a@") + text

    def test_domain_is_known_from_earlier_seats_of_the_body(self):
        town = factories.make_local_government(name="旧町")
        body = factories.make_organization(name="旧町", local_government=town, status="withdrawn")
        factories.make_seat(organization=body, mailbox="old@kyumachi.example.jp")
        known = factories.make_application(local_government=town, email="a@kyumachi.example.jp")
        other = factories.make_application(email="a@kyumachi.example.jp")

        described = describe_domains([known, other])

        assert described[known.pk] == "kyumachi.example.jp（これまでの担当部署と同じ）"
        assert described[other.pk] == "kyumachi.example.jp ⚠ ウェブサイトは登録なし"
