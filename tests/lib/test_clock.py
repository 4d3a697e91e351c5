from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.clock import ACCEPTED, TWELVE, parse_time
from lib.wareki import format_time

WIDE = str.maketrans("0123456789:", "０１２３４５６７８９：")
# Separated by 、 because one contains spaces.
FIVE = "17時、17:00、17：00、午後5時、午後５時、午後5:00、１７時００分、午後 5 時、1700、１７００、17時まで、午後5時迄、17時0分"
NO_TIMES = "夕方 17 5 170 5時5 17:0 17:000 17-00 午後 午後時 時 :30 午前正午 17時30 十七時 午後午後5時 17:00:00 ١٧:٠٠ 1e1時 -5時"


def _refusal(text):
    with pytest.raises(ValueError, match="。") as refusal:
        parse_time(text)
    return str(refusal.value)


@pytest.mark.parametrize("text", FIVE.split("、"))
def test_five_in_the_afternoon_is_read_however_it_is_typed(text):
    assert parse_time(text) == (time(17), 0)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("正午", time(12)),
        ("12時", time(12)),
        ("午後0時30分", time(12, 30)),
        ("12:30", time(12, 30)),
        ("午前9時", time(9)),
        ("9:05", time(9, 5)),
        ("17時30分", time(17, 30)),
        ("午後5時半", time(17, 30)),
        ("0時", time(0)),
        ("午前0時", time(0)),
        ("00:00", time(0)),
        ("23:59", time(23, 59)),
    ],
)
def test_a_time_of_the_same_day(text, clock):
    assert parse_time(text) == (clock, 0)


@pytest.mark.parametrize(
    "text", ["24時", "24:00", "２４時００分", "2400", "翌日午前0時", "翌日0時", "翌日０：００"]
)
def test_midnight_at_the_end_of_the_day_belongs_to_the_next(text):
    assert parse_time(text) == (time(0), 1)


@pytest.mark.parametrize("half", ["午前", "午後"])
def test_twelve_of_a_half_is_asked_for_again(half):
    assert _refusal(f"{half}12時") == _refusal(f"{half}１２：３０") == TWELVE.format(half)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("25時", "25時"),
        ("24時1分", "24時1分"),
        ("17:60", "17:60"),
        ("9999", "9999"),
        ("午後13時", "午後13時"),
        ("午前24時", "午前24時"),
        ("翌日9時", "翌日9時"),
        ("翌日24時", "翌日24時"),
    ],
)
def test_an_impossible_time_is_refused_by_name(text, named):
    assert _refusal(text) == f"「{named}」という時刻はありません。{ACCEPTED}"


@pytest.mark.parametrize("text", [*NO_TIMES.split(), "", " ", "\0", "\ud800", f"{'17時':41}"])
def test_what_is_no_time_is_refused_with_examples(text):
    assert _refusal(text) == ACCEPTED


@given(st.times())
def test_a_written_time_is_read_back(moment):
    moment = moment.replace(second=0, microsecond=0)
    hour, minute = moment.hour, moment.minute

    spellings = [format_time(moment), f"{moment:%H:%M}", f"{moment:%H%M}", f"{hour}時{minute}分"]
    for text in spellings:
        assert parse_time(text) == parse_time(text.translate(WIDE)) == (moment, 0)
        assert parse_time(" ".join(text)) == (moment, 0)


@given(
    st.text(max_size=45)
    | st.text(st.sampled_from("午前後正翌日0123456789:：時分半まで ０２٣\0\ud800"), max_size=10)
)
def test_any_text_is_read_or_refused(text):
    try:
        outcome = parse_time(text)[0].isoformat()
    except ValueError as refusal:
        outcome = str(refusal)
    assert outcome[0] in "012" or outcome.endswith("。")
