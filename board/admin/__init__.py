"""The secretariat's pages for the board."""

from board.admin import answers, categories, files, moderation, posts

__all__ = ["answers", "categories", "files", "moderation", "posts"]
