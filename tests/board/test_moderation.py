"""通報 and 公開前の承認: each ends once, with a reason, and is told."""

import pytest
from django.core.exceptions import PermissionDenied

from board import moderation, posting
from board.models import ApprovalRule, Report, Topic
from lib.conflicts import StaleError
from members.models import AuditEntry, User
from tests import factories
from tests.html import text_of


@pytest.fixture
def onlooker(secretary):
    """事務局（閲覧）."""
    return factories.make_user(seat=secretary.seat, is_staff=True, role=User.Role.VIEWER)


class TestModeration:
    def test_report_is_one_per_body_and_ends_with_a_result(self, contributor, secretary):
        topic = factories.make_topic()
        report = moderation.report(topic, "誤りがあります", by=contributor)
        with pytest.raises(StaleError):
            moderation.report(topic, "もう一度", by=contributor)

        moderation.settle(report, Report.Result.HIDDEN, "個人情報", by=secretary)

        topic.refresh_from_db()
        assert topic.hidden_reason == "個人情報"
        with pytest.raises(StaleError):
            moderation.settle(report, Report.Result.KEPT, "", by=secretary)
        assert set(AuditEntry.objects.values_list("act", flat=True)) == {"hide", "settle_report"}

    @pytest.mark.parametrize("by_body", [True, False])
    def test_topic_that_needs_approval_waits_until_it_is_read(
        self, contributor, ward, secretary, by_body
    ):
        category = factories.make_category(needs_approval=not by_body)
        if by_body:
            ApprovalRule.objects.create(
                organization=contributor.seat.organization, reason="試行のため"
            )
        topic = factories.make_topic(author=contributor, category=category)
        assert topic.status == "waiting"
        assert topic not in Topic.objects.visible_to(ward)

        moderation.approve(topic, expected=0, by=secretary)

        assert topic in Topic.objects.visible_to(ward)
        with pytest.raises(StaleError):
            moderation.approve(topic, expected=1, by=secretary)

    def test_text_that_changed_while_it_was_read_is_not_approved(self, contributor, secretary):
        topic = factories.make_topic(
            author=contributor, category=factories.make_category(needs_approval=True)
        )
        edited = Topic.objects.get(pk=topic.pk)
        edited.body = "変えた本文"
        posting.edit(
            edited,
            posting.Related(),
            draft=factories.make_draft(contributor),
            expected=0,
            by=contributor,
        )

        with pytest.raises(StaleError):
            moderation.approve(topic, expected=0, by=secretary)

        assert Topic.objects.get().status == "waiting"

    def test_author_reads_why_and_keeps_the_text(self, client, contributor, secretary):
        topic = factories.make_topic(
            author=contributor, category=factories.make_category(needs_approval=True)
        )
        moderation.send_back(topic, reason="会場を書いてください", expected=0, by=secretary)
        client.force_login(contributor)

        page = text_of(client.get(topic.get_absolute_url()))

        assert "理由：会場を書いてください" in page
        assert "本文です。" in page

    @pytest.mark.parametrize("who", ["manager", "viewer", "onlooker"])
    def test_members_and_staff_who_only_look_moderate_nothing(self, request, db, who):
        topic = factories.make_topic()
        report = moderation.report(topic, "x", by=factories.make_user(role=User.Role.MANAGER))
        user = request.getfixturevalue(who)

        for act in (
            lambda: moderation.approve(topic, expected=0, by=user),
            lambda: moderation.send_back(topic, reason="x", expected=0, by=user),
            lambda: moderation.settle(report, "kept", "", by=user),
        ):
            with pytest.raises(PermissionDenied):
                act()

    def test_second_report_of_a_body_is_told_that_the_secretariat_looks(self, client, contributor):
        topic = factories.make_topic()
        client.force_login(contributor)
        address = f"/board/topics/{topic.pk}/report/"

        pages = [client.post(address, {"reason": "誤り"}, follow=True) for _ in range(2)]

        assert "事務局に知らせました。" in text_of(pages[0])
        assert "すでに知らせています。" in text_of(pages[1])
        assert Report.objects.count() == 1

    def test_rule_that_posts_of_a_body_wait_is_recorded_with_its_end(self, client, secretary):
        client.force_login(secretary)
        client.get("/contact/")
        pages = "/admin/board/approvalrule/"
        for name in ("甲市", "乙市"):
            body = factories.make_organization(name=name)
            client.post(f"{pages}add/", {"organization": body.pk, "reason": "試行のため"})
        first, second = ApprovalRule.objects.order_by("pk")

        client.post(f"{pages}{first.pk}/delete/", {"post": "yes"})
        chosen = {"action": "delete_selected", "_selected_action": [second.pk], "post": "yes"}
        client.post(pages, chosen)

        assert not ApprovalRule.objects.exists()
        acts = AuditEntry.objects.order_by("pk").values_list("act", flat=True)
        assert list(acts) == ["require_approval"] * 2 + ["end_approval"] * 2
