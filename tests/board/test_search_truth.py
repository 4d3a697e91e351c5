"""A post is found if and only if its folded text contains the folded words."""

from itertools import product

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from board.models import SearchEntry
from board.search import index
from board.search.finding import Search, window_below
from board.search.tokens import marks, pairs, pairs_within
from lib.queries import Query
from lib.text import fold
from tests import factories

# Little enough that words occur, and all that has been trouble: marks, widths, signs, old forms, spaces.
LETTERS = (
    "あかガﾊﾟーサ-防災訓練塩竈釜龍竜ヶケ%_'\"\\&|!:*()「」AaＡ1１２ 　\n。、😀👨‍👩‍👧𠮷é\u3099ßΣ"
)
TEXTS = st.text(st.sampled_from(LETTERS), min_size=1, max_size=40)
KEYS = [(1 << 60) - (distance << 49) for distance in (0, 1, 9, 30, 70, 300)]


@pytest.fixture
def topic(db):
    """Its own words are none of the letters below."""
    made = factories.make_topic(title="x", body="y")
    index.remove(SearchEntry.objects.all())
    return made


def store(topic, texts):
    """Far and near in time, so that every window has some."""
    index.remove(SearchEntry.objects.all())
    index.add(
        [
            SearchEntry(
                id=KEYS[number % len(KEYS)] + number,
                topic=topic,
                seq=number + 1,
                category_id=topic.category_id,
                organization_id=topic.organization_id,
                folded=fold(text),
            )
            for number, text in enumerate(texts)
        ]
    )


def found(query):
    keys = Search(query, SearchEntry.objects.all()).newest(100)
    assert keys == sorted(set(keys), reverse=True)
    return {
        seq - 1 for seq in SearchEntry.objects.filter(pk__in=keys).values_list("seq", flat=True)
    }


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(texts=st.lists(TEXTS, min_size=1, max_size=8), data=st.data())
def test_found_is_what_contains_the_words(topic, texts, data):
    store(topic, texts)
    source = data.draw(st.sampled_from(texts))
    start = data.draw(st.integers(0, len(source) - 1))
    piece = source[start : start + data.draw(st.integers(1, 12))]
    typed = data.draw(
        st.sampled_from([piece, f'"{piece}"', f"{piece} {source[:2]}", f"災 -{piece}"])
    )
    query = Query.parse(typed)
    assume(query)

    expected = {number for number, text in enumerate(texts) if query.matches(fold(text))}

    assert found(query) == expected


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=20), min_size=1, max_size=4), typed=st.text(max_size=20))
@example(texts=["a'b\\c"], typed="'b\\")
@example(texts=["NEAR(a AND b)"], typed="NEAR(a AND b)")
@example(texts=["sought -1"], typed="sought -2")
@example(texts=["sought", "x"], typed="sought")
def test_any_text_and_any_question_agree(topic, texts, typed):
    texts = [text.replace("\0", "") for text in texts if not any(map(is_surrogate, text))] or ["a"]
    assume(not any(map(is_surrogate, typed)))
    store(topic, texts)
    query = Query.parse(typed)

    expected = {number for number, text in enumerate(texts) if query and query.matches(fold(text))}

    assert found(query) == expected


def is_surrogate(letter):
    return 0xD800 <= ord(letter) < 0xE000


@given(st.text(st.sampled_from(LETTERS), max_size=60), st.data())
def test_pairs_of_a_word_are_among_those_of_its_text(text, data):
    folded = fold(text)
    for run in folded.split():
        start = data.draw(st.integers(0, len(run) - 1))
        word = run[start : start + data.draw(st.integers(1, 5))]
        assert all(
            any(pair.startswith(wanted) for pair in pairs(folded)) for wanted in pairs_within(word)
        )


@given(st.integers(0, 1 << 61), st.integers(1, 1 << 61), st.lists(st.integers(1, 500), min_size=1))
def test_windows_follow_each_other_and_have_the_marks_of_their_keys(first, length, widths):
    end = first + length
    for width in widths:
        window = window_below(end, width, first)
        assert first <= window.first < window.end == end
        for key in (window.first, window.end - 1):
            entry = SearchEntry(id=key, seq=1, organization_id=1, category_id=1)
            assert not window.marks or set(window.marks) & set(marks(entry))
        end = window.first
        if end == first:
            break


@pytest.mark.parametrize("text", ["a", "ab"])
def test_newest_of_a_period_are_found_however_they_lie(topic, text):
    store(topic, ["ab"] * 40)
    firsts, ends = [0, KEYS[2], KEYS[0] + 1, KEYS[0] + 2], [1 << 62, KEYS[0], KEYS[-1] + 5]

    for first, end, limit in product(firsts, ends, [1, 3, 100]):
        keys = SearchEntry.objects.filter(pk__gte=first, pk__lt=end).values_list("pk", flat=True)
        search = Search(Query((text,)), SearchEntry.objects.all(), (), first, end)
        newest = sorted(keys, reverse=True)[:limit]
        assert (first, end, search.newest(limit)) == (first, end, newest)
