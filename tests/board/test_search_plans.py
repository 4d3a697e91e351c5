"""No search reads the whole archive: the plans of its queries, with some thousand posts."""

import json
import random
from io import StringIO

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from board.forms import SearchForm
from board.models import SearchEntry
from board.search import suggesting
from board.search.finding import Search
from board.search.results import Results
from lib.queries import Query
from renkei.demo_load import Load

BIG = ("board_searchentry", "board_reply", "board_topic", "board_attachment")
SEARCHES = (
    *({"q": "防災"}, {"q": "防災", "sort": "best"}, {"q": "防"}, {"q": "防", "sort": "best"}),
    *({"q": "整理番号 0002345"}, {"q": "森林整備に関する意見交換会"}, {"q": "そば打ち道具 棚田"}),
    *({"q": "防災 -訓練"}, {"q": "存在しない語"}, {"q": "見本第5市"}, {"q": "%"}, {"q": "第9回"}),
    *({"q": "防災", "category": "call"}, {"q": "防災", "prefecture": "10"}),
    *(
        {"q": "防災", "year": "2026"},
        {"q": "防災", "status": "open"},
        {"q": "防災", "unread": "on"},
    ),
)


def load():
    call_command("load_categories", stdout=StringIO())
    bulk = Load(lambda what: lambda done, total: None, random.Random(1))
    bulk.organizations(60)
    bulk.board(topics=1200, replies=4000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def read_whole(sql):
    """The big tables that the plan of a query reads from end to end."""
    if not sql.startswith("SELECT"):
        return set()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            steps = [row[3] for row in cursor.fetchall()]
            return {
                table
                for step in steps
                for table in BIG
                if step.startswith("SCAN") and table in step.split() and "VIRTUAL" not in step
            }
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        plan = cursor.fetchone()[0]
    nodes = list(_nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
    return {
        node["Relation Name"]
        for node in nodes
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG
    }


def _nodes(node):
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def ask(typed, user):
    """As the page does: the first hits, the older ones, and where there are none, ways out."""
    form = SearchForm(typed, user=user)
    results = Results(form.search(), form.sorts_by_score)
    hits = results.hits(results.page("1"))
    if results.older:
        older = Results(form.search(), below=results.older)
        older.hits(older.page("2"))
    return len(hits) or len(suggesting.ways_out(form))


def test_no_search_reads_a_whole_table(contributor, monkeypatch):
    # As small a part of this archive as a thousand is of a large one.
    monkeypatch.setattr("board.search.finding.MOST", 100)
    load()
    with CaptureQueriesContext(connection) as queries:
        answered = [typed for typed in SEARCHES if ask(typed, contributor)]

    assert {query["sql"]: tables for query in queries if (tables := read_whole(query["sql"]))} == {}
    assert len(answered) > len(SEARCHES) / 2
    # The test would see one, and the index alone names little more than what is found.
    scan = "SELECT id FROM board_searchentry WHERE folded LIKE '%防災%'"
    assert read_whole(scan) == {"board_searchentry"}
    found = Search(Query.parse("森林整備 職員研修"), SearchEntry.objects.all()).newest(1000)
    assert 0 < len(found) < SearchEntry.objects.count() / 10
