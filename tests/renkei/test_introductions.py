"""公式Xでの紹介: from the wish of a member to the post, or to the reason why there is none."""

from datetime import timedelta

import pytest
import requests
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from lib import x_posts
from lib.conflicts import StaleError
from members import introductions
from members.models import AuditEntry, Delivery, Introduction
from news import proposing
from news.models import Event
from tests import factories
from tests.html import text_of
from tests.lib.test_x_posts import answer_with
from tests.racing import at_once, errors_in

PAGE = "/members/introductions/"
CHANGELIST = "/admin/members/introduction/"
POST = "https://x.com/Zenkoku_Renkei/status/1"
State = Introduction.State


@pytest.fixture
def member(contributor):
    contributor.seat.mailbox = "kanko@town.example.jp"
    contributor.seat.save()
    contributor.seat.organization.x_account = "@mihon_town"
    contributor.seat.organization.save()
    return contributor


@pytest.fixture
def topic(member):
    return factories.make_topic(
        author=member,
        title="物産展を開きます",
        summary="りんごの直売です。",
        wants_introduction=True,
    )


@pytest.fixture
def wish(topic):
    introductions.collect()
    return Introduction.objects.get()


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client


@pytest.mark.parametrize(("who", "is_led_on"), [("contributor", True), ("viewer", False)])
def test_whoever_has_wished_for_nothing_is_told_how(client, request, who, is_led_on):
    client.force_login(request.getfixturevalue(who))

    page = client.get(PAGE).content.decode()

    assert "貴団体の希望は、まだありません。" in page
    for address in ("/board/topics/new/", "/events/proposals/new/"):
        assert (f'href="{address}"' in page) == is_led_on


def published_event(by, **fields):
    event = factories.make_proposal(by=by, wants_introduction=True, **fields)
    proposing.publish(event, expected=proposing.mark_of(event), by=by)
    return event


def change(client, wish, **fields):
    data = {"text": "見本の文", "posted_url": "", "reason": "", **fields}
    return client.post(f"{CHANGELIST}{wish.pk}/change/", data)


def test_wish_of_a_topic_becomes_a_text_that_x_takes(wish, topic, member):
    body = member.seat.organization

    assert (wish.key, wish.state, wish.url) == (
        f"topic-{topic.pk}",
        "wanted",
        f"/board/topics/{topic.pk}/",
    )
    assert wish.text == (
        "物産展を開きます\nりんごの直売です。\n@mihon_town\n"
        f"https://portal.example.jp{body.get_absolute_url()}\n#特別区全国連携プロジェクト"
    )
    assert wish.weight <= x_posts.MAX_WEIGHT


def test_text_never_leads_readers_of_x_to_the_board(wish):
    assert "/board/" not in wish.text


def test_wish_of_an_event_says_when_and_where(member):
    event = published_event(member, prefecture="10", venue="見本広場")
    introductions.collect()

    text = Introduction.objects.get().text

    assert f"日時：{event.period}" in text
    assert "会場：群馬県　見本広場" in text
    assert f"https://portal.example.jp/events/{event.pk}/" in text


def test_long_title_gives_way_and_the_facts_stay(member):
    published_event(member, name="長" * 100, venue="見本広場")
    introductions.collect()

    found = Introduction.objects.get()

    assert found.text.startswith("長長")
    assert "…\n日時：" in found.text
    assert found.text.endswith(introductions.HASHTAG)
    assert found.weight <= x_posts.MAX_WEIGHT


def test_collecting_again_adds_nothing_and_keeps_the_text(wish, secretary):
    introductions.save_text(wish, "直した文", by=secretary)

    assert introductions.collect() == 0
    wish.refresh_from_db()
    assert (wish.text, wish.state) == ("直した文", "drafting")


@pytest.mark.parametrize(
    "fields",
    [
        {"wants_introduction": False},
        {"publish_at": timezone.now() + timedelta(days=3650)},
        {"hidden_at": timezone.now(), "hidden_reason": "理由"},
    ],
    ids=["not wanted", "scheduled", "hidden"],
)
def test_what_is_not_published_or_not_wanted_does_not_wait(topic, fields):
    type(topic).objects.filter(pk=topic.pk).update(**fields)

    assert introductions.collect() == 0


def test_wish_that_was_taken_back_leaves_the_queue_and_a_post_stays(wish, topic, secretary, member):
    posted = published_event(member)
    introductions.collect()
    done = Introduction.objects.get(key=f"event-{posted.pk}")
    introductions.record_post(done, text="x", posted_url=POST, by=secretary)
    type(topic).objects.filter(pk=topic.pk).update(wants_introduction=False)
    Event.objects.filter(pk=posted.pk).update(wants_introduction=False)

    introductions.collect()

    wish.refresh_from_db()
    done.refresh_from_db()
    assert (wish.state, done.state) == ("skipped", "posted")


def test_secretary_records_a_post_and_the_member_is_told(admin, wish):
    change(admin, wish, _posted="1", posted_url=POST)

    wish.refresh_from_db()
    mail = Delivery.objects.get(address="kanko@town.example.jp")
    assert (wish.state, wish.posted_url, wish.text) == ("posted", POST, "見本の文")
    assert mail.subject == "公式Xで紹介しました：物産展を開きます"
    assert AuditEntry.objects.filter(act="post_introduction").exists()


def test_secretary_skips_with_a_reason_that_the_member_reads(admin, client, wish, member):
    change(admin, wish, _skip="1", reason="内容が紹介に合いません。")
    client.force_login(member)

    assert "見送り 内容が紹介に合いません。" in text_of(client.get(PAGE))
    assert "内容が紹介に合いません。" in Delivery.objects.get(address="kanko@town.example.jp").body


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"_posted": "1"}, "posted_url"),
        ({"_skip": "1"}, "reason"),
        ({"text": "あ" * 141}, "text"),
        ({"text": "あ" * 141, "_posted": "1", "posted_url": POST}, "text"),
        ({"_posted": "1", "posted_url": "javascript:alert(1)"}, "posted_url"),
    ],
)
def test_what_is_missing_or_too_long_is_told_at_its_field(admin, wish, fields, wrong):
    response = change(admin, wish, **fields)

    assert wrong in response.context["adminform"].form.errors
    wish.refresh_from_db()
    assert wish.state == State.WANTED


def test_decided_introduction_is_not_changed_any_more(admin, wish, secretary):
    introductions.skip(wish, reason="理由", by=secretary)

    change(admin, wish, text="あとから", _posted="1", posted_url=POST)

    wish.refresh_from_db()
    assert (wish.state, wish.posted_url) == ("skipped", "")
    with pytest.raises(StaleError):
        introductions.record_post(wish, text="x", posted_url=POST, by=secretary)


def test_text_is_sent_by_the_api_where_keys_are_set(admin, wish, settings, monkeypatch):
    settings.X_CREDENTIALS = ["a", "b", "c", "d"]
    sent = answer_with(monkeypatch, 201, {"data": {"id": "77", "text": "x"}})

    page = admin.get(f"{CHANGELIST}{wish.pk}/change/").content.decode()
    change(admin, wish, _send="1")
    change(admin, wish, _send="1")

    wish.refresh_from_db()
    assert "この文をXに送信する" in page
    assert (wish.state, wish.posted_url) == ("posted", "https://x.com/i/web/status/77")
    assert len(sent) == 1


def test_failed_sending_is_told_and_may_be_tried_again(admin, wish, settings, monkeypatch):
    settings.X_CREDENTIALS = ["a", "b", "c", "d"]

    def send(self, request, **kwargs):
        raise requests.ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(requests.adapters.HTTPAdapter, "send", send)
        change(admin, wish, _send="1")
    wish.refresh_from_db()
    assert (wish.state, wish.sending_since, wish.text) == ("drafting", None, "見本の文")

    answer_with(monkeypatch, 201, {"data": {"id": "78", "text": "x"}})
    change(admin, wish, _send="1")
    wish.refresh_from_db()
    assert wish.state == State.POSTED


def test_without_keys_no_button_sends_and_a_forged_one_saves_only(admin, wish, settings):
    settings.X_CREDENTIALS = []

    page = admin.get(f"{CHANGELIST}{wish.pk}/change/").content.decode()
    change(admin, wish, _send="1")

    wish.refresh_from_db()
    assert "この文をXに送信する" not in page
    assert "https://x.com/intent/post?text=" in page
    assert wish.state == State.DRAFTING


def test_members_see_what_was_introduced_and_only_their_own_wishes(
    client, wish, member, ward, secretary
):
    other = factories.make_topic(author=ward, title="LEAK-wish", wants_introduction=True)
    introductions.collect()
    introductions.record_post(wish, text="x", posted_url=POST, by=secretary)
    client.force_login(member)

    text = text_of(client.get(PAGE))

    assert "物産展を開きます（外部サイト）" in text
    assert other.title not in text


def test_statistics_name_every_prefecture(admin, wish, secretary):
    introductions.record_post(wish, text="x", posted_url=POST, by=secretary)

    text = text_of(admin.get(f"{CHANGELIST}statistics/"))

    assert "群馬県 0 1 0 令和" in text
    assert "沖縄県 0 0 0 -" in text


def test_wishes_are_collected_by_a_button_and_not_by_a_get(admin, topic):
    assert admin.get(f"{CHANGELIST}collect/").status_code == 405
    assert not Introduction.objects.exists()

    admin.post(f"{CHANGELIST}collect/")

    line = admin.get("/admin/").context["waiting"][0]
    assert line.text == "公式Xでの紹介の希望 1件"
    assert admin.get(line.url).context["cl"].result_count == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_queue_and_page_ask_a_constant_number_of_queries(
    admin, django_assert_num_queries, rows, member
):
    for _ in range(rows):
        factories.make_topic(author=member, wants_introduction=True)
    introductions.collect()

    # Session, person, count, page.
    with django_assert_num_queries(4):
        admin.get(CHANGELIST)
    # Session, person, own, count of posts, unread notices.
    with django_assert_num_queries(5):
        admin.get(PAGE)


def test_impossible_states_are_refused_in_japanese(wish):
    wish.state = State.POSTED
    with pytest.raises(ValidationError, match="投稿のアドレスを入力"):
        wish.full_clean()
    wish.state = State.SKIPPED
    with pytest.raises(ValidationError, match="理由を入力"):
        wish.full_clean()


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_wins_and_the_other_is_told():
    by = factories.make_user()
    wish = Introduction.objects.create(key="topic-1", title="題", url="/", text="文")
    first, second = (Introduction.objects.get(pk=wish.pk) for _ in range(2))

    answers = at_once(
        lambda: introductions.record_post(first, text="x", posted_url=POST, by=by),
        lambda: introductions.skip(second, reason="理由", by=by),
        told=StaleError,
    )

    assert len(errors_in(answers)) == 1
    assert reverse("members:introductions") == PAGE
