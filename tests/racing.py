"""Two in the same moment: begun together, or one while the other has looked and not yet written."""

import threading
from contextlib import contextmanager

from django.db import connection


def at_once(*acts, told=()):
    """What each returned, all begun in the same moment; the error of whoever was `told`.

    Any other error is the test's.
    """
    start, found, errors = threading.Barrier(len(acts)), [None] * len(acts), []

    def run(number, act):
        try:
            start.wait()
            found[number] = act()
        except told as error:
            found[number] = error
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return found


def errors_in(answers):
    """Of those who were told."""
    return [answer for answer in answers if isinstance(answer, Exception)]


@contextmanager
def meanwhile(act, *, after):
    """Somebody else acts as soon as this block has looked at the table `after` for the first time."""
    waiting = [act]

    def look(execute, sql, *rest):
        found = execute(sql, *rest)
        if waiting and sql.startswith("SELECT") and f'FROM "{after}"' in sql:
            waiting.pop()()
        return found

    with connection.execute_wrapper(look):
        yield
    assert not waiting, f"nobody looked at {after}"
