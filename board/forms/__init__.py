"""What people type on the board."""

from board.forms.reply import ReplyEditForm, ReplyForm
from board.forms.topic import TopicEditForm, TopicForm

__all__ = ["ReplyEditForm", "ReplyForm", "TopicEditForm", "TopicForm"]
