"""The secretariat's pages for the board."""

from board.admin import categories, moderation, posts

__all__ = ["categories", "moderation", "posts"]
