"""What is wrong in a sheet of members is named by row and head, and saves nothing; the command."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from lib.imports import error_lines
from members.member_cells import SAMPLE
from members.models import AuditEntry, Invitation, LocalGovernment, Organization, Seat
from tests import factories
from tests.members.member_sheets import ASSOCIATION, HEADS, MAEBASHI, dataset, import_rows, totals


@pytest.fixture(autouse=True)
def secretariat(db):
    return factories.make_secretariat()


@pytest.fixture
def maebashi():
    return factories.make_local_government(
        code="102016", name="前橋市", kana="まえばしし", kind=LocalGovernment.Kind.CITY
    )


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            {"団体コード": "131016"},
            "（団体コード）: 団体コード「131016」の地方公共団体はありません。",
        ),
        ({"団体コード": "102017"}, "検査数字が合いません"),
        ({"団体コード": "x"}, "5桁または6桁"),
        (
            {"団体コード": ""},
            "（団体コード）: 「前橋市」の団体コード（102016）を入力してください。",
        ),
        ({"団体名": "高崎市"}, "団体コード102016は群馬県前橋市です。「高崎市」と合いません。"),
        ({"都道府県": "埼玉県"}, "「埼玉県」と合いません。"),
        ({"都道府県": "見本県"}, "「見本県」は選べません"),
        ({"種別": "特別区"}, "（種別）: 群馬県前橋市の種別は「市町村」です。"),
        ({"部署名": ""}, "（部署名）: 部署名を入力してください。"),
        ({"部署名": "課" * 81}, "（部署名）: この値は 80 文字以下でなければなりません"),
        ({"代表メールアドレス": "kikaku"}, "（代表メールアドレス）: 有効なメールアドレス"),
        ({"代表メールアドレス": "a@b.jp, c@d.jp"}, "（代表メールアドレス）: 有効なメールアドレス"),
        ({"電話番号": "270000000"}, "（電話番号）: 電話番号は0から始めてください。"),
        ({"電話番号": "0120-ABC"}, "（電話番号）: 市外局番から、数字とハイフン"),
        ({"役割": "superuser"}, "（役割）: 「superuser」は選べません"),
        ({"担当者名": "あ" * 51}, "（担当者名）: この値は 50 文字以下"),
        ({"ウェブサイト": "javascript:alert(1)"}, "（ウェブサイト）: "),
        ({"Xのアカウント": "あ"}, "（Xのアカウント）: "),
        ({"会員登録日": "きのう"}, "（会員登録日）: "),
    ],
)
def test_wrong_cell_is_explained_by_row_and_head_and_nothing_is_saved(maebashi, cells, message):
    lines = error_lines(import_rows(ASSOCIATION, {**MAEBASHI, **cells}))

    assert [line[:3] for line in lines] == ["3行目"], lines
    assert message in lines[0]
    assert not Seat.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"都道府県": ""}, "ない団体は、都道府県と団体名が必要です"),
        ({"種別": ""}, "種別を「団体」にしてください"),
        ({"種別": "特別区"}, "種別を「団体」にしてください"),
        ({"都道府県": "東京都", "団体名": "特別区長会事務局"}, "事務局と見本の団体は"),
        (SAMPLE, "見本の行です"),
        ({**SAMPLE, "部署名": "企画課"}, "見本の行です"),
    ],
)
def test_row_without_a_code_is_an_association_and_nothing_else(cells, message):
    (line,) = error_lines(import_rows({**ASSOCIATION, **cells}))

    assert message in line
    assert not Seat.objects.exists()


def test_abolished_body_names_its_successor(maebashi):
    factories.make_local_government(
        code="103012", name="見本村", abolished_on=date(2004, 12, 5), successor=maebashi
    )

    (line,) = error_lines(import_rows({"団体コード": "103012", "部署名": "総務課"}))

    assert "平成16年12月5日に廃止されました" in line
    assert "群馬県前橋市（102016）" in line


def test_code_of_five_digits_that_two_bodies_could_have_is_not_guessed(maebashi):
    factories.make_local_government(code="010201", prefecture="01", name="見本町")

    (line,) = error_lines(import_rows({**MAEBASHI, "団体コード": "10201"}))

    assert "「10201」は二通りに読めます：" in line
    assert not Seat.objects.exists()


def test_ward_has_no_day_on_which_it_registered():
    kind = LocalGovernment.Kind.WARD
    factories.make_local_government(code="131016", prefecture="13", name="千代田区", kind=kind)

    (line,) = error_lines(
        import_rows({"団体コード": "131016", "部署名": "企画課", "会員登録日": "令和8年4月1日"})
    )

    assert line == "2行目（会員登録日）: 東京23区に会員登録日はありません。"


@pytest.mark.parametrize(("status", "shown"), [("suspended", "利用停止"), ("withdrawn", "退会")])
def test_body_that_is_outside_stays_outside_and_the_row_says_so(maebashi, status, shown):
    body = factories.make_organization(name="前橋市", local_government=maebashi, status=status)

    (line,) = error_lines(import_rows(MAEBASHI))

    body.refresh_from_db()
    assert f"「{shown}」です。取り込みでは状態を変えません。" in line
    assert body.status == status


def test_same_body_and_section_twice_is_named_with_the_first_row(maebashi):
    rows = [MAEBASHI, ASSOCIATION, {**MAEBASHI, "団体コード": "10201", "部署名": "企画課　"}]

    (line,) = error_lines(import_rows(*rows))

    assert line.startswith("4行目（部署名）: 2行目と同じ団体の同じ部署です。")


def test_rows_of_one_body_must_not_contradict_each_other(maebashi):
    rows = [
        {**MAEBASHI, "ウェブサイト": "www.city.example.jp"},
        {**MAEBASHI, "部署名": "観光課", "ウェブサイト": "https://other.example.jp"},
    ]

    (line,) = error_lines(import_rows(*rows))

    assert line == "3行目（ウェブサイト）: 上の行の同じ団体と違います。"


def test_name_that_a_body_without_code_has_is_refused(maebashi):
    factories.make_organization(name="前橋市", kind=Organization.Kind.ASSOCIATION)

    (line,) = error_lines(import_rows(MAEBASHI))

    assert "団体コードのない会員団体があります" in line


@pytest.mark.parametrize(
    ("heads", "message"),
    [
        ([*HEADS, "superuser"], "この名簿にない列があります：superuser"),
        ([*HEADS, "is_staff"], "この名簿にない列があります：is_staff"),
        ([*HEADS, "役割"], "同じ名前の列があります：役割"),
        (HEADS[1:], "列がありません：団体コード"),
    ],
)
def test_heads_that_are_unknown_doubled_or_missing_are_named_alone(maebashi, heads, message):
    lines = error_lines(import_rows(MAEBASHI, heads=heads))

    assert len(lines) == 1
    assert message in lines[0]
    assert not Seat.objects.exists()


def test_rows_that_excel_left_empty_below_the_last_one_are_passed_over(maebashi):
    result = import_rows(MAEBASHI, {}, {})

    assert totals(result) == {"new": 1}


class TestCommand:
    def write(self, tmp_path, *rows, encoding="utf-8"):
        sheet = tmp_path / "members.csv"
        sheet.write_bytes(dataset(*rows).export("csv").encode(encoding))
        return sheet

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
    def test_reads_what_town_halls_have(self, maebashi, tmp_path, encoding):
        row = {**MAEBASHI, "部署名": "企画課①㈱", "担当者名": "髙見 花子"}

        call_command("import_members", self.write(tmp_path, row, encoding=encoding), verbosity=0)

        assert Seat.objects.filter(section="企画課①㈱").exists()
        assert Invitation.objects.get().name == "髙見 花子"

    def test_dry_run_says_what_would_come_and_saves_nothing(self, maebashi, tmp_path):
        out = StringIO()

        call_command("import_members", self.write(tmp_path, MAEBASHI), dry_run=True, stdout=out)

        assert out.getvalue() == "members.csv: 1 new\n"
        assert not Seat.objects.exists()

    def test_names_the_row_and_saves_nothing(self, maebashi, tmp_path):
        sheet = self.write(tmp_path, ASSOCIATION, {**MAEBASHI, "団体コード": "102017"})

        with pytest.raises(CommandError, match="3行目"):
            call_command("import_members", sheet)

        assert not Seat.objects.exists()

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (",".join(HEADS).encode("utf-16"), "文字コードを読み取れません"),
            (b"a,b\n1,2,3\n", "InvalidDimensions"),
            (b'a,b\n"' + b"x" * 140_000, "field larger than field limit"),
        ],
    )
    def test_file_that_cannot_be_read_is_explained(self, tmp_path, content, message):
        sheet = tmp_path / "members.csv"
        sheet.write_bytes(content)

        with pytest.raises(CommandError, match=message):
            call_command("import_members", sheet)

    def test_file_that_is_no_workbook_is_explained(self, tmp_path):
        sheet = tmp_path / "members.xlsx"
        sheet.write_bytes(b"PK")

        with pytest.raises(CommandError, match="壊れています"):
            call_command("import_members", sheet)
