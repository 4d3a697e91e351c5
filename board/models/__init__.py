"""The bulletin board: categories, topics, replies, files, reading."""

from board.models.answer import Acknowledgement, Answer
from board.models.attachment import Attachment
from board.models.audience import TopicAudience
from board.models.category import Category
from board.models.moderation import ApprovalRule, Match, Report
from board.models.reading import CategoryMark, ReadMark, TodoMark, Watch
from board.models.reply import REPLIES_PER_PAGE, Reply, Revision, page_of
from board.models.search_entry import SearchEntry
from board.models.topic import MAX_BODY, Topic

__all__ = [
    "MAX_BODY",
    "REPLIES_PER_PAGE",
    "Acknowledgement",
    "Answer",
    "ApprovalRule",
    "Attachment",
    "Category",
    "CategoryMark",
    "Match",
    "ReadMark",
    "Reply",
    "Report",
    "Revision",
    "SearchEntry",
    "TodoMark",
    "Topic",
    "TopicAudience",
    "Watch",
    "page_of",
]
