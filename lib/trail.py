"""Breadcrumbs: the text and the address of each step; the last one, which is the page itself, has none."""

from lib.addresses import address

Trail = list[tuple[str, str]]


def from_home(*steps: tuple[str, str]) -> Trail:
    return [("ホーム", address("home")), *steps]
