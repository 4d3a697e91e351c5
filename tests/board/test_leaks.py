"""What is not for a body does not exist for it: no address, list, count, search or file tells of it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from board import ending
from board.models import Answer, Attachment, Reply, Report, Revision, TodoMark, Topic, Watch
from board.search import index
from lib.wareki import fiscal_year
from members.models import Draft, Organization, Theme, User
from tests import factories
from tests.html import text_of

MARK = "LEAK-7f3a"
READS = (
    *("topic", "topic_edit", "topic_unread", "topic_print", "topic_text", "topic_history"),
    *("reply", "topic_close", "topic_extend", "topic_withdraw", "topic_answer", "topic_roster"),
    *("answer_files", "files_zip", "topic_consult", "topic_match", "topic_report"),
)
ACTS = (
    *("topic_edit", "reply", "topic_close", "topic_extend", "topic_withdraw", "topic_lock"),
    *("topic_copy", "topic_watch", "topic_todo", "topic_answer", "topic_acknowledge"),
    *("topic_consult", "topic_match", "match_agree", "match_take_back", "topic_report"),
)
LISTS = (
    *("/board/", "/board/?sort=deadline", "/board/?unread=on", "/board/?with_files=on"),
    *(
        "/board/?status=open",
        "/board/?status=ended",
        "/board/?deadline=30",
        "/board/?prefecture=01",
    ),
    *("/board/?todo=on", f"/board/?year={fiscal_year(timezone.localdate())}"),
    *("/board/?organization=もらさない市", "/board/?theme={theme}"),
    *(
        "/board/c/proposal/",
        "/board/ours/",
        "/board/ours/?list=answered",
        "/board/ours/?list=asked",
    ),
    *(f"/board/search/?q={MARK}", f"/board/search/?q={MARK}&sort=best"),
    *(f"/board/search/?q={MARK}&category=proposal&with_files=on", "/board/search/?q=txt"),
    *(
        f"/board/search/?q=txt%20-{MARK}",
        f"/board/search/?q=見える%20{MARK}",
        "/board/drafts/",
        "/",
    ),
)
SECRETS = {
    "chosen": {"audience": "chosen"},
    "wards": {"audience": "wards"},
    "prefectures": {"audience": "prefectures", "prefectures": ["01"]},
    "scheduled": {"publish_at": timezone.now() + timedelta(days=30)},
    "waiting": {},
    "hidden": {},
}


def plant(author, kind):
    """A topic with everything that could leak, each with the mark: what it said before, too."""
    topic = factories.make_topic(
        author=author,
        category=factories.make_category("proposal"),
        title=MARK,
        summary=MARK,
        body=MARK,
        venue=MARK,
        details={"field": MARK},
        outcome_note=MARK,
        deadline=timezone.now() + timedelta(days=40),
        asks="interest",
        requires_acknowledgement=True,
        themes=[Theme.objects.get_or_create(name="防災")[0]],
        **SECRETS.get(kind, {}),
    )
    factories.attach(topic, name=f"{MARK}.txt", content=MARK.encode())
    reply = Reply.objects.create(
        topic=topic,
        seq=1,
        organization=author.seat.organization,
        seat=author.seat,
        author=author,
        body=MARK,
        body_html=MARK,
        form_key=f"{topic.pk:032x}",
    )
    index.write_reply(reply)
    Revision.objects.create(topic=topic, number=0, before={"本文": MARK}, by=author)
    answering = User.objects.get(name="答えた人")
    answer = Answer.objects.create(
        topic=topic,
        organization=answering.seat.organization,
        seat=answering.seat,
        answered_by=answering,
        status="yes",
        message=MARK,
    )
    factories.attach(answer, name=f"{MARK}-answer.txt", content=MARK.encode())
    states = {
        "waiting": {"status": "waiting"},
        "hidden": {"hidden_at": timezone.now(), "hidden_reason": MARK},
    }
    Topic.objects.filter(pk=topic.pk).update(last_seq=1, newest_seq=1, **states.get(kind, {}))
    return topic


@pytest.fixture
def author(db):
    body = factories.make_organization(prefecture="01", name="もらさない市")
    # Bodies are counted on the home page: they are there before anything is planted.
    factories.make_user(name="答えた人")
    return factories.make_user(seat=factories.make_seat(organization=body), name="書いた人")


@pytest.fixture(params=["contributor", "viewer"])
def stranger(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("kind", SECRETS)
def test_every_address_of_a_topic_is_404_for_whoever_does_not_see_it(
    client, author, kind, contributor
):
    topic = plant(author, kind)
    client.force_login(contributor)

    answers = {name: client.get(reverse(f"board:{name}", args=[topic.pk])) for name in READS}
    answers["edit"] = client.get(reverse("board:reply_edit", args=[topic.pk, 1]))
    answers["old"] = client.get(reverse("board:reply_history", args=[topic.pk, 1]))
    answers["xlsx"] = client.get(reverse("board:roster_file", args=[topic.pk, "xlsx"]))
    for number, file in enumerate(Attachment.objects.all()):
        answers[f"file {number}"] = client.get(file.get_absolute_url())

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
        answers, 404
    )
    assert MARK.encode() not in b"".join(answer.content for answer in answers.values())


@pytest.mark.parametrize("kind", SECRETS)
def test_no_act_on_it_is_possible_and_nothing_changes(client, author, kind, contributor):
    topic = plant(author, kind)
    models = (Topic, Reply, Answer, Report, Watch, TodoMark, Revision)
    before = [list(model.objects.values()) for model in models]
    client.force_login(contributor)

    statuses = {
        name: client.post(
            reverse(f"board:{name}", args=[topic.pk]),
            {"body": "よそから", "publish": "1", "on": "1", "status": "closed", "version": "1"},
        ).status_code
        for name in ACTS
    }

    assert statuses == dict.fromkeys(ACTS, 404)
    assert [list(model.objects.values()) for model in models] == before
    assert not Draft.objects.of_seat(contributor).exists()


def test_no_list_search_or_count_tells_of_it(client, author, stranger):
    theme = Theme.objects.create(name="防災")
    seen = factories.make_topic(title="見えるもの", category=factories.make_category("proposal"))
    seen.themes.add(theme)
    lists = [address.format(theme=theme.pk) for address in LISTS]
    client.force_login(stranger)
    before = [text_of(client.get(address)) for address in lists]
    for kind in SECRETS:
        topic = plant(author, kind)
        # Set while the section still saw it.
        TodoMark.objects.create(topic=topic, seat=stranger.seat, set_by=stranger)
        Watch.objects.create(topic=topic, seat=stranger.seat)
    factories.make_draft(author, title=MARK, data={"body": [MARK]})

    after = [client.get(address) for address in lists]

    # What was asked for stands in the box, in links and in 「…」.
    echo = rf'(value="|q=|「)[^"」&]*{MARK}'
    for address, old, new in zip(lists, before, after, strict=True):
        assert text_of(new) == old, address
        assert MARK not in re.sub(echo, "", new.content.decode()), address


def test_seen_topic_is_not_found_by_what_others_answered_or_it_said_before(client, contributor):
    topic = factories.make_topic(title="見えるもの", asks="apply")
    answer = factories.make_answer(topic, message=MARK)
    factories.attach(answer, name=f"{MARK}.txt")
    Revision.objects.create(topic=topic, number=1, before={"本文": MARK}, by=topic.author)
    client.force_login(contributor)

    found = client.get(f"/board/search/?q={MARK}").content.decode()
    pages = [
        client.get(reverse(f"board:{name}", args=[topic.pk])).content.decode()
        for name in ("topic", "topic_print", "topic_text")
    ]

    assert "見えるもの" not in found
    assert MARK not in "".join(pages)
    assert client.get(reverse("board:files_zip", args=[topic.pk])).status_code == 404


def test_withdrawn_topic_keeps_its_old_words_from_others(client, contributor):
    topic = factories.make_topic(title="中止した事業", body=MARK)
    reply = factories.make_reply(topic, body=MARK)
    Reply.objects.filter(pk=reply.pk).update(edited_at=timezone.now())
    Topic.objects.filter(pk=topic.pk).update(edited_at=timezone.now())
    for of in ({"topic": topic}, {"reply": reply}):
        Revision.objects.create(**of, number=0, before={"本文": MARK}, by=topic.author)
    ending.withdraw(topic, note="中止のため", by=topic.author)
    client.force_login(contributor)

    pages = [
        client.get(reverse(f"board:{name}", args=[topic.pk])).content.decode()
        for name in ("topic", "topic_print", "topic_text", "topic_history")
    ]
    history = client.get(reverse("board:reply_history", args=[topic.pk, 1]))

    assert "中止のため" in pages[0]
    assert MARK not in "".join(pages)
    assert history.status_code == 404
    assert "/history/" not in pages[0]
    assert not client.get("/board/").context["topics"][0].is_unread


def test_text_that_was_withdrawn_is_found_by_its_own_body_alone(client, author, stranger):
    topic = plant(author, "open")
    found = f"/board/search/?q={MARK}"
    client.force_login(stranger)
    assert len(client.get(found).context["hits"]) == 2

    ending.withdraw(topic, note="中止", by=author)

    assert client.get(found).context["hits"] == []
    client.force_login(author)
    assert len(client.get(found).context["hits"]) == 2


def test_empty_search_suggests_nothing_that_is_hidden(client, author, stranger):
    for kind in SECRETS:
        plant(author, kind)
    client.force_login(stranger)

    for query in (f"{MARK} txt", f"{MARK}&category=proposal", f"{MARK}&prefecture=01"):
        answer = client.get(f"/board/search/?q={query}")
        assert answer.context["ways_out"] == []


def test_nobody_without_a_log_in_gets_further_than_the_log_in_page(client, author):
    topic = plant(author, "chosen")
    addresses = [
        *(reverse(f"board:{name}", args=[topic.pk]) for name in READS),
        *LISTS[:-1],
        *(file.get_absolute_url() for file in Attachment.objects.all()),
    ]

    answers = [client.get(address) for address in addresses]

    assert {answer.status_code for answer in answers} == {302}
    assert all(answer.url.startswith("/accounts/login/") for answer in answers)


def test_suspended_body_is_out_of_open_pages_and_files_at_once(client, contributor):
    topic = factories.make_topic()
    file = factories.attach(topic)
    client.force_login(contributor)
    assert client.get(topic.get_absolute_url()).status_code == 200

    Organization.objects.filter(seats__users=contributor).update(status="suspended")

    for address in (topic.get_absolute_url(), file.get_absolute_url(), "/board/"):
        assert client.get(address).status_code == 302


def test_file_of_another_section_s_draft_is_like_one_that_never_was(client, contributor):
    file = factories.attach(factories.make_draft(factories.make_user()))
    client.force_login(contributor)

    taken = client.get(file.get_absolute_url())
    unknown = client.get("/board/files/00000000-0000-4000-8000-000000000000/")

    assert taken.status_code == unknown.status_code == 404
    assert taken.content == unknown.content


def test_hidden_reply_keeps_its_place_and_loses_its_words(client, contributor, secretary):
    topic = factories.make_topic()
    reply = factories.make_reply(topic, body=MARK)
    file = factories.attach(reply, name=f"{MARK}.txt")
    Reply.objects.filter(pk=reply.pk).update(hidden_at=timezone.now(), hidden_reason="個人情報")
    client.force_login(contributor)

    pages = [
        client.get(reverse(f"board:{name}", args=[topic.pk])).content.decode()
        for name in ("topic", "topic_print", "topic_text")
    ]

    assert MARK not in "".join(pages)
    assert "この返信は、事務局が非表示にしました。" in pages[0]
    assert client.get(file.get_absolute_url()).status_code == 404
    assert client.get(reverse("board:reply_history", args=[topic.pk, 1])).status_code == 404


def test_role_of_a_viewer_reads_and_writes_nothing(client, viewer):
    topic = factories.make_topic(asks="apply")
    client.force_login(viewer)

    assert client.get(topic.get_absolute_url()).status_code == 200
    for name in ("reply", "topic_answer", "topic_acknowledge", "topic_report", "topic_copy"):
        assert client.post(reverse(f"board:{name}", args=[topic.pk])).status_code == 403
