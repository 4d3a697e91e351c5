import pytest

from lib import prefectures


def test_there_are_47_in_the_order_of_their_codes():
    codes = [prefecture.code for prefecture in prefectures.PREFECTURES]

    assert codes == [f"{number:02}" for number in range(1, 48)]


@pytest.mark.parametrize(
    ("code", "name", "short", "region"),
    [
        ("01", "北海道", "北海道", "北海道"),
        ("10", "群馬県", "群馬", "関東"),
        ("13", "東京都", "東京", "関東"),
        ("26", "京都府", "京都", "近畿"),
        ("47", "沖縄県", "沖縄", "九州・沖縄"),
    ],
)
def test_codes_are_those_of_jis_x_0401(code, name, short, region):
    prefecture = prefectures.by_code(code)

    assert (prefecture.name, prefecture.short, prefecture.region) == (name, short, region)
    assert prefectures.by_name(name) is prefecture


@pytest.mark.parametrize("name", ["町村会", "群馬県町村会", "群馬県　町村会"])
def test_names_within_a_prefecture_are_compared_without_it(name):
    assert prefectures.name_within("10", name) == "町村会"
    assert prefectures.name_within("10", "群馬県") == ""
