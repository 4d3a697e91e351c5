"""How far a command is, on a terminal; elsewhere nothing, so that logs stay short."""

from collections.abc import Callable

from django.core.management.base import OutputWrapper


def shown_on(stream: OutputWrapper, what: str) -> Callable[[int, int], None]:
    """A function that is told how many are done, of how many; one line that is written over."""

    def show(done: int, total: int) -> None:
        if stream.isatty():
            stream.write(f"\r{done:,} of {total:,} {what}", ending="\n" if done == total else "")
            stream.flush()

    return show
