"""What people type on the board."""

from board.forms.answer import AnswerForm, MatchForm, ReportForm
from board.forms.reply import ReplyEditForm, ReplyForm
from board.forms.search import SearchForm
from board.forms.topic import TopicEditForm, TopicForm

__all__ = [
    "AnswerForm",
    "MatchForm",
    "ReplyEditForm",
    "ReplyForm",
    "ReportForm",
    "SearchForm",
    "TopicEditForm",
    "TopicForm",
]
