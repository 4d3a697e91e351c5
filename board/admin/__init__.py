"""The secretariat's pages for the board."""

from board.admin import categories, posts

__all__ = ["categories", "posts"]
