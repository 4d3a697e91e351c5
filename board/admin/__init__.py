"""The secretariat's pages for the board."""

from board.admin import answers, categories, moderation, posts

__all__ = ["answers", "categories", "moderation", "posts"]
