"""`/api/v1/`: what its OpenAPI document promises, and nothing else."""

from datetime import date

import jsonschema
import pytest
from openapi_spec_validator import validate

from renkei.api import ENDPOINTS
from tests import factories
from tests.conftest import HttpsClient

API, DOCUMENT = "/api/v1/", "/api/v1/openapi.json"


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def document():
    return HttpsClient().get(DOCUMENT).json()


@pytest.fixture(scope="module")
def rows(rows_for_module):
    """One of each table, with every optional column filled or empty."""
    town = factories.make_local_government(prefecture="10")
    factories.make_regional_agreement(prefecture="10")
    factories.make_corporate_agreement()
    factories.make_organization(local_government=town, prefecture="10")
    factories.make_organization(kind="association")
    factories.make_edition()
    factories.make_publication(number=3)
    factories.make_event(prefecture="10", capacity=5, latitude="36.39", longitude="139.06")
    factories.make_event(starts_on=date(2027, 1, 5))


def conforms(document, name, answer):
    """Against the schema of the status that came."""
    responses = document["paths"][f"{API}{name}/"]["get"]["responses"]
    content = responses[str(answer.status_code)]["content"]["application/json"]["schema"]
    schema = {**content, "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(answer.json())


def test_document_is_valid_openapi(document):
    validate(document)

    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == {f"{API}{name}/" for name in ENDPOINTS}


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize(
    "query",
    ["", "?per_page=1", "?page=2&per_page=1", "?page=9", "?page=0", "?per_page=x", "?zzz=1"],
)
def test_answers_are_as_the_document_says(client, rows, document, name, query):
    answer = client.get(f"{API}{name}/{query}")

    conforms(document, name, answer)
    if not query:
        assert answer.status_code == 200
        assert answer.json()["results"]


def test_wrong_row_would_be_noticed(client, rows, document):
    class Answer:
        status_code = 200

        def json(self):
            return {**client.get(f"{API}events/").json(), "results": [{"id": "1"}]}

    with pytest.raises(jsonschema.ValidationError):
        conforms(document, "events", Answer())


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_documented_condition_narrows(client, rows, document, name):
    parameters = document["paths"][f"{API}{name}/"]["get"]["parameters"]
    for parameter in parameters[2:]:
        value = "2999-01-01" if parameter["name"] == "since" else "1900-01-01"

        answer = client.get(f"{API}{name}/", {parameter["name"]: value})

        assert (answer.status_code, answer.json()["count"]) == (200, 0)


def test_events_of_a_prefecture_and_a_period(client, rows):
    both = client.get(f"{API}events/").json()
    gunma = client.get(f"{API}events/", {"prefecture_code": "10"}).json()
    january = client.get(f"{API}events/", {"since": "2027-01-01", "until": "2027-01-31"}).json()

    assert (both["count"], gunma["count"], january["count"]) == (2, 1, 1)
    assert gunma["results"][0]["capacity"] == 5
    assert january["results"][0]["starts_on"] == "2027-01-05"


@pytest.mark.parametrize("value", ["x", "2027-13-01", "令和9年1月1日"])
def test_date_that_is_none_is_refused_with_the_name_of_its_parameter(client, rows, value):
    answer = client.get(f"{API}events/", {"since": value})

    assert answer.status_code == 400
    assert "since" in answer.json()["error"]


def test_pages_lead_to_each_other_and_together_hold_everything(client, rows):
    address, names = f"{API}events/?per_page=1", []
    while address:
        page = client.get(address.removeprefix("https://portal.example.jp")).json()
        names += [row["id"] for row in page["results"]]
        address = page["next"]

    assert len(set(names)) == page["count"] == page["pages"] == 2
    assert page["previous"] == "https://portal.example.jp/api/v1/events/?per_page=1&page=1"


@pytest.mark.parametrize("path", [API, DOCUMENT, f"{API}events/"])
def test_answer_is_cacheable_and_open_to_other_sites(client, rows, path):
    first = client.get(path)
    kept = client.get(path, headers={"if-none-match": first.headers["ETag"]})

    assert (kept.status_code, kept.content) == (304, b"")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert not first.cookies


def test_unknown_table_is_not_found(client):
    assert client.get(f"{API}users/").status_code == 404


def test_unpublished_and_demo_rows_are_not_there(client, rows):
    before = counts(client)

    factories.make_event(is_draft=True)
    factories.make_event(is_demo=True)
    factories.make_publication(is_draft=True)
    factories.make_organization(is_demo=True)

    assert counts(client) == before


def counts(client):
    return [client.get(f"{API}{name}/").json()["count"] for name in ENDPOINTS]


def test_index_names_every_table(client):
    tables = client.get(API).json()["tables"]

    assert {name: row["url"] for name, row in tables.items()} == {
        name: f"https://portal.example.jp/api/v1/{name}/" for name in ENDPOINTS
    }
