"""Where delivery reports lie: an IMAP mailbox or a Maildir. Each is looked at once, and kept."""

import imaplib
import mailbox
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 30
Reader = Callable[[bytes], object]


def read_imap(address: str, read: Reader) -> int:
    """`address` is imaps://user:password@host:993/INBOX. Answers how many mails were read.

    A mail is marked as seen after it was read, so that a run that dies reads it again. Raises
    imaplib.IMAP4.error and OSError.
    """
    parts = urlsplit(address)
    connect = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    port = parts.port or (993 if parts.scheme == "imaps" else 143)
    with connect(parts.hostname or "", port, timeout=TIMEOUT_SECONDS) as server:
        server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        server.select(f'"{unquote(parts.path.lstrip("/")) or "INBOX"}"')
        _, found = server.uid("search", "UNSEEN")
        numbers = found[0].split() if found and found[0] else []
        for number in numbers:
            _, parts_of_mail = server.uid("fetch", number, "(BODY.PEEK[])")
            for part in parts_of_mail:
                if isinstance(part, tuple):
                    read(part[1])
            server.uid("store", number, "+FLAGS", r"(\Seen)")
    return len(numbers)


def read_maildir(folder: Path, read: Reader) -> int:
    """What lies in new/ goes to cur/ once it was read. Answers how many mails were read."""
    box = mailbox.Maildir(folder, create=False)
    keys = [key for key, mail in box.iteritems() if mail.get_subdir() == "new"]
    for key in keys:
        read(box.get_bytes(key))
        mail = box[key]
        mail.set_subdir("cur")
        mail.add_flag("S")
        box[key] = mail
    return len(keys)
