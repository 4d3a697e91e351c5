"""The public directory with few bodies or none."""

from datetime import date

import pytest
from django.urls import reverse

from members.models import LocalGovernment, Standing
from tests import factories
from tests.html import text_of
from tests.members.test_whole_member_list import ADDRESS, Kind, found


def test_empty_portal_opens(client, db):
    response = client.get(ADDRESS)

    assert response.status_code == 200
    assert "None" not in response.content.decode()


def test_merged_body_is_found_only_while_it_is_registered(client, db):
    fields = {"kind": LocalGovernment.Kind.TOWN, "abolished_on": date(2020, 4, 1)}
    factories.make_local_government(name="消滅町", **fields)
    town = factories.make_local_government(name="合併町", **fields)
    factories.make_organization(name="合併町", local_government=town)

    assert found(client, prefecture="10") == {"群馬県合併町": Standing.MEMBER}


def test_typed_text_stays_text(client, db):
    html = client.get(ADDRESS, {"q": "<script>alert(1)</script>"}).content.decode()

    assert "&lt;script&gt;" in html
    assert "<script" not in html


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("query", "queries"), [({}, 5), ({"prefecture": "10"}, 4)])
def test_queries_do_not_grow_with_the_rows(
    client, db, django_assert_num_queries, query, queries, rows
):
    for number in range(rows):
        town = factories.make_local_government(name=f"会員{number}町")
        factories.make_organization(name=f"会員{number}町", local_government=town)
        factories.make_organization(kind=Kind.ASSOCIATION, name=f"第{number}会")
        factories.make_organization(kind=Kind.WARD, name=f"第{number}区", prefecture="13")

    with django_assert_num_queries(queries):
        text = text_of(client.get(reverse("members:member_list"), query))

    assert f"会員{rows - 1}町" in text
    assert f"第{rows - 1}会" in text
