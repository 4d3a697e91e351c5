"""An IMAP server with one mailbox, as much of RFC 3501 as a reader of unseen mails needs."""

import re
import socketserver
import threading
from contextlib import contextmanager


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.say(b"* OK IMAP4rev1 ready")
        for line in self.rfile:
            tag, _, command = line.strip().partition(b" ")
            name = command.split(b" ")[0].upper()
            if name == b"UID":
                self.uid(command)
            elif name == b"CAPABILITY":
                self.say(b"* CAPABILITY IMAP4rev1")
            elif name == b"SELECT":
                self.say(b"* %d EXISTS" % len(self.server.mails))
            self.say(tag + b" OK done")
            if name == b"LOGOUT":
                return

    def uid(self, command):
        name = command.split(b" ")[1].upper()
        if name == b"SEARCH":
            unseen = [n for n in self.server.mails if n not in self.server.seen]
            self.say(b"* SEARCH " + b" ".join(b"%d" % n for n in unseen))
            return
        number = int(command.split(b" ")[2])
        if name == b"FETCH":
            mail = self.server.mails[number]
            head = b"* %d FETCH (UID %d BODY[] {%d}" % (number, number, len(mail))
            self.say(head)
            self.wfile.write(mail + b")\r\n")
        elif re.search(rb"\\Seen", command):
            self.server.seen.add(number)

    def say(self, line):
        self.wfile.write(line + b"\r\n")


@contextmanager
def imap_server(mails):
    """`address` is for BOUNCE_MAILBOX; `seen` are the numbers that were marked."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.daemon_threads = True
        server.mails, server.seen = dict(enumerate(mails, 1)), set()
        server.address = f"imap://user:secret@127.0.0.1:{server.server_address[1]}/INBOX"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
