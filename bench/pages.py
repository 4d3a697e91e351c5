"""What is measured: a name, the address, and whether a member asks."""

from urllib.parse import quote

# Of the words of renkei/demo_words.py: what they stand for, and how many posts have them.
SEARCHES = {
    "2 characters, common": "防災",
    "rare number": "整理番号 0000",
    "4 characters": "森林整備",
    "10 characters": "障害福祉の補助金は、国",
    "2 words": "防災 そば打ち",
    "1 character": "防",
    "nowhere": "存在しない語",
}


def pages(usual: int, long: int, last: int) -> list[tuple[str, str, bool]]:
    """`usual` and `long` are topics: of 20 replies, and of up to a thousand; `last` a page of that."""
    topic = f"/board/topics/{long}/"
    return [
        ("home, not logged in", "/", False),
        ("agreements", "/agreements/regional/", False),
        ("members, a prefecture", "/members/?prefecture=01", False),
        ("home, logged in", "/", True),
        ("inbox", "/members/inbox/", True),
        ("board", "/board/", True),
        ("board list", "/board/c/call/", True),
        ("board list, page 2", "/board/c/call/?page=2", True),
        ("board list, page 300", "/board/c/call/?page=300", True),
        ("topic of 20 replies", f"/board/topics/{usual}/", True),
        ("long topic, first page", topic, True),
        (f"long topic, page {last}", f"{topic}?page={last}", True),
        *(
            (f"search: {name}", f"/board/search/?q={quote(query)}", True)
            for name, query in SEARCHES.items()
        ),
        *(
            (f"search, best first: {name}", f"/board/search/?q={quote(query)}&sort=best", True)
            for name, query in SEARCHES.items()
        ),
    ]
